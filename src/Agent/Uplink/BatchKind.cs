using HostAtlas.Agent.Logs;

namespace HostAtlas.Agent.Uplink;

/// <summary>What is sent in batches, and where to.</summary>
/// <param name="Path">The endpoint.</param>
/// <param name="Member">The body's member that holds the items.</param>
/// <param name="Item">One of them, for people.</param>
/// <param name="Items">Many of them, for people.</param>
/// <param name="Json">What of a spooled record is sent.</param>
internal sealed record BatchKind(
    string Path, string Member, string Item, string Items, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Json)
{
    /// <summary>Reports.</summary>
    public static readonly BatchKind Metrics = new("/api/agent/metrics", "reports", "report", "reports", payload => payload);

    /// <summary>Lines of logs.</summary>
    public static readonly BatchKind Logs = new("/api/agent/logs", "lines", "log line", "log lines", LogRecord.Json);
}
