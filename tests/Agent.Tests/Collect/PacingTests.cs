using CsCheck;
using HostAtlas.Agent.Collect;

namespace HostAtlas.Agent.Tests.Collect;

public sealed class PacingTests
{
    [Fact]
    public void A_cheap_reading_is_due_every_time()
    {
        var pacing = new Pacing(() => TimeSpan.Zero);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(pacing.IsDue());
            pacing.Done();
        }
    }

    [Fact]
    public void A_reading_that_broke_off_is_due_again_at_once()
    {
        var pacing = new Pacing(() => TimeSpan.Zero);
        Assert.True(pacing.IsDue());
        Assert.True(pacing.IsDue());
    }

    [Fact]
    public void Over_many_reports_a_reading_costs_no_more_than_each_may_pay() =>
        Gen.Int[1, 400].Array[100].Sample(costs =>
        {
            var (now, reports, paid) = (TimeSpan.Zero, 0, TimeSpan.Zero);
            var pacing = new Pacing(() => now);
            Assert.True(pacing.IsDue());
            pacing.Done();
            foreach (var milliseconds in costs)
            {
                do reports++; while (!pacing.IsDue());
                var cost = TimeSpan.FromMilliseconds(milliseconds);
                now += cost;
                paid += cost;
                pacing.Done();
            }
            // The last reading is still being paid for.
            Assert.True(paid <= (reports * Pacing.PerReport) + TimeSpan.FromMilliseconds(400));
        });
}
