using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>
/// Memory of the container's cgroup. Used leaves out the page cache that nobody looked at lately, as <c>docker stats</c> and Kubernetes do:
/// the kernel takes it back before it kills anything.
/// </summary>
internal sealed class ContainerMemory : IHostSource
{
    private readonly ProcFile _current, _limit, _stat, _events;
    private readonly byte[] _inactiveFileKey;
    private static readonly byte[] OomKillKey = KeyedCounters.Keys("oom_kill")[0];

    /// <summary>The files of one version.</summary>
    public ContainerMemory(HostRoots roots, CgroupFolder folder)
    {
        var isFirst = folder.Version == 1;
        _current = File(isFirst ? "memory.usage_in_bytes" : "memory.current", ProcFile.OneNumberBytes);
        _limit = File(isFirst ? "memory.limit_in_bytes" : "memory.max", ProcFile.OneNumberBytes);
        _stat = File("memory.stat", 4096);
        _events = File(isFirst ? "memory.oom_control" : "memory.events", 256);
        _inactiveFileKey = KeyedCounters.Keys(isFirst ? "total_inactive_file" : "inactive_file")[0];

        ProcFile File(string name, int bytes) => new(Path.Combine(roots.At(folder.Path), name), bytes);
    }

    /// <summary>What it can tell.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "container.memory_current_bytes", "container.memory_used_bytes", "container.memory_limit_bytes", "container.memory_used_percent",
        "container.oom_kills",
    ];

    public string Name => "container memory";

    public IReadOnlyList<string> Series => Names;

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        // No such file: this tree does not control memory.
        if (!_current.TryRead(out var text)) return null;
        var current = SingleNumber.ParseCount(text);
        if (current.Fault is { } fault) return fault;
        samples.Add("container.memory_current_bytes", current.Value);
        ulong? used = null, limit = null;
        if (_stat.TryRead(out text) && KeyedCounters.Find(text, _inactiveFileKey) is { } inactive)
            used = current.Value - Math.Min(inactive, current.Value);
        if (_limit.TryRead(out text)) limit = SingleNumber.ParseLimit(text) is { Fault: null } known ? known.Value : null;
        samples.Add("container.memory_used_bytes", used);
        samples.Add("container.memory_limit_bytes", limit);
        samples.Add("container.memory_used_percent", limit > 0 ? 100.0 * used / limit : null);
        if (_events.TryRead(out text)) samples.Add("container.oom_kills", KeyedCounters.Find(text, OomKillKey));
        return null;
    }
}
