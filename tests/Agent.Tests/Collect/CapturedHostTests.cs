using HostAtlas.Agent.Collect;
using HostAtlas.Shared;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect;

public sealed class CapturedHostTests
{
    public static TheoryData<string> Hosts => [.. CapturedHost.Names];

    [Theory]
    [MemberData(nameof(Hosts))]
    public void A_captured_host_is_told_as_it_was_reckoned_by_hand(string name)
    {
        using var host = new CapturedHost(name);
        var clock = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var collector = new HostCollector(host.Roots, clock);
        var values = collector.Collect();
        if (host.HasLater)
        {
            host.MoveToLater();
            clock.Advance(TimeSpan.FromSeconds(10));
            values = collector.Collect();
        }

        Assert.Empty(collector.Faults);
        var expected = host.Expected;
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), values.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, pair => Assert.Equal(pair.Value, values[pair.Key], tolerance: 1e-9 * Math.Max(1, Math.Abs(pair.Value))));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Every_name_keeps_the_grammar_and_the_first_tick_has_no_rates(string name)
    {
        using var host = new CapturedHost(name);
        var values = new HostCollector(host.Roots, new ManualTimeProvider(DateTimeOffset.UnixEpoch)).Collect();
        Assert.All(values.Keys, metric => Assert.True(MetricName.IsValid(metric), metric));
        Assert.DoesNotContain(
            values.Keys, metric => metric.Contains("per_second") || metric.StartsWith("cpu.used", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Nothing_is_told_that_is_not_declared(string name)
    {
        using var host = new CapturedHost(name);
        var collector = new HostCollector(host.Roots, new ManualTimeProvider(DateTimeOffset.UnixEpoch));
        Assert.Empty(host.Expected.Keys.Concat(collector.Collect().Keys).Select(Unlabelled).Except(collector.Series));
    }

    [Fact]
    public void Everything_that_is_declared_is_told_by_some_host()
    {
        using var host = new CapturedHost(CapturedHost.Names.First());
        var declared = new HostCollector(host.Roots, new ManualTimeProvider(DateTimeOffset.UnixEpoch)).Series;
        var told = new List<string>();
        foreach (var name in CapturedHost.Names)
        {
            using var captured = new CapturedHost(name);
            told.AddRange(captured.Expected.Keys.Select(Unlabelled));
        }
        Assert.Equal(declared.Count, declared.Distinct().Count());
        Assert.Empty(declared.Except(told));
    }

    [Fact]
    public void A_second_look_at_the_same_instant_gives_no_rates()
    {
        using var host = new CapturedHost("ubuntu-24.04-kernel-6.8-docker-host");
        var collector = new HostCollector(host.Roots, new ManualTimeProvider(DateTimeOffset.UnixEpoch));
        collector.Collect();
        host.MoveToLater();
        Assert.DoesNotContain(collector.Collect().Keys, metric => metric.Contains("per_second") || metric.Contains("busy"));
    }

    private static string Unlabelled(string name) => name.Split('{')[0];
}
