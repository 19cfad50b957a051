using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// The wrapped keys in the database; one implementation a store. Synchronous on purpose: a team's few rows are read once a process, and the
/// recovery of an entity, which needs them, is synchronous.
/// </summary>
public interface IKeyStore
{
    /// <summary>The keys of a team in order of their numbers, destroyed ones too; none for a team that never kept anything.</summary>
    IReadOnlyList<WrappedKey> Load(TeamId team);

    /// <summary>
    /// Keeps a key, unless the team has one of that number: two nodes may make a team's first key at once, and the first wins.
    /// </summary>
    void Add(WrappedKey key);
}
