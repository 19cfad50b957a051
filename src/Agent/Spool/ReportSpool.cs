using System.Globalization;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared;

namespace HostAtlas.Agent.Spool;

/// <summary>
/// The queue of reports, on the disk. A report is in it once <see cref="Append"/> returned (flushed), and leaves it only when the platform
/// acknowledged it, refused it for good, or when the folder is full: then the oldest go and <see cref="SpoolPlan.Gap"/> says so. Whatever
/// byte a kill or a damaged disk leaves behind, opening it again finds all that is whole.
/// <para>Not thread-safe: one loop owns it. One process: the lock in STATE.</para>
/// </summary>
public sealed class ReportSpool : IDisposable
{
    /// <summary>Most bytes of a batch's reports, before compression: below the protocol's 1 MiB with room for the frame.</summary>
    public const int BatchMaxBytes = 900 << 10;

    private const int SegmentMaxBytes = 512 << 10;
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly Func<Guid> _newBatchId;
    private readonly List<Segment> _segments;
    private readonly int _segmentBytes;
    private readonly RefusedReports _refused;
    private SpoolPlan _plan;
    private long _next;
    private long _waiting;

    private ReportSpool(string folder, string refusedFolder, long maxBytes, Func<Guid> newBatchId)
    {
        (_folder, _maxBytes, _newBatchId) = (folder, maxBytes, newBatchId);
        _refused = new RefusedReports(refusedFolder);
        // At least eight segments, so that a full spool loses at most an eighth at once.
        _segmentBytes = (int)Math.Min(SegmentMaxBytes, maxBytes / 8);
        _segments = Segment.List(folder);
        var plan = SpoolPlan.Load(PlanPath);
        PlanWasDamaged = plan is null && File.Exists(PlanPath);
        _plan = plan ?? new SpoolPlan { Acknowledged = _segments.Count == 0 ? 0 : _segments[0].First - 1 };
        foreach (var segment in _segments)
        {
            var scan = segment.Load();
            _waiting += scan.Records.Count(r => r.Sequence > _plan.Acknowledged);
            TornBytes += segment.SizeBytes - scan.EndBytes;
            segment.CutTail(scan.EndBytes);
        }
        _next = Math.Max(_plan.HighestSequence, _segments.Count == 0 ? 0 : _segments.Max(s => s.Last)) + 1;
        DeleteAcknowledged();
    }

