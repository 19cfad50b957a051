using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>
/// Where roll-ups are kept, and the list of what is to be rolled up: the marks. One implementation a store. Everything here works in
/// bounded pieces, so that ingest never waits long, and two jobs at once do no harm: a window is only ever replaced under a mark that is
/// still the one its reports were read after.
/// </summary>
public interface IRollupStore
{
    /// <summary>How far things are; every member is <see cref="long.MinValue"/> before the first closing.</summary>
    Task<RollupProgress> ProgressAsync(CancellationToken cancellation);

    /// <summary>
    /// Moves each member on, never back, and gives what they are then. <see cref="RollupProgress.RawFromMs"/> stops at what is closed and
    /// at the oldest marked hour: nothing is given up that is not rolled up. The other two stop at what is closed.
    /// </summary>
    Task<RollupProgress> AdvanceAsync(RollupProgress to, CancellationToken cancellation);

    /// <summary>
    /// Marks an hour for the next servers (after <paramref name="after"/>, which is default at first) that have reports in it, unless it is
    /// marked. Gives the last server that was looked at, null when there are no more.
    /// </summary>
    Task<ServerKey?> MarkHourAsync(long hourMs, ServerKey after, CancellationToken cancellation);

    /// <summary>
    /// Marks of hours before <paramref name="closedThroughMs"/>, in an order of the store's own, behind a mark (null: from the first).
    /// </summary>
    Task<MarkPage> MarksAsync(HourMark? after, long closedThroughMs, CancellationToken cancellation);

    /// <summary>
    /// In one transaction: for each whose mark is still there with its stamp, takes the mark away and puts the roll-up (null: leaves what
    /// is there) in the window's place. The others are left as they are.
    /// </summary>
    Task ReplaceAsync(IReadOnlyList<RolledHour> hours, CancellationToken cancellation);

    /// <summary>
    /// Deletes roll-ups older than <see cref="RollupProgress.MinutesFromMs"/> and <see cref="RollupProgress.HoursFromMs"/>, and name lists
    /// that nothing kept can refer to any more.
    /// </summary>
    Task DeleteBeforeAsync(RollupProgress kept, CancellationToken cancellation);
}

/// <summary>A server's hour that is to be rolled up. <paramref name="Stamp"/>: drawn anew by whatever marks it.</summary>
public readonly record struct HourMark(ServerKey Server, long HourMs, long Stamp);

/// <summary>Some marks. <paramref name="Last"/>: where the next page begins; null when this is the last one.</summary>
public sealed record MarkPage(IReadOnlyList<HourMark> Marks, HourMark? Last);

/// <summary>What becomes of a mark.</summary>
public sealed record RolledHour(HourMark Mark, SealedHour? Hour);
