using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>What each whole disk reads and writes, from <c>/proc/diskstats</c> and the names in <c>/sys/block</c>.</summary>
internal sealed class DiskActivitySource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(Path.Combine(roots.Proc, "diskstats"));
    private readonly string _blockFolder = Path.Combine(roots.Sys, "block");
    private readonly SeriesNames _names =
        new("device", "diskio.read_bytes_per_second", "diskio.written_bytes_per_second", "diskio.busy_percent");
    private Dictionary<string, DiskCounters> _before = [];
    private TimeSpan _readAt;

    public string Name => "diskio";

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = DiskStats.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        var whole = Directory.EnumerateFileSystemEntries(_blockFolder).Select(path => Path.GetFileName(path))
            .Where(WholeDisks.IsDisk).Select(WholeDisks.NameInDiskStats).ToHashSet();
        var elapsed = sinceStart - _readAt;
        var now = new Dictionary<string, DiskCounters>(whole.Count);
        foreach (var disk in parsed.Value)
        {
            if (!whole.Contains(disk.Device)) continue;
            now[disk.Device] = disk;
            if (!_before.TryGetValue(disk.Device, out var before) || disk.BeganAnewSince(before)) continue;
            var names = _names.For(disk.Device);
            samples.Add(names[0], CounterRate.PerSecond(before.ReadBytes, disk.ReadBytes, elapsed));
            samples.Add(names[1], CounterRate.PerSecond(before.WrittenBytes, disk.WrittenBytes, elapsed));
            samples.Add(names[2], CounterRate.BusyPercent(before.BusyMilliseconds, disk.BusyMilliseconds, elapsed));
        }
        (_before, _readAt) = (now, sinceStart);
        return null;
    }
}
