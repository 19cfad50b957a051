namespace HostAtlas.Engine.Backups.Retention;

/// <summary>What keeps retention from going on.</summary>
public enum RetentionStop
{
    /// <summary>Nothing does.</summary>
    None = 0,

    /// <summary>A run is open, and may name any object that is there as one that its snapshot needs.</summary>
    RunOpen = 1,

    /// <summary>A person has cancelled deletions.</summary>
    Held = 2,

    /// <summary>The chain is suspect: somebody should look first.</summary>
    Suspect = 3,

    /// <summary>The chain is frozen.</summary>
    Frozen = 4,
}

/// <summary>Whether retention may go on. Asked before each of its steps, not once a run: a freeze between two of them ends it.</summary>
public static class RetentionStops
{
    /// <summary>How long a cancelled deletion holds everything.</summary>
    public static readonly TimeSpan HeldFor = TimeSpan.FromDays(30);

    /// <summary>
    /// The gravest reason. <paramref name="heldUntil"/>: of the last cancellation. A run counts until it was closed, also one that should
    /// have been: it could still speak, and commit what it was told is present.
    /// </summary>
    public static RetentionStop Of(BackupState state, DateTimeOffset? heldUntil, DateTimeOffset now) =>
        state.Chain == ChainStatus.Frozen ? RetentionStop.Frozen
        : state.Chain != ChainStatus.Open ? RetentionStop.Suspect
        : heldUntil > now ? RetentionStop.Held
        : state.Runs.Count > 0 ? RetentionStop.RunOpen
        : RetentionStop.None;

    /// <summary>Whether snapshots may expire and notices be given. An open run does not hinder: it pins objects, not snapshots.</summary>
    public static bool MayExpire(RetentionStop stop) => stop is RetentionStop.None or RetentionStop.RunOpen;

    /// <summary>Whether an object's deletion may be decided.</summary>
    public static bool MayDecide(RetentionStop stop) => stop == RetentionStop.None;

    /// <summary>
    /// Whether what was decided may be carried out. Neither a run nor a person is a reason against: from the mark on the object is answered
    /// as gone, and half of what is marked may be gone already.
    /// </summary>
    public static bool MayCarryOut(RetentionStop stop) => stop is not (RetentionStop.Suspect or RetentionStop.Frozen);
}
