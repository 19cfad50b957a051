using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Memory and swap, from <c>/proc/meminfo</c>.</summary>
internal sealed class MemorySource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(Path.Combine(roots.Proc, "meminfo"));

    public string Name => "memory";

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = MemInfo.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        var memory = parsed.Value;
        samples.Add("memory.total_bytes", memory.TotalBytes);
        samples.Add("memory.used_bytes", memory.UsedBytes);
        samples.Add("memory.available_bytes", memory.AvailableBytes);
        samples.Add("memory.used_percent", 100.0 * memory.UsedBytes / memory.TotalBytes);
        samples.Add("swap.total_bytes", memory.SwapTotalBytes);
        samples.Add("swap.used_bytes", memory.SwapUsedBytes);
        return null;
    }
}
