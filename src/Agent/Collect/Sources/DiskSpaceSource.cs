using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>The room of each disk, from <c>/proc/self/mountinfo</c> and statvfs.</summary>
internal sealed class DiskSpaceSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(Path.Combine(roots.Proc, "self", "mountinfo"));
    private readonly SeriesNames _names = new("mount", "disk.total_bytes", "disk.used_bytes", "disk.used_percent");
    private byte[] _knownTable = [];
    private IReadOnlyList<Mount> _disks = [];

    public string Name => "disk";

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (ReadMounts() is { } fault) return fault;
        var unreadable = 0;
        foreach (var disk in _disks)
        {
            FileSystemSpace space;
            try
            {
                space = roots.Space(disk.Point);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Unmounted a moment ago, or not ours to see: the other disks are shown all the same.
                unreadable++;
                continue;
            }
            if (space.TotalBytes <= 0) continue;
            var names = _names.For(disk.Point);
            samples.Add(names[0], space.TotalBytes);
            samples.Add(names[1], space.UsedBytes);
            samples.Add(names[2], space.UsedPercent);
        }
        return unreadable == 0 ? null : $"{unreadable} of {_disks.Count} disks did not answer";
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
