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
    private readonly string _persistenceId;
    private readonly TeamId? _team;
    private readonly ServerId? _server;

    /// <summary>The seal of the entity with this persistence id.</summary>
    public EntitySeal(ITeamSeals teams, PlatformSeal platform, string persistenceId)
    {
        (_teams, _platform, _persistenceId) = (teams, platform, persistenceId);
        if (EntityAddress.TryReadTeam(persistenceId, out var team)) _team = team;
        else if (EntityAddress.TryReadServer(persistenceId, out var server)) (_team, _server) = (server.Team, server.Server);
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

    /// <summary>Where an entity's value lies; <paramref name="server"/> is null for a team's own entity.</summary>
    public static SealPlace PlaceOf(SealedTable table, ServerId? server, long sequenceNr) => new(table, server, AtMs: 0, sequenceNr);

    private SealPlace Place(SealedTable table, long sequenceNr) => PlaceOf(table, _server, sequenceNr);
}
