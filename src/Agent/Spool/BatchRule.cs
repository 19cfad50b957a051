using HostAtlas.Shared;

namespace HostAtlas.Agent.Spool;

/// <summary>What may share a batch.</summary>
/// <param name="RecordsMax">Most records of one batch.</param>
/// <param name="DistinctTimes">No two records of one batch have the same time.</param>
/// <param name="KeptWhole">
/// A batch with an id is never shortened: a full spool drops it whole. The platform knows a line by its batch and its place in it, so that
/// a retry without its first lines would give all others another place, and they would be stored twice.
/// </param>
public sealed record BatchRule(int RecordsMax, bool DistinctTimes, bool KeptWhole)
{
    /// <summary>Of reports.</summary>
    public static readonly BatchRule Reports = new(Limits.ReportsPerBatch, DistinctTimes: true, KeptWhole: false);

    /// <summary>Of lines of logs.</summary>
    public static readonly BatchRule Lines = new(Limits.LinesPerBatch, DistinctTimes: false, KeptWhole: true);

    /// <summary>Most bytes of a batch's records, before compression: below the protocol's 1 MiB with room for the frame.</summary>
    public const int MaxBytes = 900 << 10;

    /// <summary>The last record of a batch that begins with the first of these; 0 when there is none. Pure.</summary>
    internal long CutAfter(IEnumerable<SpoolRecord> waiting)
    {
        var (last, sizeBytes, count) = (0L, 0, 0);
        var times = new HashSet<long>();
        foreach (var record in waiting)
        {
            // Two reports of one moment (a clock that was set back) would be refused as a batch: the second begins the next one.
            if (count == RecordsMax || (DistinctTimes && !times.Add(record.AtMs))) break;
            sizeBytes += record.Payload.Length + 1;
            if (sizeBytes > MaxBytes && count > 0) break;
            last = record.Sequence;
            count++;
        }
        return last;
    }
}
