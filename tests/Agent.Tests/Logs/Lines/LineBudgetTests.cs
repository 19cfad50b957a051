using HostAtlas.Agent.Logs.Lines;

namespace HostAtlas.Agent.Tests.Logs.Lines;

public sealed class LineBudgetTests
{
    [Fact]
    public void Ten_seconds_worth_may_come_at_once_and_then_nothing_until_a_seconds_worth_is_back()
    {
        var budget = new LineBudget(100);
        Assert.Equal(1_000, Take(budget));
        budget.Refill(TimeSpan.FromSeconds(0.99));
        Assert.Equal(0, Take(budget));
        budget.Refill(TimeSpan.FromSeconds(1));
        Assert.Equal(100, Take(budget));
    }

    [Fact]
    public void It_never_holds_more_than_the_burst_and_no_clock_that_goes_back_fills_it()
    {
        var budget = new LineBudget(100);
        budget.Refill(TimeSpan.FromHours(9));
        Assert.Equal(1_000, Take(budget));
        budget.Refill(TimeSpan.FromHours(1));
        Assert.Equal(0, Take(budget));
    }

    private static int Take(LineBudget budget)
    {
        var taken = 0;
        while (budget.TryTake()) taken++;
        return taken;
    }
}
