using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>The room of each disk, from <c>/proc/self/mountinfo</c> and statvfs.</summary>
internal sealed class DiskSpaceSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("self", "mountinfo"));
    private readonly SeriesNames _names = new("mount", SeriesLimits.Mounts,
        "disk.total_bytes", "disk.used_bytes", "disk.available_bytes", "disk.used_percent",
        "disk.inodes_total", "disk.inodes_used", "disk.inodes_used_percent", "disk.read_only");
    private byte[] _knownTable = [];
    private IReadOnlyList<Mount> _disks = [];

    public string Name => "disk";

    public IReadOnlyList<string> Series => _names.Metrics;

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (ReadMounts() is { } fault) return fault;
        var unreadable = 0;
        foreach (var disk in _disks)
        {
            // Asked for before statvfs: what is not told about need not be paid for.
            if (!_names.TryGet(disk.Point, samples, out var names)) continue;
            try
            {
                AddSpace(samples, names, roots.Space(disk.Point));
                samples.Add(names[7], disk.IsReadOnly ? 1 : 0);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Unmounted a moment ago, or not ours to see: the other disks are shown all the same.
                unreadable++;
            }
        }
        return unreadable == 0 ? null : $"{unreadable} of {_disks.Count} disks did not answer";
    }

    private static void AddSpace(Samples samples, string[] names, FileSystemSpace space)
    {
        if (space.TotalBytes > 0)
        {
            samples.Add(names[0], space.TotalBytes);
            samples.Add(names[1], space.UsedBytes);
            samples.Add(names[2], space.AvailableBytes);
            samples.Add(names[3], space.UsedPercent);
        }
        if (space.TotalInodes > 0)
        {
            samples.Add(names[4], space.TotalInodes);
            samples.Add(names[5], space.UsedInodes);
            samples.Add(names[6], 100.0 * space.UsedInodes / space.TotalInodes);
        }
    }

    // The table of a host of containers is long and changes rarely, so it is parsed only when its bytes have changed.
    private string? ReadMounts()
    {
        var table = _file.Read();
        if (table.SequenceEqual(_knownTable)) return null;
        var parsed = MountTable.Parse(table);
        if (parsed.Fault is { } fault) return fault;
        _disks = MountChoice.Choose(parsed.Value);
        _knownTable = table.ToArray();
        return null;
    }
}
