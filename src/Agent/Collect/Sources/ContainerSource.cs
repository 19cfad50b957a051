using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>
/// What the container that the agent runs in may use and does use, from its cgroup of version 1 or 2. Everything else the agent tells is
/// mostly the host's: <c>/proc</c> does not know of containers.
/// </summary>
internal sealed class ContainerSource(HostRoots roots) : IHostSource
{
    private List<IHostSource>? _parts;

    public string Name => "container";

    public IReadOnlyList<string> Series { get; } = [.. ContainerMemory.Names, .. ContainerCpu.Names, .. ContainerPids.Names];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        // A process does not move into another container, so this is looked up once. A mount table that cannot be read now is the disks'
        // fault, and looked at again next time.
        _parts ??= LookUp();
        string? fault = null;
        foreach (var part in _parts ?? []) fault = part.Collect(samples, sinceStart) ?? fault;
        return fault;
    }

    private List<IHostSource>? LookUp()
    {
        if (!new ProcFile(roots.Proc("self", "mountinfo")).TryRead(out var table)) return null;
        if (MountTable.Parse(table) is not { Fault: null } mounts) return null;
        if (!new ProcFile(roots.Proc("self", "cgroup")).TryRead(out var cgroups)) return [];
        var ownNamespace = new FileInfo(roots.Proc("self", "ns", "cgroup")).LinkTarget;
        if (CgroupChoice.Choose(mounts.Value, cgroups, ownNamespace) is not { } folders) return [];
        List<IHostSource> parts = [];
        if (folders.Memory is { } memory) parts.Add(new ContainerMemory(roots, memory));
        if (folders.Cpu is { } cpu) parts.Add(new ContainerCpu(roots, cpu, folders.CpuAccounting));
        if (folders.Pids is { } pids) parts.Add(new ContainerPids(roots, pids));
        return parts;
    }
}
