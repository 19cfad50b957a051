using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>What each whole disk reads and writes, from <c>/proc/diskstats</c> and the names in <c>/sys/block</c>.</summary>
internal sealed class DiskActivitySource(HostRoots roots) : IHostSource
{
    private const double MillisecondsPerSecond = 1000;
    private readonly ProcFile _file = new(roots.Proc("diskstats"));
    private readonly string _blockFolder = roots.Sys("block");
    private readonly SeriesNames _names = new("device", SeriesLimits.Devices,
        "diskio.read_bytes_per_second", "diskio.written_bytes_per_second", "diskio.reads_per_second", "diskio.writes_per_second",
        "diskio.read_seconds_per_second", "diskio.write_seconds_per_second", "diskio.queued_requests", "diskio.busy_percent");
    private HashSet<string> _whole = [], _known = [];
    private Dictionary<string, DiskCounters> _before = [];
    private TimeSpan _readAt;

    public string Name => "diskio";

    public IReadOnlyList<string> Series => _names.Metrics;

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = DiskStats.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        var devices = parsed.Value;
        if (!devices.TrueForAll(device => _known.Contains(device.Device))) LearnDevices(devices);
        devices.RemoveAll(device => !_whole.Contains(device.Device));
        devices.Sort((a, b) => string.CompareOrdinal(a.Device, b.Device));
        var elapsed = sinceStart - _readAt;
        var now = new Dictionary<string, DiskCounters>(devices.Count);
        foreach (var disk in devices)
        {
            now[disk.Device] = disk;
            if (!_names.TryGet(disk.Device, samples, out var names)) continue;
            if (_before.TryGetValue(disk.Device, out var before) && !disk.BeganAnewSince(before))
                AddRates(samples, names, before, disk, elapsed);
        }
        (_before, _readAt) = (now, sinceStart);
        return null;
    }

    // Which of them are whole disks is asked only when there is one not seen before: listing a folder costs as much as all the rest here.
    private void LearnDevices(List<DiskCounters> devices)
    {
        _whole = Directory.EnumerateFileSystemEntries(_blockFolder).Select(path => Path.GetFileName(path))
            .Where(WholeDisks.IsDisk).Select(WholeDisks.NameInDiskStats).ToHashSet();
        _known = devices.Select(device => device.Device).ToHashSet();
    }

    private static void AddRates(Samples samples, string[] names, DiskCounters before, DiskCounters now, TimeSpan elapsed)
    {
        samples.Add(names[0], CounterRate.PerSecond(before.ReadBytes, now.ReadBytes, elapsed));
        samples.Add(names[1], CounterRate.PerSecond(before.WrittenBytes, now.WrittenBytes, elapsed));
        samples.Add(names[2], CounterRate.PerSecond(before.Reads, now.Reads, elapsed));
        samples.Add(names[3], CounterRate.PerSecond(before.Writes, now.Writes, elapsed));
        samples.Add(names[4], Seconds(before.ReadMilliseconds, now.ReadMilliseconds));
        samples.Add(names[5], Seconds(before.WriteMilliseconds, now.WriteMilliseconds));
        samples.Add(names[6], Seconds(before.QueuedMilliseconds, now.QueuedMilliseconds));
        samples.Add(names[7], CounterRate.BusyPercent(before.BusyMilliseconds, now.BusyMilliseconds, elapsed));

        double? Seconds(ulong earlier, ulong later) => CounterRate.PerSecond(earlier, later, elapsed) / MillisecondsPerSecond;
    }
}
