using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>What the agent itself takes of the host's memory, from <c>/proc/self/statm</c>: a guest should say what it costs.</summary>
internal sealed class AgentMemorySource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("self", "statm"), ProcFile.OneNumberBytes);

    public string Name => "agent";

    public IReadOnlyList<string> Series { get; } = ["agent.resident_bytes"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = ProcessMemory.ParseResidentPages(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        samples.Add("agent.resident_bytes", (double)parsed.Value * roots.PageSizeBytes);
        return null;
    }
}
