using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Backups;

/// <summary>Drills, and backups that do not come to an end.</summary>
public static partial class BackupDecisions
{
    // Each is an event: an agent that tells of one in a loop fills no journal.
    internal static readonly TimeSpan DrillsApart = TimeSpan.FromMinutes(10);

    /// <summary>The agent restored a sample to see whether it can. Also while frozen: that is when somebody wants to know.</summary>
    public static BackupDecision Drill(BackupState state, BackupRequest request, DrillPayload drill, DateTimeOffset now)
    {
        if (state.Head is null)
            return BackupDecision.Refuse(RefusalKind.NotFound, "This server has no snapshot that could have been restored from.");
        // Told again, because its answer was lost.
        if (state.LastDrill is { } last && last.DrilledAt == drill.DrilledAt) return BackupDecision.Answer(Done.Instance);
        if (state.LastDrill is { } before && now < before.At + DrillsApart)
        {
            return BackupDecision.Answer(new Refused(RefusalKind.RateLimited, "A drill of this server was told of a moment ago; wait.",
                (int)Math.Ceiling((before.At + DrillsApart - now).TotalSeconds)));
        }
        return new BackupDecision([Admit(request, now), new DrillDone(drill.Snapshot, drill.DrilledAt, drill.Files, drill.Bytes,
            drill.Failed, now)], Done.Instance);
    }

    /// <summary>
    /// When runs that began and were not committed are told of: two slots after the last commit, or after the first of them. Those that do
    /// not even begin are told as missed.
    /// </summary>
    private static DateTimeOffset? OverdueAt(BackupState state)
    {
        if (OverdueSince(state) is not { } since || RunSchedule.Read(state.Schedule)?.MissedAfter(since) is not { } due) return null;
        return state.OverdueToldAt is { } told && told > since ? Later(due, told + ToldAgainAfter) : due;
    }

    private static DateTimeOffset? OverdueSince(BackupState state)
    {
        if (state.Chain == ChainStatus.Frozen || state.Schedule is null || state.TryingSince is not { } trying) return null;
        // Told as missed: one thing is not told twice.
        if (state.MissedAt > state.BeganAt) return null;
        // A host that was away for long has been told as missed; it gets its two slots from its return on.
        var since = state.Head is not { } head ? trying : state.MissedAt > head.At ? Later(head.At, trying) : head.At;
        return state.Gate is { NewEpoch: true } && state.ChainSince is { } resumed ? Later(since, resumed) : since;
    }
}
