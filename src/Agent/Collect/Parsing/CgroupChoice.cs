using System.Text;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Where a container's own cgroup lies, by what is controlled; null: nowhere. Version 1 has a tree for each controller, version 2 one for
/// all.
/// </summary>
internal sealed record CgroupFolders(CgroupFolder? Memory, CgroupFolder? Cpu, CgroupFolder? CpuAccounting, CgroupFolder? Pids);

/// <summary>A folder of a cgroup file system, and the version whose files it holds.</summary>
internal sealed record CgroupFolder(string Path, int Version);

/// <summary>
/// Tells whether the agent runs in a container with limits of its own, and where they stand. On a plain host the agent's cgroup is that of
/// its service, which says nothing of the host, so it is left alone there.
/// </summary>
internal static class CgroupChoice
{
    /// <summary>
    /// The inode of the host's own cgroup namespace, the same on each Linux since 4.6 (PROC_CGROUP_INIT_INO, include/linux/proc_ns.h):
    /// whoever sees another one is in a container, whatever engine made it.
    /// </summary>
    public const string HostsNamespace = "cgroup:[4026531835]";

    /// <summary>
    /// The folders of the container's cgroup; null on a plain host. A container has a cgroup namespace of its own, and then the root of
    /// what is mounted is its cgroup; or, as older engines do it, only its own part of the tree is mounted (the mount's root is the agent's
    /// cgroup or one above it).
    /// </summary>
    /// <param name="mounts">The mount table.</param>
    /// <param name="ownCgroups">Text of <c>/proc/self/cgroup</c>.</param>
    /// <param name="ownNamespace">Target of the link <c>/proc/self/ns/cgroup</c>; null when there is none.</param>
    public static CgroupFolders? Choose(IReadOnlyList<Mount> mounts, ReadOnlySpan<byte> ownCgroups, string? ownNamespace)
    {
        var inNamespace = ownNamespace is not (null or HostsNamespace);
        var paths = ReadPaths(ownCgroups);
        var folders = new CgroupFolders(Find("memory"), Find("cpu"), Find("cpuacct"), Find("pids"));
        return folders is { Memory: null, Cpu: null, CpuAccounting: null, Pids: null } ? null : folders;

        CgroupFolder? Find(string controller)
        {
            foreach (var mount in mounts)
            {
                if (mount.Type == "cgroup" && HasOption(mount.SuperOptions, controller)) return Folder(mount, controller, 1);
            }
            // Beside trees of version 1 there may be one of version 2 that controls nothing; then its files are missing, and that is all.
            return mounts.FirstOrDefault(mount => mount.Type == "cgroup2") is { } unified ? Folder(unified, "", 2) : null;
        }

        CgroupFolder? Folder(Mount mount, string controller, int version)
        {
            // A root with dots is a folder outside of the namespace: this tree is not the container's.
            if (mount.Root.StartsWith("/..", StringComparison.Ordinal)) return null;
            if (inNamespace) return new CgroupFolder(mount.Point, version);
            var isOwnPart = mount.Root != "/" && paths.TryGetValue(controller, out var own)
                && (own == mount.Root || own.StartsWith(mount.Root + "/", StringComparison.Ordinal));
            return isOwnPart ? new CgroupFolder(mount.Point, version) : null;
        }
    }

    // cgroups(7): lines "4:memory:/path", "3:cpu,cpuacct:/path", and "0::/path" for version 2.
    private static Dictionary<string, string> ReadPaths(ReadOnlySpan<byte> ownCgroups)
    {
        var paths = new Dictionary<string, string>();
        var lines = new TextLines(ownCgroups);
        while (lines.TryNext(out var line))
        {
            var parts = Encoding.UTF8.GetString(line.Rest).Split(':', 3);
            if (parts.Length < 3) continue;
            foreach (var controller in parts[1].Split(',')) paths[controller] = parts[2];
        }
        return paths;
    }

    private static bool HasOption(string options, string option)
    {
        foreach (var range in options.AsSpan().Split(','))
        {
            if (options.AsSpan(range).SequenceEqual(option)) return true;
        }
        return false;
    }
}
