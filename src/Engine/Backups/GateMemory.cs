using System.Collections.Immutable;
using System.Text.Json.Serialization;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// What a chain remembers of evidence, freezes and people's acceptance. Of the server, never of a chain or a key. Bounded whatever an agent
/// sends: <see cref="HitWindow"/> by the rule that freezes, acceptance by number and time.
/// </summary>
public sealed record GateMemory
{
    /// <summary>How long acceptance lasts, and what a freeze pinned stays after it.</summary>
    public static readonly TimeSpan KeptAfterResume = TimeSpan.FromDays(30);

    /// <summary>Before any evidence.</summary>
    public static readonly GateMemory Nothing = new();

    /// <summary>Why the chain is not open; null while it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChainVerdict? Verdict { get; init; }

    /// <summary>Hits of the last seven days in committed runs.</summary>
    public HitWindow Window { get; init; } = HitWindow.Nothing;

    /// <summary>What people accepted, the oldest first.</summary>
    public ImmutableList<Acceptance> Accepted { get; init; } = [];

    /// <summary>Evidence kept so far; its numbers count up to here.</summary>
    public long Evidence { get; init; }

    /// <summary>No run was committed since a freeze ended: the next one begins a new epoch.</summary>
    public bool NewEpoch { get; init; }

    /// <summary>When it was last told that the chain is still frozen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>The head when the chain was frozen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PinnedSnapshot? Pinned { get; init; }

    /// <summary>Files that the newest committed run held back; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeldBackFiles? HeldBack { get; init; }

    /// <summary>Everything that is accepted at a time; null for nothing.</summary>
    public HitPairs? AcceptedAt(DateTimeOffset now)
    {
        var living = Accepted.Where(one => one.Until > now).ToList();
        return living.Count == 0 ? null : living.Aggregate(HitPairs.None, (all, one) => all.With(one.Pairs)).First(HitPairs.AtMost);
    }

    /// <summary>A person accepted more; of too many, the oldest acceptance goes first.</summary>
    public GateMemory Accept(HitPairs pairs, DateTimeOffset at)
    {
        var all = Accepted.RemoveAll(one => one.Until <= at);
        if (pairs.Count > 0) all = all.Add(new Acceptance(pairs.First(HitPairs.AtMost), at + KeptAfterResume));
        while (all.Sum(one => one.Pairs.Count) > HitPairs.AtMost) all = all.RemoveAt(0);
        return this with { Accepted = all };
    }
}

/// <summary>Why a chain is suspect or frozen: one of both causes is there.</summary>
public sealed record ChainVerdict
{
    /// <summary>Why it was frozen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FreezeCause? Frozen { get; init; }

    /// <summary>Why it is suspect, as last said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SuspicionCause? Suspect { get; init; }

    /// <summary>Who froze it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Author? By { get; init; }

    /// <summary>In the person's words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The run that gave cause.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SnapshotId? Run { get; init; }

    /// <summary>The number of its evidence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Evidence { get; init; }

    /// <summary>Path ids of the canaries that changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Canaries { get; init; }

    /// <summary>By another run's evidence; what is not there leaves what was.</summary>
    public ChainVerdict With(SnapshotId? run, long? evidence) =>
        evidence is null && Evidence is not null ? this : this with { Run = run ?? Run, Evidence = evidence };
}

/// <summary>Hits that one person accepted at one time.</summary>
public sealed record Acceptance(HitPairs Pairs, DateTimeOffset Until);

/// <summary>
/// Files that look encrypted and keep their last clean version. <paramref name="Runs"/>: committed runs in a row that held some back,
/// <paramref name="Since"/> the first of them.
/// </summary>
public sealed record HeldBackFiles(long Files, int Runs, DateTimeOffset Since)
{
    /// <summary>When people were last told; null: not yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>The number of the evidence that was kept when they were told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Evidence { get; init; }
}

/// <summary>
/// A snapshot that may not expire: the last one before a freeze. <paramref name="Until"/>: null while the chain is frozen.
/// </summary>
public sealed record PinnedSnapshot(SnapshotId Snapshot, long Number, DateTimeOffset? Until);
