namespace HostAtlas.Engine.Backups.Retention;

/// <summary>How an object's row stands.</summary>
/// <param name="IsNeeded">By a snapshot that stays, or by an open run that was told that it is present.</param>
/// <param name="NoticedAt">When people were told that it will go; null when they were not.</param>
/// <param name="IsMarked">Its deletion was decided.</param>
public readonly record struct ObjectStanding(bool IsNeeded, DateTimeOffset? NoticedAt, bool IsMarked);

/// <summary>What is to be done about an object.</summary>
public enum ObjectFate
{
    /// <summary>Nothing now.</summary>
    Stays = 0,

    /// <summary>Tell people: it is needed no more.</summary>
    NoticeDue = 1,

    /// <summary>Take the notice back: it is needed again.</summary>
    NoticeDropped = 2,

    /// <summary>Mark it: from then on it is answered as gone.</summary>
    MarkDue = 3,

    /// <summary>Delete it in the vault, then forget its row.</summary>
    DeletionDue = 4,
}

/// <summary>
/// How an object goes. The order of writes is: the notice; a week later the mark, in one transaction with the end of the snapshots that
/// need the object; the deletion in the vault; the row's own end.
/// <para>
/// A crash leaves one of four things. Before the mark: nothing has happened that cannot be taken back. Marked and there: the next sweep
/// deletes it; nobody can come to need it meanwhile, because whoever names it is told that it is gone. Marked and not there: the same, for
/// a deletion that finds nothing has succeeded. No row and not there: done. The other order, deletion first, would leave an object that the
/// table calls present and the vault does not have; a run would build on it. And a row forgotten before the deletion would leave bytes that
/// nobody knows of.
/// </para>
/// <para>
/// Whether an object is needed and that it is marked must be decided in one place, one after the other: by the entity of the server's
/// backups, which also answers <c>present</c>. Between the question and the mark there is then no request that could make it needed.
/// </para>
/// </summary>
public static class ObjectExpiry
{
    /// <summary>The time between notice and mark, for what a run left that died as well: it is noticed after the run's end.</summary>
    public static readonly TimeSpan NoticeTime = TimeSpan.FromDays(7);

    /// <summary>
    /// What is to be done. <paramref name="openSince"/>: since when the chain is open, null for ever. Its week begins anew with that:
    /// whoever has just ended a freeze is busy with other things than with notices from before it.
    /// </summary>
    public static ObjectFate Of(
        ObjectStanding standing, RetentionStop stop, DateTimeOffset? openSince, DateTimeOffset now) => standing switch
        {
            { IsMarked: true } => RetentionStops.MayCarryOut(stop) ? ObjectFate.DeletionDue : ObjectFate.Stays,
            // Whatever stops retention: what is taken back deletes nothing.
            { IsNeeded: true } => standing.NoticedAt is null ? ObjectFate.Stays : ObjectFate.NoticeDropped,
            { NoticedAt: null } => RetentionStops.MayExpire(stop) ? ObjectFate.NoticeDue : ObjectFate.Stays,
            { NoticedAt: { } noticed } => RetentionStops.MayDecide(stop) && now - noticed >= NoticeTime
                && (openSince is null || now - openSince >= NoticeTime) ? ObjectFate.MarkDue : ObjectFate.Stays,
        };

    /// <summary>Whether an object that has arrived is present to a run that names it. A notice is no matter: the need ends it.</summary>
    public static bool IsPresent(ObjectStanding standing) => !standing.IsMarked;
}
