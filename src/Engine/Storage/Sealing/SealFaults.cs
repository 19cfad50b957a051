using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// A sealed value does not open: it was damaged, moved from another place, or sealed by a key that is not in the ring. The text names the
/// place, never a value.
/// </summary>
public sealed class SealBrokenException(SealPlace place, string why, Exception? cause = null)
    : Exception($"A value of {place.Table} (server {place.Server?.ToString() ?? "none"}, time {place.AtMs}, detail {place.Detail}) "
        + $"does not open: {why}", cause)
{
    /// <summary>Where it lies.</summary>
    public SealPlace Place => place;
}

/// <summary>The team's keys were destroyed: nothing of it can be read any more, and nothing may be added.</summary>
public sealed class TeamKeyDestroyedException(TeamId team) : Exception($"The keys of the team {team} were destroyed.")
{
    /// <summary>The team.</summary>
    public TeamId Team => team;
}
