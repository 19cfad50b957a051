using System.Globalization;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups.Retention;

/// <summary>What decides beside the snapshots themselves.</summary>
/// <param name="FloorDays">Younger ones stay.</param>
/// <param name="Schedule">Its slots thin out what counts; null: each snapshot counts.</param>
/// <param name="Pinned">These stay: the last good one of a freeze, also after a person ended it.</param>
public sealed record RetentionRules(
    RetentionPolicy Policy, int FloorDays, RunSchedule? Schedule, IReadOnlySet<SnapshotId> Pinned);

/// <summary>What becomes of one snapshot, and by which rule.</summary>
public readonly record struct SnapshotFate(CommittedSnapshot Snapshot, FateReason Reason)
{
    /// <summary>Whether it stays.</summary>
    public bool Stays => Reason is not (FateReason.NotFirstOfSlot or FateReason.BeyondCounts);
}

/// <summary>
/// Which snapshots of a chain stay and which may go: a function of the chain, the rules and the time. Whether anything may go at all is
/// asked before (<see cref="RetentionStops"/>). Root on the watched host can make any number of snapshots, and names the schedule; what it
/// cannot do is push out what was there before: the floor is counted by this clock, counts see one snapshot a slot of an hour or more, the
/// calendar's rules look only at what is older than the floor, and of each period they keep the first.
/// </summary>
public static class RetentionPlan
{
    private static readonly (FateReason Reason, Func<RetentionPolicy, int> Count, Func<DateTimeOffset, int> Period)[] Calendar =
    [
        (FateReason.Daily, policy => policy.Daily, at => (int)(at.ToUnixTimeSeconds() / 86_400)),
        (FateReason.Weekly, policy => policy.Weekly, WeekOf),
        (FateReason.Monthly, policy => policy.Monthly, at => (at.UtcDateTime.Year * 12) + at.UtcDateTime.Month),
        (FateReason.Yearly, policy => policy.Yearly, at => at.UtcDateTime.Year),
    ];

    /// <summary>One fate for each snapshot, the oldest first.</summary>
    public static IReadOnlyList<SnapshotFate> Of(IEnumerable<CommittedSnapshot> snapshots, RetentionRules rules, DateTimeOffset now)
    {
        CommittedSnapshot[] all = [.. snapshots.OrderBy(snapshot => snapshot.Number)];
        if (all.Length == 0) return [];
        var slots = new HashSet<DateTimeOffset>();
        CommittedSnapshot[] firsts = [.. all.Where(snapshot => rules.Schedule is null || slots.Add(rules.Schedule.SlotOf(snapshot.At)))];
        // What a clock that ran ahead once has stamped is of the future: that is younger than any floor.
        var floor = now - TimeSpan.FromDays(rules.FloorDays);
        var counted = Counted(firsts, rules.Policy, floor);
        var first = firsts.Select(snapshot => snapshot.Number).ToHashSet();
        return [.. all.Select(snapshot => new SnapshotFate(snapshot,
            snapshot == all[^1] ? FateReason.Head
            : rules.Pinned.Contains(snapshot.Snapshot) ? FateReason.Pinned
            : snapshot.At > floor ? FateReason.Floor
            : counted.TryGetValue(snapshot.Number, out var reason) ? reason
            : first.Contains(snapshot.Number) ? FateReason.BeyondCounts
            : FateReason.NotFirstOfSlot))];
    }

    private static Dictionary<long, FateReason> Counted(CommittedSnapshot[] firsts, RetentionPolicy policy, DateTimeOffset floor)
    {
        var counted = new Dictionary<long, FateReason>();
        foreach (var newest in firsts.TakeLast(policy.Last)) counted[newest.Number] = FateReason.Last;
        foreach (var (reason, count, period) in Calendar)
        {
            var periods = firsts.Where(snapshot => snapshot.At <= floor).GroupBy(snapshot => period(snapshot.At))
                .OrderByDescending(group => group.Key).Take(count(policy));
            // Groups keep the order of what they are made of: the first of each is the oldest.
            foreach (var group in periods) counted.TryAdd(group.First().Number, reason);
        }
        return counted;
    }

    private static int WeekOf(DateTimeOffset at) => (ISOWeek.GetYear(at.UtcDateTime) * 100) + ISOWeek.GetWeekOfYear(at.UtcDateTime);
}

/// <summary>Why a snapshot stays or may go.</summary>
public enum FateReason
{
    /// <summary>Stays: the newest.</summary>
    Head = 1,

    /// <summary>Stays: the last good one of a freeze.</summary>
    Pinned = 2,

    /// <summary>Stays: younger than the floor.</summary>
    Floor = 3,

    /// <summary>Stays: one of the newest so many.</summary>
    Last = 4,

    /// <summary>Stays: the first of its day.</summary>
    Daily = 5,

    /// <summary>Stays: the first of its week.</summary>
    Weekly = 6,

    /// <summary>Stays: the first of its month.</summary>
    Monthly = 7,

    /// <summary>Stays: the first of its year.</summary>
    Yearly = 8,

    /// <summary>Goes: another one of the same slot of the schedule came before it, and counts for both.</summary>
    NotFirstOfSlot = 9,

    /// <summary>Goes: no count reaches it.</summary>
    BeyondCounts = 10,
}
