using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>How long the host runs, from <c>/proc/uptime</c>.</summary>
internal sealed class UptimeSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("uptime"), ProcFile.OneNumberBytes);

    public string Name => "uptime";

    public IReadOnlyList<string> Series { get; } = ["host.uptime_seconds"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = Uptime.ParseSeconds(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        samples.Add("host.uptime_seconds", parsed.Value);
        return null;
    }
}
