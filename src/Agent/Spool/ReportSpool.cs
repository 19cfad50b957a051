using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Spool;

/// <summary>
/// A queue on the disk, of reports or of lines of logs. A record is in it once it was appended (flushed), and leaves it only when the
/// platform acknowledged it, refused it for good, or when the folder is full: then the oldest go and <see cref="SpoolPlan.Gap"/> says so.
/// Whatever byte a kill or a damaged disk leaves behind, opening it again finds all that is whole.
/// <para>Not thread-safe: one loop owns it. One process: the lock in STATE.</para>
/// </summary>
public sealed class ReportSpool : IDisposable
{
    private const int SegmentMaxBytes = 512 << 10;
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly Func<Guid> _newBatchId;
    private readonly List<Segment> _segments;
    private readonly int _segmentBytes;
    private readonly RefusedReports _refused;
    private readonly BatchRule _rule;
    private readonly ISpoolFollower? _follower;
    private SpoolPlan _plan;
    private long _next;
    private long _waiting;

    private ReportSpool(
        string folder, string refusedFolder, long maxBytes, Func<Guid> newBatchId, BatchRule rule, ISpoolFollower? follower)
    {
        (_folder, _maxBytes, _newBatchId, _rule, _follower) = (folder, maxBytes, newBatchId, rule, follower);
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
            foreach (var record in scan.Records) follower?.Found(record);
        }
        _next = Math.Max(_plan.HighestSequence, _segments.Count == 0 ? 0 : _segments.Max(s => s.Last)) + 1;
        follower?.AllFound(_next - 1);
        if (_plan.NextId == Guid.Empty) Save(_plan with { NextId = newBatchId() });
        DeleteAcknowledged();
    }

    /// <summary>Opens the folder, makes it (0700) when it does not exist.</summary>
    /// <param name="folder">STATE/spool.</param>
    /// <param name="refusedFolder">STATE/refused.</param>
    /// <param name="maxBytes">Most bytes of all segments; beyond it the oldest reports go.</param>
    /// <param name="newBatchId">Draws the id of a new batch, <see cref="BatchId.Draw"/>.</param>
    /// <param name="rule">What may share a batch; null: the rule of reports.</param>
    /// <param name="follower">Who keeps what records carry, or null.</param>
    internal static ReportSpool Open(string folder, string refusedFolder, long maxBytes, Func<Guid> newBatchId, BatchRule? rule = null,
        ISpoolFollower? follower = null)
    {
        foreach (var path in new[] { folder, refusedFolder })
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, FilePermissions.PrivateFolder);
        }
        return new ReportSpool(folder, refusedFolder, maxBytes, newBatchId, rule ?? BatchRule.Reports, follower);
    }

    /// <summary>What the queue holds and what it lost.</summary>
    public SpoolLevel Level =>
        new(_waiting, _segments.Sum(s => (long)s.SizeBytes), _maxBytes, _plan.Gap, _plan.DamagedReports, _plan.RefusedReports);

    /// <summary>Bytes behind the last whole record that were cut when the folder was opened.</summary>
    public long TornBytes { get; }

    /// <summary>The plan could not be read: reports that were sent just before may be sent under a new id.</summary>
    public bool PlanWasDamaged { get; }

    /// <summary>The sequence of the newest record; 0 before the first.</summary>
    internal long Newest => _next - 1;

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

    /// <summary>Tells a follower what lies in a folder that is only looked at.</summary>
    internal static void Follow(string folder, ISpoolFollower follower)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var record in Segment.List(folder).SelectMany(segment => segment.Load().Records)) follower.Found(record);
    }

    /// <summary>
    /// The batch that goes out next, and its records, from a folder that is only looked at; null when nothing waits or there is no folder.
    /// </summary>
    internal static (Guid Id, IReadOnlyList<SpoolRecord> Records)? Peek(string folder, BatchRule rule)
    {
        if (!Directory.Exists(folder) || SpoolPlan.Load(Path.Combine(folder, "plan")) is not { } plan) return null;
        var waiting = Segment.List(folder).SelectMany(s => s.Load().Records).Where(r => r.Sequence > plan.Acknowledged);
        var batch = plan.Batches.Count > 0 ? plan.Batches[0] : new SpoolBatch(plan.NextId, plan.Acknowledged + 1, rule.CutAfter(waiting));
        var records = waiting.SkipWhile(r => r.Sequence < batch.First).TakeWhile(r => r.Sequence <= batch.Last).ToList();
        return records.Count == 0 ? null : (batch.Id, records);
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
            SegmentFor(record.Length).Append(record, _next);
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
    /// Puts as many of these at the end, durably, as one segment takes, with one flush; gives how many. A kill in the middle leaves the
    /// first of them and no others.
    /// </summary>
    /// <exception cref="IOException">The disk refused. Nothing was appended and nothing is lost: the caller still has them.</exception>
    public int AppendSome(IReadOnlyList<(long AtMs, byte[] Payload)> items, int from)
    {
        var first = RecordFraming.SizeBytes(items[from].Payload.Length);
        var segment = SegmentFor(first);
        var (count, bytes) = (1, first);
        while (from + count < items.Count
            && RecordFraming.SizeBytes(items[from + count].Payload.Length) is var more && segment.SizeBytes + bytes + more <= _segmentBytes)
        {
            bytes += more;
            count++;
        }
        MakeRoom(bytes);
        var records = new byte[bytes];
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var (atMs, payload) = items[from + i];
            RecordFraming.Write(records.AsSpan(at), _next + i, atMs, payload);
            at += RecordFraming.SizeBytes(payload.Length);
        }
        segment.Append(records, _next + count - 1);
        _next += count;
        _waiting += count;
        return count;
    }

    /// <summary>
    /// The oldest batch: planned before, or cut now from the oldest reports and written down before it is returned. Null when nothing
    /// waits.
    /// </summary>
    public SpoolBatch? NextBatch()
    {
        if (_plan.Batches.Count > 0) return _plan.Batches[0];
        var last = _rule.CutAfter(Waiting());
        if (last == 0)
        {
            SkipDamaged();
            return null;
        }
        // The id was drawn before, so that `preview` can tell it.
        var batch = new SpoolBatch(_plan.NextId, _plan.Acknowledged + 1, last);
        Save(_plan with { Batches = [batch], NextId = _newBatchId() });
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

    private Segment SegmentFor(int bytes)
    {
        MakeRoom(bytes);
        if (_segments.Count == 0 || (_segments[^1].SizeBytes > 0 && _segments[^1].SizeBytes + bytes > _segmentBytes))
        {
            if (_segments.Count > 0) _segments[^1].Dispose();
            _segments.Add(Segment.Create(_folder, _next));
        }
        return _segments[^1];
    }

    private void MakeRoom(int bytes)
    {
        while (_segments.Count > 0 && _segments.Sum(s => (long)s.SizeBytes) + bytes > _maxBytes) DropOldest();
    }

    private void DropOldest()
    {
        _follower?.BeforeDelete();
        var oldest = _segments[0];
        var upTo = oldest.Last;
        if (_rule.KeptWhole && _plan.Batches.Count > 0 && _plan.Batches[0].First <= upTo) upTo = Math.Max(upTo, _plan.Batches[^1].Last);
        var dropped = Waiting().TakeWhile(r => r.Sequence <= upTo).ToList();
        if (upTo > _plan.Acknowledged)
        {
            // The count is on the disk before the reports are gone; a kill between the two counts them once all the same, because what lies
            // at or below Acknowledged is deleted at the next start. A batch that is cut keeps its id: the rest of it is the same reports.
            var gap = dropped.Count == 0 ? _plan.Gap : _plan.Gap.With(dropped.Count, dropped.Min(r => r.AtMs), dropped.Max(r => r.AtMs));
            Save(_plan with
            {
                Acknowledged = upTo,
                Batches = [.. _plan.Batches.Where(b => b.Last > upTo).Select(b => b with { First = Math.Max(b.First, upTo + 1) })],
                Gap = gap,
                DamagedReports = _plan.DamagedReports + (upTo - _plan.Acknowledged - dropped.Count),
            });
        }
        _waiting -= dropped.Count;
        _segments.RemoveAt(0);
        oldest.Delete();
    }

    private void DeleteAcknowledged()
    {
        if (_segments.Count < 2 || _segments[0].Last > _plan.Acknowledged) return;
        _follower?.BeforeDelete();
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
