using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Running;

/// <summary>One report as the bytes that the spool keeps and the platform reads: what the host shows, and what this agent says of
/// itself.</summary>
public static class ReportWriter
{
    /// <summary>Every name that the agent adds of itself.</summary>
    public static IReadOnlyList<string> Series { get; } =
    [
        "agent.spool.reports", "agent.spool.dropped_reports", "agent.spool.gap_from_s", "agent.spool.gap_to_s",
        "agent.spool.damaged_reports", "agent.spool.refused_reports",
    ];

    /// <summary>
    /// Writes the report. What is no number (a counter that went backwards, divided by nothing) and what is no name is left out: one of
    /// them would have the platform refuse the whole report.
    /// </summary>
    public static byte[] Write(DateTimeOffset at, IReadOnlyDictionary<string, double> collected, SpoolLevel spool)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in collected.Concat(OwnValues(spool)))
        {
            if (values.Count == Limits.MetricNamesPerServer) break;
            if (double.IsFinite(value) && MetricName.IsValid(Encoding.UTF8.GetBytes(name))) values[name] = value;
        }
        return JsonSerializer.SerializeToUtf8Bytes(new MetricsReport(at.ToUnixTimeMilliseconds(), values), WireJson.Default.MetricsReport);
    }

    // A gap must be visible where people look at charts, not only on the host that had it: how much, and from when to when.
    private static IEnumerable<KeyValuePair<string, double>> OwnValues(SpoolLevel spool)
    {
        yield return new("agent.spool.reports", spool.Reports);
        yield return new("agent.spool.dropped_reports", spool.Gap.Reports);
        if (spool.Gap.Reports > 0)
        {
            yield return new("agent.spool.gap_from_s", spool.Gap.FromMs / 1000);
            yield return new("agent.spool.gap_to_s", spool.Gap.ToMs / 1000);
        }
        if (spool.DamagedReports > 0) yield return new("agent.spool.damaged_reports", spool.DamagedReports);
        if (spool.RefusedReports > 0) yield return new("agent.spool.refused_reports", spool.RefusedReports);
    }
}
