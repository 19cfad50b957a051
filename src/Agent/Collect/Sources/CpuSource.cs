using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Processors, from <c>/proc/stat</c>.</summary>
internal sealed class CpuSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(Path.Combine(roots.Proc, "stat"));
    private CpuTimes? _before;

    public string Name => "cpu";

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = CpuStat.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        var (times, cores) = parsed.Value;
        samples.Add("cpu.cores", cores);
        if (_before is { } before && CpuUsage.Between(before, times) is { } usage)
        {
            samples.Add("cpu.used_percent", usage.UsedPercent);
            samples.Add("cpu.user_percent", usage.UserPercent);
            samples.Add("cpu.system_percent", usage.SystemPercent);
            samples.Add("cpu.iowait_percent", usage.IoWaitPercent);
            samples.Add("cpu.steal_percent", usage.StealPercent);
        }
        _before = times;
        return null;
    }
}
