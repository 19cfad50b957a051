using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Whose journal an event stands in, read from its persistence id: <c>team-{team}</c>, <c>server-{team}.{server}</c>, of a server's backups
/// <c>backup-{team}.{server}</c>, or a person's: <c>user-{address}</c>.
/// </summary>
public static class EntityAddress
{
    private const string TeamPrefix = "team-", ServerPrefix = "server-", BackupPrefix = "backup-", PersonPrefix = "user-";

    /// <summary>Whether it is an entity of the platform's: a team, one of a team's servers, the backups of one, or a person.</summary>
    public static bool IsEntity(string persistenceId) =>
        TeamOf(persistenceId) is not null || persistenceId.StartsWith(PersonPrefix, StringComparison.Ordinal);

    /// <summary>The team that the entity is, or belongs to; null for a person's.</summary>
    public static TeamId? TeamOf(string persistenceId) =>
        TryReadTeam(persistenceId, out var team) ? team
        : TryReadServer(persistenceId, out var server) || TryReadBackups(persistenceId, out server) ? server.Team
        : null;

    /// <summary>The server that the entity is, or whose backups it is; null for the others.</summary>
    public static ServerId? ServerOf(string persistenceId) =>
        TryReadServer(persistenceId, out var server) || TryReadBackups(persistenceId, out server) ? server.Server : null;

    /// <summary>Reads a team's persistence id.</summary>
    public static bool TryReadTeam(string persistenceId, out TeamId team)
    {
        team = default;
        return persistenceId.StartsWith(TeamPrefix, StringComparison.Ordinal)
            && ResourceId.TryParse(persistenceId[TeamPrefix.Length..], out team);
    }

    /// <summary>Reads a server's persistence id.</summary>
    public static bool TryReadServer(string persistenceId, out ServerKey server) => TryRead(ServerPrefix, persistenceId, out server);

    /// <summary>Reads the persistence id of a server's backups.</summary>
    public static bool TryReadBackups(string persistenceId, out ServerKey server) => TryRead(BackupPrefix, persistenceId, out server);

    private static bool TryRead(string prefix, string persistenceId, out ServerKey server)
    {
        server = default;
        if (!persistenceId.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var parts = persistenceId[prefix.Length..].Split('.');
        if (parts.Length != 2) return false;
        if (!ResourceId.TryParse<TeamId>(parts[0], out var team) || !ResourceId.TryParse<ServerId>(parts[1], out var id)) return false;
        server = new ServerKey(team, id);
        return true;
    }
}
