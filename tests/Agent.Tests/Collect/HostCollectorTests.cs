using HostAtlas.Agent.Collect;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect;

public sealed class HostCollectorTests
{
    private const string Host = "ubuntu-24.04-kernel-6.8-docker-host";

    public static TheoryData<string, string> Files => new()
    {
        { "stat", "cpu." },
        { "meminfo", "memory.total" },
        { "loadavg", "load." },
        { "uptime", "host.uptime" },
        { "diskstats", "diskio." },
        { "net/dev", "network.received" },
        { "self/mountinfo", "disk." },
        { "self/statm", "agent.resident" },
    };

    /// <summary>Files that not every kernel has, and what is told from them.</summary>
    public static TheoryData<string, string> FilesOfSome => new()
    {
        { "vmstat", "swap.in" },
        { "net/sockstat", "network.sockets" },
        { "net/tcp", "tcp.connections" },
        { "sys/fs/file-nr", "files." },
        { "sys/kernel/random/entropy_avail", "host.entropy" },
        { "pressure/io", "pressure.io" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_missing_file_costs_its_own_values_only_and_is_counted(string file, string metrics)
    {
        using var host = new CapturedHost(Host);
        File.Delete(host.Proc(file));
        ExpectOneFault(host, metrics);
    }

    [Theory]
    [MemberData(nameof(FilesOfSome))]
    public void What_a_kernel_does_not_have_is_left_out_and_is_no_fault(string file, string metrics)
    {
        using var host = new CapturedHost(Host);
        Assert.Contains(host.Expected.Keys, name => name.StartsWith(metrics, StringComparison.Ordinal));
        File.Delete(host.Proc(file));
        var (collector, values) = CollectTwice(host);
        Assert.Empty(collector.Faults);
        Assert.DoesNotContain(values.Keys, name => name.StartsWith(metrics, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_spoilt_file_costs_its_own_values_only_and_is_counted(string file, string metrics)
    {
        using var host = new CapturedHost(Host);
        File.WriteAllBytes(host.Proc(file), [.. "x -1 \0"u8, 0xFF, .. "\n\n"u8]);
        ExpectOneFault(host, metrics);
    }

    [Fact]
    public void A_source_that_comes_back_is_shown_again()
    {
        using var host = new CapturedHost(Host);
        var collector = new HostCollector(host.Roots, new ManualTimeProvider(DateTimeOffset.UnixEpoch));
        var loadavg = File.ReadAllText(host.Proc("loadavg"));
        File.Delete(host.Proc("loadavg"));
        Assert.Equal(1, collector.Collect()["agent.collect.failed"]);
        File.WriteAllText(host.Proc("loadavg"), loadavg);
        var values = collector.Collect();
        Assert.Equal(0, values["agent.collect.failed"]);
        Assert.Equal(1.27, values["load.1m"]);
    }

    [Fact]
    public void A_disk_that_does_not_answer_leaves_the_others_standing()
    {
        using var host = new CapturedHost(Host);
        var roots = host.Roots with
        {
            Space = point => point == "/boot" ? throw new UnauthorizedAccessException("not ours") : host.Roots.Space(point),
        };
        var collector = new HostCollector(roots, new ManualTimeProvider(DateTimeOffset.UnixEpoch));
        var values = collector.Collect();
        Assert.Contains("disk.used_bytes{mount=\"/\"}", values.Keys);
        Assert.DoesNotContain("disk.used_bytes{mount=\"/boot\"}", values.Keys);
        Assert.Equal("1 of 4 disks did not answer", Assert.Single(collector.Faults).Reason);
    }

    [Fact]
    public void A_changed_mount_table_is_seen_at_the_next_tick()
    {
        using var host = new CapturedHost(Host);
        var collector = new HostCollector(host.Roots, new ManualTimeProvider(DateTimeOffset.UnixEpoch));
        Assert.Contains("disk.used_bytes{mount=\"/boot\"}", collector.Collect().Keys);
        var table = host.Proc("self", "mountinfo");
        File.WriteAllLines(table, File.ReadAllLines(table).Where(line => !line.Contains(" /boot ")));
        Assert.DoesNotContain("disk.used_bytes{mount=\"/boot\"}", collector.Collect().Keys);
    }

    [Fact]
    public void After_a_gap_the_rate_spans_the_whole_time_between_the_two_readings()
    {
        using var host = new CapturedHost(Host);
        var clock = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var collector = new HostCollector(host.Roots, clock);
        collector.Collect();
        var hidden = host.Proc("net", "hidden");
        File.Move(host.Proc("net", "dev"), hidden);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(collector.Collect().Keys, name => name.StartsWith("network.received", StringComparison.Ordinal));
        File.Move(hidden, host.Proc("net", "dev"));
        host.MoveToLater();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(600_000, collector.Collect()["network.received_bytes_per_second{interface=\"eno1\"}"]);
    }

    private static (HostCollector Collector, IReadOnlyDictionary<string, double> Values) CollectTwice(CapturedHost host)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var collector = new HostCollector(host.Roots, clock);
        collector.Collect();
        clock.Advance(TimeSpan.FromSeconds(10));
        return (collector, collector.Collect());
    }

    private static void ExpectOneFault(CapturedHost host, string metrics)
    {
        var (collector, values) = CollectTwice(host);
        Assert.Single(collector.Faults);
        Assert.Equal(1, values["agent.collect.failed"]);
        Assert.DoesNotContain(values.Keys, name => name.StartsWith(metrics, StringComparison.Ordinal));
        Assert.True(values.Count > 15, "the other sources go on");
    }
}