    /// <summary>Opens the folder, makes it (0700) when it does not exist.</summary>
    /// <param name="folder">STATE/spool.</param>
    /// <param name="refusedFolder">STATE/refused.</param>
    /// <param name="maxBytes">Most bytes of all segments; beyond it the oldest reports go.</param>
    /// <param name="newBatchId">Draws the id of a new batch, <see cref="BatchId.Draw"/>.</param>
    public static ReportSpool Open(string folder, string refusedFolder, long maxBytes, Func<Guid> newBatchId)
    {
        foreach (var path in new[] { folder, refusedFolder })
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, FilePermissions.PrivateFolder);
        }
        return new ReportSpool(folder, refusedFolder, maxBytes, newBatchId);
    }

    /// <summary>What the queue holds and what it lost.</summary>
    public SpoolLevel Level =>
        new(_waiting, _segments.Sum(s => (long)s.SizeBytes), _maxBytes, _plan.Gap, _plan.DamagedReports, _plan.RefusedReports);

    /// <summary>Bytes behind the last whole record that were cut when the folder was opened.</summary>
    public long TornBytes { get; }

    /// <summary>The plan could not be read: reports that were sent just before may be sent under a new id.</summary>
    public bool PlanWasDamaged { get; }

    private string PlanPath => Path.Combine(_folder, "plan");

    /// <summary>Reads a folder without changing it, for a look while no agent runs; null when there is none.</summary>
    public static SpoolLevel? Inspect(string folder, long maxBytes)
    {
        if (!Directory.Exists(folder)) return null;
        var plan = SpoolPlan.Load(Path.Combine(folder, "plan")) ?? new SpoolPlan();
        var segments = Segment.List(folder);
        var waiting = segments.Sum(s => s.Load().Records.LongCount(r => r.Sequence > plan.Acknowledged));
        return new SpoolLevel(waiting, segments.Sum(s => (long)s.SizeBytes), maxBytes, plan.Gap, plan.DamagedReports, plan.RefusedReports);
    }

    /// <summary>Puts a report at the end, durably.</summary>
    /// <exception cref="IOException">The disk refused. The report is lost and counted in the gap; the log is as it was.</exception>
    public void Append(long atMs, ReadOnlySpan<byte> report)
    {
        if (report.Length > RecordFraming.PayloadMaxBytes) throw new ArgumentException("A report has at most 1 MiB.", nameof(report));
        var record = new byte[RecordFraming.SizeBytes(report.Length)];
        RecordFraming.Write(record, _next, atMs, report);
        try
        {
            MakeRoom(record.Length);
            if (_segments.Count == 0 || (_segments[^1].SizeBytes > 0 && _segments[^1].SizeBytes + record.Length > _segmentBytes))
            {
                if (_segments.Count > 0) _segments[^1].Dispose();
                _segments.Add(Segment.Create(_folder, _next));
            }
            _segments[^1].Append(record, _next);
        }
        catch (IOException)
        {
            // In memory only: the disk that refused the report would refuse the count too. The next save takes it along.
            _plan = _plan with { Gap = _plan.Gap.With(1, atMs, atMs) };
            throw;
        }
        _next++;
        _waiting++;
    }

    /// <summary>
    /// The oldest batch: planned before, or cut now from the oldest reports and written down before it is returned. Null when nothing
    /// waits.
    /// </summary>
    public SpoolBatch? NextBatch()
    {
        if (_plan.Batches.Count > 0) return _plan.Batches[0];
        var last = 0L;
        var sizeBytes = 0;
        var times = new HashSet<long>();
        foreach (var record in Waiting())
        {
            // Two reports of one moment (a clock that was set back) would be refused as a batch: the second begins the next one.
            if (times.Count == Limits.ReportsPerBatch || !times.Add(record.AtMs)) break;
            sizeBytes += record.Payload.Length + 1;
            if (sizeBytes > BatchMaxBytes && times.Count > 1) break;
            last = record.Sequence;
        }
        if (last == 0)
        {
            SkipDamaged();
            return null;
        }
        var batch = new SpoolBatch(_newBatchId(), _plan.Acknowledged + 1, last);
        Save(_plan with { Batches = [batch] });
        return batch;
    }

    /// <summary>The reports of a batch; damaged ones are left out.</summary>
    public IReadOnlyList<SpoolRecord> Read(SpoolBatch batch) =>
        [.. Waiting().SkipWhile(r => r.Sequence < batch.First).TakeWhile(r => r.Sequence <= batch.Last)];

    /// <summary>The platform has the batch: its reports are deleted. A batch that the full spool dropped meanwhile is ignored.</summary>
    public void Acknowledge(SpoolBatch batch) => Remove(batch, refused: false);

    /// <summary>Cuts a batch that was refused as a whole into two with new ids: nothing of it was stored.</summary>
    public void Split(SpoolBatch batch)
    {
        var records = Read(batch);
        if (records.Count < 2 || _plan.Batches.Count == 0 || _plan.Batches[0].Id != batch.Id) return;
        var middle = records[(records.Count / 2) - 1].Sequence;
        Save(_plan with
        {
            Batches =
            [
                new SpoolBatch(_newBatchId(), _plan.Batches[0].First, middle), new SpoolBatch(_newBatchId(), middle + 1, batch.Last),
                .. _plan.Batches.Skip(1),
            ],
        });
    }

    /// <summary>Takes a batch that the platform will never take out of the way, into STATE/refused, and counts it.</summary>
    /// <param name="batch">The batch, of one report.</param>
    /// <param name="reason">The platform's words.</param>
    public void SetAside(SpoolBatch batch, string reason)
    {
        foreach (var record in Read(batch)) _refused.Keep(record, reason);
        Remove(batch, refused: true);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var segment in _segments) segment.Dispose();
    }

    private IEnumerable<SpoolRecord> Waiting() => _segments.SelectMany(s => s.ReadAfter(_plan.Acknowledged));

    private void Remove(SpoolBatch batch, bool refused)
    {
        if (_plan.Batches.Count == 0 || _plan.Batches[0].Id != batch.Id) return;
        var present = Read(_plan.Batches[0]).Count;
        var last = _plan.Batches[0].Last;
        Save(_plan with
        {
            Acknowledged = last,
            Batches = [.. _plan.Batches.Skip(1)],
            DamagedReports = _plan.DamagedReports + (last - _plan.Acknowledged - present),
            RefusedReports = _plan.RefusedReports + (refused ? present : 0),
        });
        _waiting -= present;
        DeleteAcknowledged();
    }

    // Reports were here and none of them can be read: nothing to send, but to be counted.
    private void SkipDamaged()
    {
        if (_next - 1 <= _plan.Acknowledged) return;
        Save(_plan with { Acknowledged = _next - 1, DamagedReports = _plan.DamagedReports + (_next - 1 - _plan.Acknowledged) });
        DeleteAcknowledged();
    }

    private void MakeRoom(int bytes)
    {
        while (_segments.Count > 0 && _segments.Sum(s => (long)s.SizeBytes) + bytes > _maxBytes) DropOldest();
    }

    private void DropOldest()
    {
        var oldest = _segments[0];
        var dropped = oldest.ReadAfter(_plan.Acknowledged);
        if (oldest.Last > _plan.Acknowledged)
        {
            // The count is on the disk before the reports are gone; a kill between the two counts them once all the same, because what lies
            // at or below Acknowledged is deleted at the next start. A batch that is cut keeps its id: the rest of it is the same reports.
            var gap = dropped.Count == 0 ? _plan.Gap : _plan.Gap.With(dropped.Count, dropped.Min(r => r.AtMs), dropped.Max(r => r.AtMs));
            Save(_plan with
            {
                Acknowledged = oldest.Last,
                Batches = [.. _plan.Batches.Where(b => b.Last > oldest.Last).Select(b =>
                    b with { First = Math.Max(b.First, oldest.Last + 1) })],
                Gap = gap,
                DamagedReports = _plan.DamagedReports + (oldest.Last - _plan.Acknowledged - dropped.Count),
            });
        }
        _waiting -= dropped.Count;
        _segments.RemoveAt(0);
        oldest.Delete();
    }

    private void DeleteAcknowledged()
    {
        while (_segments.Count > 1 && _segments[0].Last <= _plan.Acknowledged)
        {
            _segments[0].Delete();
            _segments.RemoveAt(0);
        }
    }

    private void Save(SpoolPlan plan)
    {
        plan.Save(PlanPath);
        _plan = plan;
    }
}

/// <summary>What the spool holds and what it lost. <paramref name="Reports"/> wait; the other counts only grow.</summary>
public sealed record SpoolLevel(long Reports, long Bytes, long MaxBytes, SpoolGap Gap, long DamagedReports, long RefusedReports);
