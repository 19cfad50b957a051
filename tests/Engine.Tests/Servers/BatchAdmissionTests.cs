using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Servers;

namespace HostAtlas.Engine.Tests.Servers;

public sealed class BatchAdmissionTests
{
    private static readonly DateTimeOffset Now = Named.Noon;
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    private static readonly NameSet Names = new(1, 1, "cpu"u8.ToArray());

    [Fact]
    public void Reports_older_than_the_retention_are_counted_and_taken_out()
    {
        var (batch, expired, refused) = Sort(-7 * 86_400_000L, (-7 * 86_400_000L) - 1, 0);
        Assert.Null(refused);
        Assert.Equal(1, expired);
        Assert.Equal([-7 * 86_400_000L, 0], batch.Rows.Select(row => row.AtMs - Now.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public void All_expired_leaves_an_empty_batch_and_no_refusal()
    {
        var (batch, expired, refused) = Sort(-8 * 86_400_000L, -9 * 86_400_000L);
        Assert.Null(refused);
        Assert.Equal(2, expired);
        Assert.Empty(batch.Rows);
    }

    [Fact]
    public void Ten_minutes_ahead_is_taken_and_a_millisecond_more_is_refused_by_its_pointer()
    {
        Assert.Null(Sort(0, 600_000).Refused);
        var refused = Sort(0, 600_001, 1, 700_000).Refused;
        Assert.Equal(RefusalKind.InvalidContent, refused?.Kind);
        Assert.Equal(["/reports/1/at", "/reports/3/at"], refused?.Errors?.Select(error => error.Pointer));
    }

    [Fact]
    public void A_batch_in_time_passes_as_it_is()
    {
        var batch = Batch(0, -1000);
        Assert.Same(batch, BatchAdmission.Sort(batch, Now, Retention).Batch);
    }

    private static (MetricBatch Batch, int Expired, Refused? Refused) Sort(params long[] offsetsMs) =>
        BatchAdmission.Sort(Batch(offsetsMs), Now, Retention);

    private static MetricBatch Batch(params long[] offsetsMs) => new(1, 1, [Names],
        [.. offsetsMs.Select(offset => new ReportRow(Now.ToUnixTimeMilliseconds() + offset, 0, PackedValues.Pack([1])))]);
}
