using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Processes and threads of the container's cgroup; the files are the same in both versions.</summary>
internal sealed class ContainerPids(HostRoots roots, CgroupFolder folder) : IHostSource
{
    private readonly ProcFile _current = new(Path.Combine(roots.At(folder.Path), "pids.current"), ProcFile.OneNumberBytes);
    private readonly ProcFile _limit = new(Path.Combine(roots.At(folder.Path), "pids.max"), ProcFile.OneNumberBytes);

    /// <summary>What it can tell.</summary>
    public static IReadOnlyList<string> Names { get; } = ["container.threads", "container.threads_limit"];

    public string Name => "container pids";

    public IReadOnlyList<string> Series => Names;

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (!_current.TryRead(out var text)) return null;
        var current = SingleNumber.ParseCount(text);
        if (current.Fault is { } fault) return fault;
        samples.Add("container.threads", current.Value);
        if (_limit.TryRead(out text) && SingleNumber.ParseLimit(text) is { Fault: null } limit)
            samples.Add("container.threads_limit", limit.Value);
        return null;
    }
}
