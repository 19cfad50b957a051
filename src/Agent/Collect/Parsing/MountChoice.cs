using System.Collections.Frozen;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Which mounts are disks whose room people watch. A disk is a file system on a block device (major number not 0), one of those that
/// spread over several devices, or whatever carries the root folder (a container's overlay). Left out: pseudo file systems and tmpfs;
/// images, which are full by nature; network file systems, because statvfs on one whose server is gone blocks for ever; overlays other
/// than the root.
/// </summary>
internal static class MountChoice
{
    // btrfs, zfs and bcachefs have device numbers of their own with major 0.
    private static readonly FrozenSet<string> Spread = FrozenSet.ToFrozenSet(["btrfs", "zfs", "bcachefs", "virtiofs"]);
    private static readonly FrozenSet<string> Images = FrozenSet.ToFrozenSet(["squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs"]);
    private static readonly FrozenSet<string> NeverRoot =
        FrozenSet.ToFrozenSet(["rootfs", "nfs", "nfs4", "cifs", "smb3", "ceph", "autofs"]);

    // Container engines bind single files of the host's disk here: /etc/hosts, /dev/termination-log, /run/secrets/…
    private static readonly string[] NoPlaceForDisks = ["/etc/", "/dev/", "/proc/", "/sys/", "/run/secrets/", "/run/.containerenv"];

    // Volumes and layers that container engines mount and unmount with every container: each would be a series for minutes, kept for years.
    // A disk that is mounted at such a folder itself is one like others.
    private static readonly string[] EnginesOwn = ["/var/lib/docker/", "/var/lib/containers/storage/", "/var/lib/kubelet/"];

    /// <summary>
    /// One mount a disk, in the order of their mount points. Of several mounts of one disk (bind mounts, subvolumes) the root folder's goes
    /// first, then a whole file system, then the shortest mount point: the choice of <c>df</c>.
    /// </summary>
    public static IReadOnlyList<Mount> Choose(IEnumerable<Mount> mounts)
    {
        // A later mount on the same point covers the earlier one.
        var visible = new Dictionary<string, Mount>();
        foreach (var mount in mounts) visible[mount.Point] = mount;

        var seen = new HashSet<string>();
        var chosen = new List<Mount>();
        var candidates = visible.Values.Where(IsDisk)
            .OrderBy(Rank).ThenBy(mount => mount.Point.Length).ThenBy(mount => mount.Point, StringComparer.Ordinal);
        foreach (var mount in candidates)
        {
            // Subvolumes can differ in device number and share the source; bind mounts share both.
            var isNew = seen.Add(mount.Device);
            if (mount.Source.StartsWith("/dev/", StringComparison.Ordinal)) isNew = seen.Add(mount.Source) && isNew;
            if (isNew) chosen.Add(mount);
        }
        chosen.Sort((a, b) => string.CompareOrdinal(a.Point, b.Point));
        return chosen;
    }

    private static bool IsDisk(Mount mount)
    {
        if (mount.Point == "/") return !NeverRoot.Contains(mount.Type);
        if (Images.Contains(mount.Type)) return false;
        if (mount.Root != "/" && NoPlaceForDisks.Any(place => mount.Point.StartsWith(place, StringComparison.Ordinal))) return false;
        if (EnginesOwn.Any(place => mount.Point.StartsWith(place, StringComparison.Ordinal))) return false;
        return Spread.Contains(mount.Type) || !mount.Device.StartsWith("0:", StringComparison.Ordinal);
    }

    private static int Rank(Mount mount) => mount.Point == "/" ? 0 : mount.Root == "/" ? 1 : 2;
}
