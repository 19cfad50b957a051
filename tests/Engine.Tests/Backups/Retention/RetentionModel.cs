using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Backups.Retention;

/// <summary>
/// One server's chain, tables and vault in memory. It keeps what the platform would keep and writes in the same order; what may expire,
/// what may go and when is decided by the platform's own rules. Its own part is to notice at each deletion whether it was right, by other
/// means than those rules.
/// </summary>
internal sealed class RetentionModel(RunSchedule? schedule)
{
    private readonly Dictionary<SnapshotId, HashSet<int>> _runs = [];
    private readonly Dictionary<int, Row> _rows = [];
    private readonly List<(DateTimeOffset At, int Days)> _floors = [];

    public DateTimeOffset Now { get; set; } = Named.Noon;

    public BackupState State { get; private set; } = BackupState.Nothing;

    public RetentionPolicy Policy { get; set; } = RetentionPolicy.Default;

    public RetentionFloor Floor { get; private set; } = RetentionFloor.Default;

    public DateTimeOffset? HeldUntil { get; private set; }

    public List<Kept> Snapshots { get; } = [];

    public HashSet<int> Vault { get; } = [];

    public IReadOnlyCollection<int> Rows => _rows.Keys;

    public int Deleted { get; private set; }

    public int Returned { get; private set; }

    private RetentionStop Stop => RetentionStops.Of(State, HeldUntil, Now);

    public void Happen(params IEnumerable<IEntityEvent> events) => State = State.Apply(events);

    public void Begin(SnapshotId run)
    {
        if (State.Chain == ChainStatus.Frozen) return;
        if (State.Runs.Count >= BackupState.OpenRunsAtMost)
            Happen(new RunEnded(State.Runs.MinBy(open => open.HeardAt)!.Snapshot, RunEnd.Displaced, Now));
        Happen(new RunBegan(run, State.Head?.Snapshot, Now));
        _runs[run] = [];
    }

    /// <summary>Row first, object second: a run that dies between the two leaves a row alone.</summary>
    public void Put(SnapshotId run, int name, bool arrives)
    {
        if (State.Chain == ChainStatus.Frozen || State.Run(run) is null) return;
        _rows[name] = new Row();
        _runs[run].Add(name);
        Happen(new ObjectsAnnounced(run, 1, 0, 1, Now));
        if (arrives) Vault.Add(name);
    }

    /// <summary>What is answered as gone never joins the run.</summary>
    public void Reuse(SnapshotId run, int name)
    {
        if (State.Chain == ChainStatus.Frozen || State.Run(run) is null || !_rows.TryGetValue(name, out var row)) return;
        Happen(new ObjectsAnnounced(run, 0, 1, 0, Now));
        if (!Vault.Contains(name) || !ObjectExpiry.IsPresent(new(false, row.NoticedAt, row.Marked))) return;
        _runs[run].Add(name);
        row.NoticedAt = null;
    }

    public void Commit(SnapshotId run)
    {
        if (State.Chain == ChainStatus.Frozen || State.Run(run) is not { } open || open.Parent != State.Head?.Snapshot) return;
        if (_runs[run].Count == 0 || !_runs[run].All(Vault.Contains)) return;
        var number = (State.Head?.Number ?? 0) + 1;
        Happen(new SnapshotCommitted(run, number, (int)number, Runs.Root("any"), "0011223344556677", 1, 1, 1, Now));
        Happen(State.Runs.Select(other => new RunEnded(other.Snapshot, RunEnd.Overtaken, Now)));
        Snapshots.Add(new Kept(State.Head!, _runs[run]));
    }

    public void AskFloor(int days)
    {
        _floors.Add((Now, days));
        Floor = Floor.AskedFor(days, Now);
    }

    /// <summary>A person cancels: what has expired and has lost nothing yet is back, and nothing goes for a while.</summary>
    public void Cancel()
    {
        HeldUntil = Now + RetentionStops.HeldFor;
        foreach (var back in Snapshots.Where(snapshot => snapshot.Expired))
        {
            back.Expired = false;
            Returned++;
        }
        foreach (var row in _rows.Values.Where(row => !row.Marked)) row.NoticedAt = null;
        AssertWhole();
    }

