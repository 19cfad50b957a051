using HostAtlas.Engine.Metrics;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Servers;

/// <summary>Sorts a batch's reports by time: too old ones are counted and left out, one too far ahead refuses the batch. Pure.</summary>
public static class MetricsAdmission
{
    private const string TooFarAhead = "The time lies more than 10 minutes ahead of the platform's clock.";

    /// <summary>The batch without its expired reports and their count, or the refusal.</summary>
    public static (MetricBatch Batch, int Expired, Refused? Refused) Sort(MetricBatch batch, DateTimeOffset now, TimeSpan retention)
    {
        var (oldest, newest) =
            ((now - retention).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds() + (Limits.ReportAheadSeconds * 1000L));
        var expired = 0;
        List<ContentError>? errors = null;
        for (var i = 0; i < batch.Rows.Count; i++)
        {
            if (batch.Rows[i].AtMs < oldest) expired++;
            else if (batch.Rows[i].AtMs > newest) (errors ??= []).Add(new ContentError($"/reports/{i}/at", TooFarAhead));
        }
        if (errors is not null)
            return (batch, 0, new Refused(RefusalKind.InvalidContent, "A report's time lies in the future.", Errors: errors));
        return expired == 0
            ? (batch, 0, null)
            : (batch with { Rows = [.. batch.Rows.Where(row => row.AtMs >= oldest)] }, expired, null);
    }
}
