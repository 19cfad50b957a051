using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Load averages, from <c>/proc/loadavg</c>.</summary>
internal sealed class LoadSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(Path.Combine(roots.Proc, "loadavg"));

    public string Name => "load";

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = LoadAverage.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        samples.Add("load.1m", parsed.Value.OneMinute);
        samples.Add("load.5m", parsed.Value.FiveMinutes);
        samples.Add("load.15m", parsed.Value.FifteenMinutes);
        return null;
    }
}