    /// <summary>A run of retention, one write at a time: between any two of them the process may die or another command come.</summary>
    public IEnumerator<int> Sweep()
    {
        if (RetentionStops.MayExpire(Stop))
        {
            var rules = new RetentionRules(Policy, Floor.At(Now), schedule, new HashSet<SnapshotId>());
            var goes = RetentionPlan.Of(Snapshots.Where(kept => !kept.Expired).Select(kept => kept.Snapshot), rules, Now)
                .Where(fate => !fate.Stays).Select(fate => fate.Snapshot.Number).ToHashSet();
            foreach (var snapshot in Snapshots.Where(kept => goes.Contains(kept.Snapshot.Number))) Expire(snapshot);
        }
        yield return 1;
        var needed = Needed();
        foreach (var (name, row) in _rows)
        {
            var fate = FateOf(needed.Contains(name), row);
            if (fate == ObjectFate.NoticeDue) row.NoticedAt = Now;
            if (fate == ObjectFate.NoticeDropped) row.NoticedAt = null;
        }
        yield return 2;
        // What was needed two writes ago need not be what is needed now.
        needed = Needed();
        foreach (var (name, row) in _rows)
        {
            if (FateOf(needed.Contains(name), row) != ObjectFate.MarkDue) continue;
            // A run's begin pins everything: it was told of no object yet, and may name any.
            Assert.Empty(State.Runs);
            row.Marked = true;
        }
        Snapshots.RemoveAll(snapshot => snapshot.Expired && snapshot.Needs.Any(name => _rows[name].Marked));
        yield return 3;
        foreach (var (name, row) in _rows.Where(row => row.Value.Marked).ToList())
        {
            if (FateOf(isNeeded: false, row) != ObjectFate.DeletionDue) continue;
            Delete(name);
            yield return 4;
            _rows.Remove(name);
            yield return 5;
        }
    }

    /// <summary>Nothing that a snapshot needs is missing.</summary>
    public void AssertWhole()
    {
        foreach (var snapshot in Snapshots.Where(snapshot => !snapshot.Expired))
            Assert.True(snapshot.Needs.IsSubsetOf(Vault), $"Snapshot {snapshot.Snapshot.Number} has a hole.");
        if (State.Head is { } head) Assert.Contains(Snapshots, kept => kept.Snapshot.Number == head.Number && !kept.Expired);
    }

    private void Expire(Kept snapshot)
    {
        // By what people asked for and when, not by what the floor makes of it.
        var lowest = _floors.Where(asked => asked.At.AddDays(7) <= Now).Select(asked => asked.Days).Append(30).Min();
        Assert.True(Now - snapshot.Snapshot.At >= TimeSpan.FromDays(lowest), "A snapshot expired within the floor.");
        Assert.Equal(ChainStatus.Open, State.Chain);
        snapshot.Expired = true;
    }

    private void Delete(int name)
    {
        Assert.Equal(ChainStatus.Open, State.Chain);
        Assert.DoesNotContain(Snapshots, snapshot => snapshot.Needs.Contains(name));
        Assert.DoesNotContain(State.Runs, run => _runs[run.Snapshot].Contains(name));
        Assert.True(Now - _rows[name].NoticedAt >= TimeSpan.FromDays(7), "An object went without its week of notice.");
        Vault.Remove(name);
        Deleted++;
    }

    private ObjectFate FateOf(bool isNeeded, Row row) =>
        ObjectExpiry.Of(new(isNeeded, row.NoticedAt, row.Marked), Stop, State.ChainSince, Now);

    private HashSet<int> Needed() =>
    [
        .. Snapshots.Where(snapshot => !snapshot.Expired).SelectMany(snapshot => snapshot.Needs),
        .. State.Runs.SelectMany(run => _runs[run.Snapshot]),
    ];

    internal sealed record Kept(CommittedSnapshot Snapshot, HashSet<int> Needs)
    {
        public bool Expired { get; set; }
    }

    private sealed class Row
    {
        public DateTimeOffset? NoticedAt { get; set; }

        public bool Marked { get; set; }
    }
}
