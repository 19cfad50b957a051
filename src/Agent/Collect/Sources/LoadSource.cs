using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Load averages and the number of threads, from <c>/proc/loadavg</c>.</summary>
internal sealed class LoadSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("loadavg"), ProcFile.OneNumberBytes);

    public string Name => "load";

    public IReadOnlyList<string> Series { get; } = ["load.1m", "load.5m", "load.15m", "process.threads"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = LoadAverage.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        samples.Add("load.1m", parsed.Value.OneMinute);
        samples.Add("load.5m", parsed.Value.FiveMinutes);
        samples.Add("load.15m", parsed.Value.FifteenMinutes);
        samples.Add("process.threads", parsed.Value.Threads);
        return null;
    }
}
