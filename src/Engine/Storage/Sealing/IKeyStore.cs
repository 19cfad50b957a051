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

    /// <summary>
    /// All keys, destroyed ones too, of the next teams in order of their ids: for what goes through all teams, a rotation. Fewer teams than
    /// asked for: the last page.
    /// </summary>
    IReadOnlyList<WrappedKey> LoadPage(TeamId? after, int teams);

    /// <summary>
    /// Adds keys that their teams do not have and wraps anew those they have, in one transaction; what the bytes were is overwritten.
    /// A key that was destroyed stays so, and a team whose keys were all destroyed gets none: a rotation that meets a destruction loses.
    /// </summary>
    void Put(IReadOnlyList<WrappedKey> keys);

    /// <summary>
    /// Destroys a team's keys up to a number: their wrapped bytes are overwritten in the database's own files, its log of changes included.
    /// Doing it again does what an earlier attempt left undone.
    /// </summary>
    KeyDestruction Destroy(TeamId team, int throughNumber, DateTimeOffset at);
}

/// <summary>What came of destroying keys.</summary>
/// <param name="Keys">How many living ones were destroyed.</param>
/// <param name="TracesGone">False when somebody reads the database for so long that its log could not be cut: repeat it.</param>
public readonly record struct KeyDestruction(int Keys, bool TracesGone);
