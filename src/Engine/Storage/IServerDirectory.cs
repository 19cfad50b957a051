using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>The servers of a team as people list them: the projection's table joined with the newest report's time.</summary>
public interface IServerDirectory
{
    /// <summary>A page in order of creation. <paramref name="after"/> is the cursor: the last id of the page before, or null.</summary>
    Task<IReadOnlyList<ServerRow>> ListAsync(TeamId team, ServerId? after, int limit, CancellationToken cancellation);

    /// <summary>One server, or null when the team has none of this id.</summary>
    Task<ServerRow?> FindAsync(TeamId team, ServerId server, CancellationToken cancellation);
}

/// <summary>One server.</summary>
/// <param name="SilentSince">Set while its entity holds it for silent.</param>
/// <param name="LastSeenAt">The newest report's time, null before the first; kept when the report itself has expired.</param>
public sealed record ServerRow(ServerId Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? SilentSince, DateTimeOffset? LastSeenAt)
{
    /// <summary>
    /// <c>pending</c> before the first report, then <c>online</c> or <c>silent</c>; the door says which of the two, a moment after a
    /// report.
    /// </summary>
    public string Status => LastSeenAt is null ? "pending" : SilentSince is not null ? "silent" : "online";

    /// <summary>
    /// What <see cref="LastSeenAt"/> is when the newest report has this time. A report may lie up to ten minutes ahead. Nobody was seen in
    /// the future, and a silent server not after it went silent: else one report of a clock that is fast would make a dead server look
    /// alive.
    /// </summary>
    public static DateTimeOffset? Seen(DateTimeOffset? newestReport, DateTimeOffset? silentSince, DateTimeOffset now)
    {
        var latest = silentSince ?? now;
        return newestReport > latest ? latest : newestReport;
    }
}
