using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// What the platform makes of a run's evidence, whatever the agent makes of it: the agent's verdict can only be made worse here. Pure.
/// Root on the host can lie in its evidence; what then remains is the platform's own view of volumes, write-once tickets and the least age
/// of what expires. Rules and figures stand in docs/gate.md.
/// </summary>
/// <param name="Freeze">Why the chain is to be frozen; null when it is not. Then nothing of the run is committed.</param>
/// <param name="Suspect">Why it is to be looked at; null when it is not.</param>
/// <param name="Found">The hits that count; null for none.</param>
public sealed record GateJudgement(FreezeCause? Freeze, SuspicionCause? Suspect, HitsFound? Found)
{
    /// <summary>Commits of a server that only teach what is usual there.</summary>
    public const int LearningRuns = 3;

    /// <summary>Hits within seven days that freeze.</summary>
    public const long FilesInSevenDays = 200;

    /// <summary>Bytes of hits within seven days that freeze.</summary>
    public const long BytesInSevenDays = 1L << 30;

    // A twentieth of what changed, but no chain is frozen for two files.
    private const long ShareLeast = 3, ShareParts = 20;

    // Of a handful of files, one that goes is soon three tenths.
    private const long GoneOfLeast = 10;

    /// <summary>No hit, nothing to say.</summary>
    public static readonly GateJudgement Nothing = new(null, null, null);

    /// <summary>
    /// While a server is learned only these count: rules about one file's bytes. What a file was before, and what is usual, is not known
    /// yet.
    /// </summary>
    private static readonly HashSet<string> Learned = ["random", "random-part", "broken", "hidden"];

    // The gravest first. The rules are the agent's; these of them freeze by themselves.
    private static readonly (string Rule, FreezeCause Cause)[] Freezing =
    [
        ("canary", FreezeCause.Canary), ("share", FreezeCause.HitShare), ("slow-burn", FreezeCause.SlowBurn),
        ("mass-deletion", FreezeCause.MassDeletion), ("dump-turned", FreezeCause.DumpTurned),
    ];

    private static readonly (string Rule, SuspicionCause Cause, bool Learning)[] Suspecting =
    [
        ("ransom-note", SuspicionCause.RansomNotes, true), ("new-ending", SuspicionCause.NewEnding, false),
        ("many-changed", SuspicionCause.ManyChanged, false),
    ];

    /// <summary>Whether the next run of a server still teaches: by its commits, never by those of a chain or a key.</summary>
    public static bool Learns(BackupState state) => (state.Head?.Number ?? 0) < LearningRuns;

    /// <summary>Judges. Evidence null, of an older client or another one, counts as no hits.</summary>
    public static GateJudgement Of(BackupState state, SnapshotId run, GateEvidence? evidence, DateTimeOffset now)
    {
        if (evidence is null) return Nothing;
        var learning = Learns(state);
        var memory = state.Gate ?? GateMemory.Nothing;
        var window = memory.Window.At(now);
        var accepted = memory.AcceptedAt(now);
        var counted = evidence.Hits
            .Where(hit => accepted?.Contains(hit.Path, hit.Content) != true && (!learning || hit.Rules.Any(Learned.Contains)))
            .Select(hit => new CountedHit(hit.Path, hit.Content, hit.Bytes)).DistinctBy(hit => (hit.Path, hit.Content)).ToList();
        // What is counted and not listed has no pair to be known or accepted by: it counts in full, or a list left empty would hide it.
        var otherFiles = Math.Max(0, evidence.HitFiles - evidence.Hits.Count);
        var otherBytes = Math.Max(0, evidence.HitBytes - evidence.Hits.Sum(hit => hit.Bytes));
        var fresh = otherFiles + counted.Count(hit => !window.Knows(hit.Path, hit.Content));
        var (files, bytes) = window.With(counted, otherFiles, otherBytes, now).Total;
        FreezeCause? freeze = Freezing.Where(row => evidence.RunRules.Contains(row.Rule)).Select(row => (FreezeCause?)row.Cause)
            .FirstOrDefault()
            ?? (fresh >= ShareLeast && fresh * ShareParts >= evidence.ChangedFiles ? FreezeCause.HitShare
            : !learning && IsMassDeletion(evidence) ? FreezeCause.MassDeletion
            : (fresh > 0 || otherBytes > 0) && (files >= FilesInSevenDays || bytes >= BytesInSevenDays) ? FreezeCause.SlowBurn
            : evidence.State == "frozen" ? FreezeCause.AgentsGate
            : null);
        return new GateJudgement(
            freeze, freeze is null ? Suspicion(evidence, fresh, learning) : null,
            counted.Count > 0 || otherFiles > 0 || otherBytes > 0 ? new HitsFound(run, counted, otherFiles, otherBytes, now) : null);
    }

    private static SuspicionCause? Suspicion(GateEvidence evidence, long fresh, bool learning)
    {
        if (fresh > 0) return SuspicionCause.FilesHit;
        foreach (var (rule, cause, countsAtOnce) in Suspecting)
        {
            if ((countsAtOnce || !learning) && evidence.RunRules.Contains(rule)) return cause;
        }
        // Of a rule that is not known here. Not of hits alone: they were judged above, and old or accepted ones are none.
        return evidence.State == "suspect" && !evidence.RunRules.Contains("hit")
            && !Suspecting.Any(row => evidence.RunRules.Contains(row.Rule)) ? SuspicionCause.AgentsGate : null;
    }

    private static bool IsMassDeletion(GateEvidence evidence)
    {
        var before = evidence.Files + evidence.GoneFiles;
        return before >= GoneOfLeast && evidence.GoneFiles * 10 >= before * 3;
    }
}
