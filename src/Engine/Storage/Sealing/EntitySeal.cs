using HostAtlas.Engine.Projections;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// Seals the events and snapshots of one entity: a team's and its servers' under the team's key, a person's under the platform's. The place
/// is the entity and the sequence number, so an event that was moved to another entity, or to another place in its order, does not open.
/// </summary>
public sealed class EntitySeal
{
    private readonly ITeamSeals _teams;
    private readonly PlatformSeal _platform;
    private const long BackupsAtMs = 1;

    private readonly string _persistenceId;
    private readonly TeamId? _team;

    /// <summary>The seal of the entity with this persistence id.</summary>
    public EntitySeal(ITeamSeals teams, PlatformSeal platform, string persistenceId)
    {
        (_teams, _platform, _persistenceId) = (teams, platform, persistenceId);
        if (EntityAddress.TryReadTeam(persistenceId, out var team)) _team = team;
        else if (EntityAddress.TryReadServer(persistenceId, out var server)
            || EntityAddress.TryReadBackups(persistenceId, out server)) _team = server.Team;
    }

    /// <summary>Whether it is known here that the keys of the entity's team were destroyed. Never waits for a database.</summary>
    public bool IsDestroyed => _team is { } team && _teams.IsDestroyed(team);

    /// <summary>Seals a value; throws what <see cref="ITeamSeals.Get"/> throws.</summary>
    public byte[] Seal(SealedTable table, long sequenceNr, ReadOnlySpan<byte> plain) => _team is { } team
        ? _teams.Get(team).Seal(Place(table, sequenceNr), plain)
        : _platform.Seal(table, _persistenceId, sequenceNr, plain);

    /// <summary>
    /// Opens a value; <see cref="SealBrokenException"/> when it was not sealed here, and what <see cref="ITeamSeals.Find"/> throws.
    /// </summary>
    public byte[] Open(SealedTable table, long sequenceNr, ReadOnlySpan<byte> sealedBytes) => _team is { } team
        ? (_teams.Find(team) ?? throw new SealBrokenException(Place(table, sequenceNr), $"the team {team} has no keys."))
            .Open(Place(table, sequenceNr), sealedBytes)
        : _platform.Open(table, _persistenceId, sequenceNr, sealedBytes);

    /// <summary>
    /// Where an entity's value lies. A server and its backups are two entities of one id: the time tells them apart, so that an event of
    /// one does not open as one of the other.
    /// </summary>
    public static SealPlace PlaceOf(SealedTable table, string persistenceId, long sequenceNr) =>
        EntityAddress.TryReadServer(persistenceId, out var server) ? new(table, server.Server, AtMs: 0, sequenceNr)
        : EntityAddress.TryReadBackups(persistenceId, out server) ? new(table, server.Server, BackupsAtMs, sequenceNr)
        : new(table, null, AtMs: 0, sequenceNr);

    /// <summary>The persistence id of a team's entity whose value lies at a place.</summary>
    public static string EntityOf(TeamId team, SealPlace place) => place switch
    {
        { Server: { } server, AtMs: BackupsAtMs } => $"backup-{team}.{server}",
        { Server: { } server } => $"server-{team}.{server}",
        _ => $"team-{team}",
    };

    /// <summary>
    /// Where the persistence ids of a team's entities lie among all of them, in ordinal order: '/' follows '.' and '.' follows '-'.
    /// </summary>
    public static (string From, string To)[] RangesOf(TeamId team) =>
        [($"backup-{team}.", $"backup-{team}/"), ($"server-{team}.", $"server-{team}/"), ($"team-{team}", $"team-{team} ")];

    private SealPlace Place(SealedTable table, long sequenceNr) => PlaceOf(table, _persistenceId, sequenceNr);
}
