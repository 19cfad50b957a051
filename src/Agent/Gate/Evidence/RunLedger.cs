using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Gate.Evidence;

/// <summary>What a run is judged by besides what it finds.</summary>
internal sealed record RunBasis
{
    /// <summary>When the run began.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The platform says that this server is still learned.</summary>
    public bool IsLearning { get; init; }

    /// <summary>A freeze has ended: nothing earlier counts.</summary>
    public bool IsNewEpoch { get; init; }

    /// <summary>Files of the last snapshot; null: there is none to compare with.</summary>
    public long? FilesBefore { get; init; }

    /// <summary>Canaries that are watched, and those that are no longer what they were.</summary>
    public (long Planted, long Changed) Canaries { get; init; }

    /// <summary>Hits that a person accepted: path id, content id.</summary>
    public IReadOnlySet<(string Path, string Content)> Accepted { get; init; } = new HashSet<(string, string)>();

    /// <summary>Earlier runs.</summary>
    public GateMemory Memory { get; init; } = new();
}

/// <summary>
/// Adds up what a run comes to, and decides for each file that a rule hit what becomes of it. One pass over the tree has one. The walk and
/// the assembly of trees write into it at the same time: thread-safe.
/// </summary>
internal sealed class RunLedger
{
    /// <summary>Hits that are kept in full; the counts go on.</summary>
    public const int HitsMost = 10_000;

    private readonly Lock _lock = new();
    private readonly PathIds _ids;
    private readonly NewNames _names = new();
    private readonly List<LedgerHit> _hits = [];
    private readonly HashSet<(string Path, string Content)> _known;
    private readonly SortedDictionary<string, long> _rules = new(StringComparer.Ordinal), _types = new(StringComparer.Ordinal);
    private readonly (long Files, long Bytes) _earlier;
    private long _changed, _changedBytes, _gone, _hit, _hitBytes, _fresh, _freshBytes, _heldBack, _firstSeen, _turned;

    /// <summary>Begins a pass.</summary>
    public RunLedger(PathIds ids, RunBasis basis)
    {
        (_ids, Basis) = (ids, basis with { Memory = basis.IsNewEpoch ? basis.Memory with { Hits = [] } : basis.Memory.At(basis.Now) });
        _known = [.. Basis.Memory.Hits.Select(hit => (hit.Path, hit.Content))];
        _earlier = Basis.Memory.InSevenDays(basis.Now);
    }

    /// <summary>What the run is judged by.</summary>
    public RunBasis Basis { get; }

    /// <summary>Files that are held back so far.</summary>
    public long HeldBack => Interlocked.Read(ref _heldBack);

    /// <summary>The hits, in the order of the tree.</summary>
    public IReadOnlyList<LedgerHit> Hits
    {
        get
        {
            lock (_lock) return [.. _hits];
        }
    }

    /// <summary>Sums for the evidence.</summary>
    public (long ChangedBytes, long HitFiles, long HitBytes, long FirstSeen) Sums
    {
        get
        {
            lock (_lock) return (_changedBytes, _hit, _hitBytes, _firstSeen);
        }
    }

    /// <summary>Files that a rule hit, by the rule; and by the type they were taken for.</summary>
    public (IReadOnlyDictionary<string, long> Rules, IReadOnlyDictionary<string, long> Types) Tables
    {
        get
        {
            lock (_lock) return (new Dictionary<string, long>(_rules), new Dictionary<string, long>(_types));
        }
    }

    /// <summary>What the run comes to so far.</summary>
    public RunCounts Counts
    {
        get
        {
            lock (_lock) return Count();
        }
    }

    /// <summary>A file of the last snapshot came by.</summary>
    public void Saw(ReadOnlySpan<byte> name)
    {
        lock (_lock) _names.Before(name);
    }

    /// <summary>A file is new or has changed.</summary>
    public void Changed(ReadOnlySpan<byte> path, long bytes, bool isNew)
    {
        lock (_lock)
        {
            _changed++;
            _changedBytes += bytes;
            if (isNew && Basis.FilesBefore is not null) _names.New(path);
        }
    }

    /// <summary>So many files of the last snapshot are gone.</summary>
    public void Gone(long files)
    {
        lock (_lock) _gone += files;
    }

    /// <summary>Decides what becomes of a file, now that its content has a name.</summary>
    /// <exception cref="GateFrozenException">With this file the run freezes, whatever follows.</exception>
    public Settlement Settle(JudgedFile file, string content)
    {
        if (file.Verdict.Rules.Count == 0) return Settlement.Clean;
        // What was random-like from the first cannot be told from an attack's, and there is no clean version to keep.
        if (file.WasFirstSeen) return Settlement.FirstSeen;
        var pair = (Path: _ids.Of(file.Path), content);
        if (Basis.Accepted.Contains(pair)) return Settlement.Clean;
        lock (_lock)
        {
            var settlement = file.Kept is null ? Settlement.FirstSeen : Settlement.HeldBack;
            // Without the entry: there may be thousands, each with a thousand ids.
            Add(new LedgerHit(file with { Kept = null }, pair.Path, content, settlement, _known.Add(pair)));
            if (RunRules.IsCertain(Count())) throw new GateFrozenException();
            return settlement;
        }
    }

    /// <summary>What the next run must know of this one.</summary>
    public IEnumerable<PastHit> PastHits() =>
        Hits.Select(hit => new PastHit(hit.PathId, hit.Content, hit.File.Verdict.Record.Bytes, Basis.Now, Basis.Now));

    private void Add(LedgerHit hit)
    {
        var bytes = hit.File.Verdict.Record.Bytes;
        _hit++;
        _hitBytes += bytes;
        // One that was hit as it is before, and stands there still, is no new sign.
        if (hit.IsFresh) (_fresh, _freshBytes) = (_fresh + 1, _freshBytes + bytes);
        if (hit.IsFresh && hit.File.HasTurned) _turned++;
        if (hit.Settlement == Settlement.HeldBack) _heldBack++;
        else _firstSeen++;
        foreach (var rule in hit.File.Verdict.Rules) _rules[rule] = _rules.GetValueOrDefault(rule) + 1;
        var type = hit.File.Verdict.Record.Type;
        _types[type] = _types.GetValueOrDefault(type) + 1;
        if (_hits.Count < HitsMost) _hits.Add(hit);
    }

    private RunCounts Count() => new()
    {
        Changed = _changed,
        Hit = _fresh,
        HitInSevenDays = _fresh + _earlier.Files,
        HitBytesInSevenDays = _freshBytes + _earlier.Bytes,
        // Whoever ended a freeze has seen what is gone; the last snapshot has it still.
        Gone = Basis.IsNewEpoch ? 0 : _gone,
        Before = Basis.FilesBefore ?? 0,
        CanariesChanged = Basis.Canaries.Changed,
        DumpsTurned = _turned,
        OneNewEnding = Basis.FilesBefore is null ? 0 : _names.OneNewEnding,
        NoteFolders = _names.NoteFolders,
        ChangedBefore = Basis.FilesBefore is null || Basis.IsNewEpoch ? [] : Basis.Memory.ChangedBefore,
        IsLearning = Basis.IsLearning,
    };
}

/// <summary>The run freezes whatever else it would find.</summary>
internal sealed class GateFrozenException() : Exception("The gate found what must not enter the chain.");
