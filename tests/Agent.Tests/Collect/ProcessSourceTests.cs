using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Collect.Sources;

namespace HostAtlas.Agent.Tests.Collect;

public sealed class ProcessSourceTests : IDisposable
{
    private readonly CapturedHost _host = new("ubuntu-24.04-kernel-6.8-docker-host");
    private readonly Queue<TimeSpan> _cpuTimes = [];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Processes_that_are_hidden_are_not_counted_as_none()
    {
        // hidepid=2: this user's own processes are all that is listed.
        Directory.Delete(_host.Proc("1"), recursive: true);
        Assert.Empty(Collect(new ProcessSource(_host.Roots)));
    }

    [Fact]
    public void A_process_that_ended_since_it_was_listed_is_in_no_state()
    {
        File.Delete(_host.Proc("901", "stat"));
        var values = Collect(new ProcessSource(_host.Roots));
        Assert.Equal(13, values["process.total"]);
        Assert.Equal(12, values.Where(pair => pair.Key.StartsWith("process.count{", StringComparison.Ordinal)).Sum(pair => pair.Value));
    }

    [Fact]
    public void States_that_cost_much_come_less_often_and_the_number_of_processes_always()
    {
        // The first reading is free, the second costs three reports' worth and a bit, the third nothing.
        foreach (var milliseconds in new[] { 0, 900, 1000, 1016, 2000, 2000 }) _cpuTimes.Enqueue(TimeSpan.FromMilliseconds(milliseconds));
        var source = new ProcessSource(_host.Roots with { CpuTime = _cpuTimes.Dequeue });
        var told = Enumerable.Range(0, 6).Select(_ => Collect(source)).ToList();
        Assert.Equal([8, 8, 1, 1, 1, 8], told.Select(values => values.Count));
        Assert.All(told, values => Assert.Equal(13, values["process.total"]));
    }

    private static IReadOnlyDictionary<string, double> Collect(ProcessSource source)
    {
        var samples = new Samples(16);
        Assert.Null(source.Collect(samples, TimeSpan.Zero));
        return samples.Values;
    }
}
