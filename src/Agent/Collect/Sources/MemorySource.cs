using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Memory by kind and swap, from <c>/proc/meminfo</c>.</summary>
internal sealed class MemorySource(HostRoots roots) : IHostSource
{
    private static readonly string[] KindNames = [.. MemInfo.Kinds.Select(kind => $"memory.{kind}_bytes")];
    private readonly ProcFile _file = new(roots.Proc("meminfo"));

    public string Name => "memory";

    public IReadOnlyList<string> Series { get; } =
    [
        "memory.total_bytes", "memory.used_bytes", "memory.available_bytes", "memory.used_percent", .. KindNames,
        "swap.total_bytes", "swap.used_bytes", "swap.used_percent",
    ];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = MemInfo.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        var memory = parsed.Value;
        samples.Add("memory.total_bytes", memory.TotalBytes);
        samples.Add("memory.used_bytes", memory.UsedBytes);
        samples.Add("memory.available_bytes", memory.AvailableBytes);
        samples.Add("memory.used_percent", 100.0 * memory.UsedBytes / memory.TotalBytes);
        for (var i = 0; i < KindNames.Length; i++) samples.Add(KindNames[i], memory.Kinds[i]);
        samples.Add("swap.total_bytes", memory.SwapTotalBytes);
        samples.Add("swap.used_bytes", memory.SwapUsedBytes);
        if (memory.SwapTotalBytes > 0) samples.Add("swap.used_percent", 100.0 * memory.SwapUsedBytes / memory.SwapTotalBytes);
        return null;
    }
}
