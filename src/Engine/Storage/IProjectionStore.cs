using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>Where the projection keeps its rows and, in the same transaction, how far it has read the journal.</summary>
public interface IProjectionStore
{
    /// <summary>The last journal offset whose event the rows know; 0 at first.</summary>
    Task<long> ReadOffsetAsync(CancellationToken cancellation);

    /// <summary>
    /// The rows of these teams and servers, as far as there are any. A team whose keys were destroyed is not loaded but dropped
    /// (<see cref="ProjectedRows.Drop"/>); a name that does not open is <see cref="Sealing.SealedName.Damaged"/>: one row that somebody
    /// moved must not stop the tables of all teams. For the same reason the end of an audit log that was altered is a broken
    /// <see cref="AuditTail"/>.
    /// </summary>
    Task<ProjectedRows> LoadAsync(
        IReadOnlyCollection<TeamId> teams, IReadOnlyCollection<ServerKey> servers, AuditWanted wanted, CancellationToken cancellation);

    /// <summary>
    /// Deletes the rows of dropped teams, writes the changed rows, adds to the audit logs and moves the offset, all or nothing.
    /// <see cref="ProjectionMovedException"/> when the offset is not <paramref name="from"/>: somebody else projects.
    /// </summary>
    Task SaveAsync(long from, long to, ProjectedRows rows, CancellationToken cancellation);

    /// <summary>
    /// Puts these rows in the place of all rows of teams and servers, in one transaction. Audit logs and offset stay as they are;
    /// <see cref="ProjectionMovedException"/> when the offset is not <paramref name="offset"/>.
    /// </summary>
    Task ReplaceAsync(long offset, ProjectedRows rows, CancellationToken cancellation);

    /// <summary>Whether anybody ever founded a team on this platform: a question of the platform's, not of a team's.</summary>
    Task<bool> AnyTeamAsync(CancellationToken cancellation);
}

/// <summary>
/// Another projection has moved the offset: a partition let two run, and this one must begin anew from where the other stands.
/// </summary>
public sealed class ProjectionMovedException : Exception
{
    /// <summary>The offset that was expected and is no longer there.</summary>
    public ProjectionMovedException(long from) : base($"The projection's offset is no longer {from}: another one has moved it.")
    {
    }
}
