using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// When API keys were last used. A use changes nothing that the platform would answer, so it does not belong into the journal. Rows of
/// revoked keys stay: they hold ids and times.
/// </summary>
public interface IKeyUseStore
{
    /// <summary>Writes uses, all or nothing; a key keeps the latest time it ever had.</summary>
    Task WriteAsync(IReadOnlyCollection<KeyUse> uses, CancellationToken cancellation);

    /// <summary>The last uses of a team's keys; a key that was never used is not in it.</summary>
    Task<IReadOnlyDictionary<KeyId, DateTimeOffset>> ReadAsync(TeamId team, CancellationToken cancellation);
}

/// <summary>A key was used at a time.</summary>
public readonly record struct KeyUse(TeamId Team, KeyId Key, DateTimeOffset At);
