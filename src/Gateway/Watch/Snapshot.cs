using System.Globalization;

namespace HostAtlas.Gateway.Watch;

/// <summary>A server and what it showed.</summary>
public sealed record ServerPicture(WatchedServer Server, HostFigures Figures)
{
    /// <summary>Whether every rate has had its second reading: the picture has all it will have.</summary>
    public bool IsComplete => Figures.Last("cpu.used_percent") is not null;

    /// <summary>How long ago it was heard of.</summary>
    public TimeSpan Age(DateTimeOffset now) => Server.LastSeenAt is { } seen ? now - seen : TimeSpan.MaxValue;
}

/// <summary>What was seen at one look.</summary>
/// <param name="Pictures">The servers with their figures, by name; of a large team as many as there was room for.</param>
/// <param name="Left">How many servers had no room.</param>
/// <param name="Now">The platform's clock at that look.</param>
/// <param name="Trouble">Why the look is older than it should be; null while all is well.</param>
public sealed record Snapshot(IReadOnlyList<ServerPicture> Pictures, int Left, DateTimeOffset Now, string? Trouble = null)
{
    /// <summary>Changes when a server reports, changes its state, comes or goes; not with the passing of time.</summary>
    public string Version => string.Join('|', Pictures.Select(VersionOf));

    // The uptime moves with every report, also within one step of the answer.
    private static string VersionOf(ServerPicture picture)
    {
        var (server, figures) = picture;
        var uptime = figures.Last("host.uptime_seconds");
        return string.Create(CultureInfo.InvariantCulture, $"{server.Id} {server.Name} {server.Status} {figures.NewestMs} {uptime}");
    }
}
