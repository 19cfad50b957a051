using System.Globalization;
using Akka.Actor;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Servers;

/// <summary>
/// Sorts what is in a batch by time: what is too old is counted and left out, one thing too far ahead refuses the batch. Pure.
/// </summary>
public static class BatchAdmission
{
    private const string TooFarAhead = "The time lies more than 10 minutes ahead of the platform's clock.";

    /// <summary>
    /// A request's batch as it goes to its stream, how many rows are left of it, or the refusal; null when it brings none.
    /// </summary>
    public static (IngestItem Item, int Rows, Refused? Refused)? Admit(
        AgentRequest request, EngineOptions options, DateTimeOffset now, IActorRef door, IActorRef sender)
    {
        switch (request.Payload)
        {
            case MetricsPayload metrics:
                var (reports, old, refused) = Sort(metrics.Batch, now, options.RawRetention);
                var item = new MetricsItem(request.Team, request.Server, reports, old, request.Signature, now, door, sender);
                return (item, reports.Rows.Count, refused);
            case LogsPayload logs:
                var (lines, expired, ahead) = Sort(logs.Batch, now, options.LogRetention);
                return (new LogsItem(request.Team, request.Server, lines, expired, request.Signature, now, door, sender),
                    lines.Rows.Count, ahead);
            default:
                return null;
        }
    }

    /// <summary>Reports without the expired ones and their count, or the refusal.</summary>
    public static (MetricBatch Batch, int Expired, Refused? Refused) Sort(MetricBatch batch, DateTimeOffset now, TimeSpan retention)
    {
        var sorted = Sort(batch.Rows, row => row.AtMs, "reports", "A report's time lies in the future.", now, retention);
        return (sorted.Expired == 0 ? batch : batch with { Rows = sorted.Kept }, sorted.Expired, sorted.Refused);
    }

    /// <summary>Lines without the expired ones and their count, or the refusal.</summary>
    public static (LogBatch Batch, int Expired, Refused? Refused) Sort(LogBatch batch, DateTimeOffset now, TimeSpan retention)
    {
        var sorted = Sort(batch.Rows, row => row.AtMs, "lines", "A line's time lies in the future.", now, retention);
        return (sorted.Expired == 0 ? batch : batch with { Rows = sorted.Kept }, sorted.Expired, sorted.Refused);
    }

    private static (IReadOnlyList<TRow> Kept, int Expired, Refused? Refused) Sort<TRow>(
        IReadOnlyList<TRow> rows, Func<TRow, long> at, string list, string ahead, DateTimeOffset now, TimeSpan retention)
    {
        var (oldest, newest) =
            ((now - retention).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds() + (Limits.ReportAheadSeconds * 1000L));
        var expired = 0;
        List<ContentError>? errors = null;
        for (var i = 0; i < rows.Count; i++)
        {
            if (at(rows[i]) < oldest) expired++;
            else if (at(rows[i]) > newest)
                (errors ??= []).Add(new ContentError(string.Create(CultureInfo.InvariantCulture, $"/{list}/{i}/at"), TooFarAhead));
        }
        if (errors is not null) return (rows, 0, new Refused(RefusalKind.InvalidContent, ahead, Errors: errors));
        return expired == 0 ? (rows, 0, null) : ([.. rows.Where(row => at(row) >= oldest)], expired, null);
    }
}
