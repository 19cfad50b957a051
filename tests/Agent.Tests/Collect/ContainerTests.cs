using HostAtlas.Agent.Collect;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect;

/// <summary>An agent inside a container, with cgroups of either version.</summary>
public sealed class ContainerTests : IDisposable
{
    private const string Second = "alpine-3.20-kernel-5.15-container", First = "rhel-8-kernel-4.18-arm64-container";
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private CapturedHost? _host;
    private HostCollector? _collector;

    public void Dispose() => _host?.Dispose();

    [Theory]
    [InlineData(Second, "fs/cgroup/memory.max", "max\n")]
    [InlineData(First, "fs/cgroup/memory/memory.limit_in_bytes", "9223372036854710272\n")]
    public void Without_a_limit_of_memory_there_is_no_limit_and_no_share_of_it(string host, string file, string text)
    {
        var values = CollectTwice(host, () => _host!.Write(text, ["sys", .. file.Split('/')]));
        Assert.DoesNotContain("container.memory_limit_bytes", values.Keys);
        Assert.DoesNotContain("container.memory_used_percent", values.Keys);
        Assert.Contains("container.memory_used_bytes", values.Keys);
    }

    [Theory]
    [InlineData(Second, "fs/cgroup/cpu.max", "max 100000\n", 0.2)]
    [InlineData(First, "fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n", 0.5)]
    public void Without_a_limit_of_processors_nothing_is_said_of_being_held_back(string host, string file, string text, double cores)
    {
        var values = CollectTwice(host, () => _host!.Write(text, ["sys", .. file.Split('/')]));
        Assert.Equal(cores, values["container.cpu_used_cores"], tolerance: 1e-12);
        Assert.Equal(["container.cpu_used_cores"], values.Keys.Where(name => name.StartsWith("container.cpu", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Second, "cpu.stat")]
    [InlineData(First, "cpu,cpuacct/cpuacct.usage")]
    public void Counters_that_went_back_give_no_rates(string host, string file)
    {
        var values = CollectTwice(host, between: () => _host!.Write("0\n", ["sys", "fs", "cgroup", .. file.Split('/')]));
        Assert.DoesNotContain("container.cpu_used_cores", values.Keys);
        Assert.Contains("container.cpu_limit_cores", values.Keys);
    }

    [Theory]
    [InlineData("memory.current", "container.memory")]
    [InlineData("cpu.stat", "container.cpu")]
    [InlineData("pids.current", "container.threads")]
    public void A_controller_that_was_not_handed_down_is_left_out(string file, string metrics)
    {
        var values = CollectTwice(Second, HandBack, HandBack);
        Assert.DoesNotContain(values.Keys, name => name.StartsWith(metrics, StringComparison.Ordinal));
        Assert.Contains(values.Keys, name => name.StartsWith("container.", StringComparison.Ordinal));
        Assert.Empty(_collector!.Faults);

        void HandBack() => File.Delete(_host!.Sys("fs", "cgroup", file));
    }

    [Fact]
    public void More_inactive_cache_than_there_is_memory_counts_as_all_of_it()
    {
        var values = CollectTwice(Second, () => _host!.Write("inactive_file 99999999999\n", "sys", "fs", "cgroup", "memory.stat"));
        Assert.Equal(0, values["container.memory_used_bytes"]);
    }

    [Fact]
    public void A_spoilt_file_of_the_cgroup_is_a_fault_and_costs_its_own_values()
    {
        var values = CollectTwice(Second, () => _host!.Write("x\n", "sys", "fs", "cgroup", "memory.current"));
        Assert.Equal("container", Assert.Single(_collector!.Faults).Source);
        Assert.DoesNotContain(values.Keys, name => name.StartsWith("container.memory", StringComparison.Ordinal));
        Assert.Equal(14, values["container.threads"]);
    }

    [Fact]
    public void A_plain_host_tells_of_no_container()
    {
        var values = CollectTwice("ubuntu-24.04-kernel-6.8-docker-host");
        Assert.DoesNotContain(values.Keys, name => name.StartsWith("container.", StringComparison.Ordinal));
    }

    private IReadOnlyDictionary<string, double> CollectTwice(string name, Action? first = null, Action? between = null)
    {
        _host = new CapturedHost(name);
        first?.Invoke();
        _collector = new HostCollector(_host.Roots, _clock);
        _collector.Collect();
        if (_host.HasLater) _host.MoveToLater();
        between?.Invoke();
        _clock.Advance(TimeSpan.FromSeconds(10));
        return _collector.Collect();
    }
}
