using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// The tables of backups: which objects a server has announced, which of them a run needs, and the snapshots. They hold names, sizes,
/// hashes of ciphertext and times; the evidence of the agent's gate lies sealed. Only the entity of a server's backups writes its rows.
/// </summary>
public interface IBackupStore
{
    /// <summary>The rows of these names, and the names of all the server's objects whose ticket lives at a time.</summary>
    Task<ObjectRows> FindAsync(
        ServerKey server, SnapshotId run, IReadOnlyCollection<ObjectName> names, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>A page of what a run needs, in an order of its own. <paramref name="after"/>: the last name of the page before.</summary>
    Task<IReadOnlyList<NeededObject>> NeededAsync(
        ServerKey server, SnapshotId run, ObjectName? after, int limit, CancellationToken cancellation);

    /// <summary>The row of a snapshot; it counts only if its number is not beyond the head's.</summary>
    Task<CommittedSnapshot?> FindSnapshotAsync(ServerKey server, SnapshotId snapshot, CancellationToken cancellation);

    /// <summary>The snapshots that have not ended, the newest first; also those that have expired.</summary>
    Task<IReadOnlyList<ChainSnapshot>> ChainAsync(ServerKey server, ChainExtent extent, CancellationToken cancellation);

    /// <summary>When snapshots were committed since a time.</summary>
    Task<IReadOnlyList<DateTimeOffset>> CommitTimesAsync(
        ServerKey server, ChainExtent extent, DateTimeOffset since, CancellationToken cancellation);

    /// <summary>A page of a server's objects as retention looks at them, in an order of its own.</summary>
    Task<IReadOnlyList<StandingObject>> StandingAsync(ServerKey server, ObjectQuestion question, CancellationToken cancellation);

    /// <summary>
    /// What a server's objects are in sum. <paramref name="steps"/>: see <see cref="ChainExtent.Steps"/>. <paramref name="at"/>: what the
    /// vault refuses to delete beyond it is held.
    /// </summary>
    Task<VaultSpace> SpaceAsync(ServerKey server, long steps, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>The evidence under a number, opened; null when it is not kept (any more).</summary>
    Task<EvidenceRow?> EvidenceAsync(ServerKey server, long number, CancellationToken cancellation);

    /// <summary>What a team has announced in all, in bytes.</summary>
    Task<long> TeamBytesAsync(TeamId team, CancellationToken cancellation);

    /// <summary>
    /// Writes what a decision leaves, all or nothing. Doing it twice changes nothing. A snapshot takes the place of rows of its number and
    /// beyond: those are of commits that never came to be.
    /// </summary>
    Task WriteAsync(ServerKey server, BackupWrites writes, CancellationToken cancellation);

    /// <summary>The servers that must be looked at by a time, the longest due first: a question of the platform's.</summary>
    Task<IReadOnlyList<ServerKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation);
}

/// <summary>Which objects are asked for.</summary>
/// <param name="Extent">Which rows count.</param>
/// <param name="Runs">The runs that are open: what they named is needed.</param>
/// <param name="After">The last name of the page before.</param>
public sealed record ObjectQuestion(
    ChainExtent Extent, IReadOnlyCollection<SnapshotId> Runs, ObjectsWanted Wanted, ObjectName? After, int Limit)
{
    /// <summary>What the vault refuses to delete beyond this time is left out; null: nothing is.</summary>
    public DateTimeOffset? HeldAt { get; init; }
}

/// <summary>Which of a server's objects.</summary>
public enum ObjectsWanted
{
    /// <summary>Those that nothing needs or that have a notice, and are not marked: the others are as they should be.</summary>
    Restless = 1,

    /// <summary>Those that are marked.</summary>
    Marked = 2,

    /// <summary>All.</summary>
    All = 3,
}

/// <summary>When which server's vault is to be swept: a platform's list, of every server that has objects.</summary>
public interface ISweepList
{
    /// <summary>Whose turn it is by a time, the longest due first.</summary>
    Task<IReadOnlyList<ServerKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>A page of all of them, in an order of its own. <paramref name="after"/>: the last of the page before.</summary>
    Task<IReadOnlyList<ServerKey>> ServersAsync(ServerKey? after, int limit, CancellationToken cancellation);

    /// <summary>Moves a server's next turn, if it is in the list (still).</summary>
    Task MoveAsync(ServerKey server, DateTimeOffset next, CancellationToken cancellation);
}

/// <summary>What the tables say of some names.</summary>
public sealed record ObjectRows(IReadOnlyDictionary<ObjectName, KnownObject> Known, IReadOnlySet<ObjectName> LivingTickets);

/// <summary>An object that a run needs, as it was announced.</summary>
public sealed record NeededObject(ObjectName Name, long Size, byte[] Sha256);
