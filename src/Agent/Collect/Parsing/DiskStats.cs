using System.Text;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>What one block device did since the start. Busy: milliseconds with at least one request under way.</summary>
internal readonly record struct DiskCounters(string Device, ulong ReadBytes, ulong WrittenBytes, ulong BusyMilliseconds)
{
    /// <summary>Whether this is another device under the same name: its bytes began anew. Busy alone may wrap.</summary>
    public bool BeganAnewSince(DiskCounters before) => ReadBytes < before.ReadBytes || WrittenBytes < before.WrittenBytes;
}

/// <summary>
/// Reads <c>/proc/diskstats</c> (Documentation/admin-guide/iostats.rst): <c>major minor name</c> and 11, 15 or 17 counters. A sector is 512
/// bytes here whatever the device's own sectors are. The busy counter has 32 bits and wraps every 49.7 days of work.
/// </summary>
internal static class DiskStats
{
    private const ulong SectorBytes = 512;
    private static readonly ParseFault TooFew = new("a device with too few counters");

    /// <summary>All devices that ever moved a byte, partitions included; <see cref="WholeDisks"/> chooses.</summary>
    public static Parsed<List<DiskCounters>> Parse(ReadOnlySpan<byte> text)
    {
        var disks = new List<DiskCounters>();
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            if (!line.TrySkip(2) || !line.TryNext(out var name)) return new ParseFault("a device without a name");
            if (!line.TryNextCounter(out _) || !line.TryNextCounter(out _)
                || !line.TryNextCounter(out var sectorsRead) || !line.TryNextCounter(out _)) return TooFew;
            // Kernels before 2.6.25 end a partition's line here.
            if (!line.TryNextCounter(out _)) continue;
            if (!line.TryNextCounter(out _) || !line.TryNextCounter(out var sectorsWritten) || !line.TryNextCounter(out _)
                || !line.TryNextCounter(out _) || !line.TryNextCounter(out var busy)) return TooFew;
            if (Math.Max(sectorsRead, sectorsWritten) > ulong.MaxValue / SectorBytes) return new ParseFault("too many sectors");
            // Drivers make dozens of devices that nobody uses (loop0-7, nbd0-15): what never moved a byte is not worth a name.
            if (sectorsRead == 0 && sectorsWritten == 0) continue;
            var device = Encoding.UTF8.GetString(name);
            disks.Add(new DiskCounters(device, sectorsRead * SectorBytes, sectorsWritten * SectorBytes, busy));
        }
        return disks;
    }
}
