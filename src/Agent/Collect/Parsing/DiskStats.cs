using System.Text;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// What one block device did since the start. Read and write milliseconds: how long all requests took, together; busy: with at least one
/// request under way; queued: weighted by the requests under way.
/// </summary>
internal readonly record struct DiskCounters(
    string Device, ulong Reads, ulong ReadBytes, ulong ReadMilliseconds, ulong Writes, ulong WrittenBytes, ulong WriteMilliseconds,
    ulong BusyMilliseconds, ulong QueuedMilliseconds)
{
    /// <summary>Whether this is another device under the same name: its requests or bytes began anew. Only milliseconds wrap.</summary>
    public bool BeganAnewSince(DiskCounters before) =>
        Reads < before.Reads || ReadBytes < before.ReadBytes || Writes < before.Writes || WrittenBytes < before.WrittenBytes;
}

/// <summary>
/// Reads <c>/proc/diskstats</c> (Documentation/admin-guide/iostats.rst): <c>major minor name</c> and 11, 15 or 17 counters. A sector is 512
/// bytes here whatever the device's own sectors are. The counters of milliseconds have 32 bits on many kernels and wrap after 49.7 days.
/// </summary>
internal static class DiskStats
{
    private const ulong SectorBytes = 512;
    private const int MostCounters = 11, PartitionsOldCounters = 4;
    private static readonly ParseFault TooFew = new("a device with too few counters");

    /// <summary>All devices that ever moved a byte, partitions included; <see cref="WholeDisks"/> chooses.</summary>
    public static Parsed<List<DiskCounters>> Parse(ReadOnlySpan<byte> text)
    {
        var disks = new List<DiskCounters>();
        Span<ulong> counters = stackalloc ulong[MostCounters];
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            if (!line.TrySkip(2) || !line.TryNext(out var name)) return new ParseFault("a device without a name");
            var count = 0;
            while (count < counters.Length && line.TryNextCounter(out counters[count])) count++;
            // Kernels before 2.6.25 end a partition's line behind four of them.
            if (count == PartitionsOldCounters && line.Rest.IsEmpty) continue;
            if (count < MostCounters) return TooFew;
            // reads, merged, sectors, ms; writes, merged, sectors, ms; under way, busy ms, queued ms
            var (sectorsRead, sectorsWritten) = (counters[2], counters[6]);
            if (Math.Max(sectorsRead, sectorsWritten) > ulong.MaxValue / SectorBytes) return new ParseFault("too many sectors");
            // Drivers make dozens of devices that nobody uses (loop0-7, nbd0-15): what never moved a byte is not worth a name.
            if (sectorsRead == 0 && sectorsWritten == 0) continue;
            disks.Add(new DiskCounters(
                Encoding.UTF8.GetString(name), counters[0], sectorsRead * SectorBytes, counters[3],
                counters[4], sectorsWritten * SectorBytes, counters[7], counters[9], counters[10]));
        }
        return disks;
    }
}
