using HostAtlas.Engine.Projections;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>The newest changes of teams, for those who watch: only the projection adds to them.</summary>
public interface IChangeLog
{
    /// <summary>
    /// How far the changes of these teams have come: numbers and times, which is all that the platform reads across teams. A team without
    /// changes is missing.
    /// </summary>
    Task<IReadOnlyDictionary<TeamId, ChangePlace>> LatestAsync(IReadOnlyCollection<TeamId> teams, CancellationToken cancellation);

    /// <summary>A team's changes behind a number, in order, as far as they are kept.</summary>
    Task<IReadOnlyList<KeptChange>> ReadAsync(TeamId team, long after, int limit, CancellationToken cancellation);
}

/// <summary>
/// A place among a team's changes. The time tells two changes apart that had the same number before and after the database was put back to
/// an earlier state.
/// </summary>
public readonly record struct ChangePlace(long Number, long AtMs)
{
    /// <summary>Before the first.</summary>
    public static readonly ChangePlace Start = new(0, 0);
}

/// <summary>A change as it lies there.</summary>
/// <param name="Change">Null when it was altered or moved and does not open.</param>
public sealed record KeptChange(ChangePlace Place, Change? Change);
