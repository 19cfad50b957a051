using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>
/// Processor time of the container's cgroup, its limit, and how long it was held back because the limit was reached: a container can be
/// starved on a host that idles.
/// </summary>
internal sealed class ContainerCpu : IHostSource
{
    private const double MicrosecondsPerSecond = 1e6, NanosecondsPerSecond = 1e9;
    private static readonly byte[][] FirstKeys = KeyedCounters.Keys("nr_periods", "nr_throttled", "throttled_time");
    private static readonly byte[][] SecondKeys = KeyedCounters.Keys("nr_periods", "nr_throttled", "throttled_usec", "usage_usec");

    private readonly ProcFile? _quota, _period, _both, _usage;
    private readonly ProcFile _stat;
    private Reading? _before;
    private TimeSpan _readAt;

    /// <summary>The files of one version; version 1 may count the time used in a tree of its own.</summary>
    public ContainerCpu(HostRoots roots, CgroupFolder folder, CgroupFolder? accounting)
    {
        _stat = File(folder, "cpu.stat");
        if (folder.Version == 2)
        {
            _both = File(folder, "cpu.max");
            return;
        }
        (_quota, _period) = (File(folder, "cpu.cfs_quota_us"), File(folder, "cpu.cfs_period_us"));
        if (accounting is { Version: 1 }) _usage = File(accounting, "cpuacct.usage");

        ProcFile File(CgroupFolder where, string name) => new(Path.Combine(roots.At(where.Path), name), 256);
    }

    /// <summary>What it can tell.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "container.cpu_used_cores", "container.cpu_limit_cores", "container.cpu_used_percent",
        "container.cpu_throttled_percent", "container.cpu_throttled_seconds_per_second",
    ];

    public string Name => "container cpu";

    public IReadOnlyList<string> Series => Names;

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (!_stat.TryRead(out var text)) return null;
        var now = _both is null ? ReadFirst(text) : ReadSecond(text);
        var limit = ReadLimit();
        samples.Add("container.cpu_limit_cores", limit);
        if (_before is { } before) AddRates(samples, before, now, limit, sinceStart - _readAt);
        (_before, _readAt) = (now, sinceStart);
        return null;
    }

    private static void AddRates(Samples samples, Reading before, Reading now, double? limit, TimeSpan elapsed)
    {
        var used = CounterRate.PerSecond(before.Used, now.Used, elapsed) / now.UsedPerSecond;
        samples.Add("container.cpu_used_cores", used);
        samples.Add("container.cpu_used_percent", limit > 0 ? 100 * used / limit : null);
        // Without a limit nothing is ever held back, and a 0 would look like an answer.
        if (limit is null) return;
        var periods = now.Periods >= before.Periods ? now.Periods - before.Periods : null;
        var throttled = now.Throttled >= before.Throttled ? now.Throttled - before.Throttled : null;
        samples.Add("container.cpu_throttled_percent", periods > 0 ? 100.0 * throttled / periods : null);
        samples.Add("container.cpu_throttled_seconds_per_second",
            CounterRate.PerSecond(before.ThrottledTime, now.ThrottledTime, elapsed) / now.UsedPerSecond);
    }

    private double? ReadLimit()
    {
        if (_both is null) return CpuQuota.Cores(ReadNumber(_quota), ReadNumber(_period));
        return _both.TryRead(out var text) && CpuQuota.ParseCores(text) is { Fault: null } cores ? cores.Value : null;
    }

    private Reading ReadFirst(ReadOnlySpan<byte> stat)
    {
        Span<ulong?> found = stackalloc ulong?[FirstKeys.Length];
        KeyedCounters.Read(stat, FirstKeys, found);
        return new Reading(ReadNumber(_usage), found[0], found[1], found[2], NanosecondsPerSecond);
    }

    private static Reading ReadSecond(ReadOnlySpan<byte> stat)
    {
        Span<ulong?> found = stackalloc ulong?[SecondKeys.Length];
        KeyedCounters.Read(stat, SecondKeys, found);
        return new Reading(found[3], found[0], found[1], found[2], MicrosecondsPerSecond);
    }

    private static ulong? ReadNumber(ProcFile? file) =>
        file is not null && file.TryRead(out var text) && SingleNumber.ParseLimit(text) is { Fault: null } number ? number.Value : null;

    // Counters since the container began; times in units of which UsedPerSecond make a second.
    private sealed record Reading(ulong? Used, ulong? Periods, ulong? Throttled, ulong? ThrottledTime, double UsedPerSecond);
}
