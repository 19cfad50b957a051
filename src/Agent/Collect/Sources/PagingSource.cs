using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>What moves between memory and disks because memory is short, from <c>/proc/vmstat</c>.</summary>
internal sealed class PagingSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("vmstat"));
    private PagingCounters? _before;
    private TimeSpan _readAt;

    public string Name => "paging";

    public IReadOnlyList<string> Series { get; } =
        ["swap.in_bytes_per_second", "swap.out_bytes_per_second", "memory.major_faults_per_second", "memory.oom_kills"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (!_file.TryRead(out var text)) return null;
        var parsed = PagingCounters.Parse(text);
        if (parsed.Fault is { } fault) return fault;
        var now = parsed.Value;
        samples.Add("memory.oom_kills", now.OomKills);
        if (_before is { } before)
        {
            var elapsed = sinceStart - _readAt;
            var pageBytes = roots.PageSizeBytes;
            samples.Add("swap.in_bytes_per_second", pageBytes * CounterRate.PerSecond(before.SwapInPages, now.SwapInPages, elapsed));
            samples.Add("swap.out_bytes_per_second", pageBytes * CounterRate.PerSecond(before.SwapOutPages, now.SwapOutPages, elapsed));
            samples.Add("memory.major_faults_per_second", CounterRate.PerSecond(before.MajorFaults, now.MajorFaults, elapsed));
        }
        (_before, _readAt) = (now, sinceStart);
        return null;
    }
}
