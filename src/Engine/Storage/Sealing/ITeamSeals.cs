using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// The seals of all teams. Both look-ups come from memory nearly always; the first one of a team reads its wrapped keys from the database
/// and throws what that throws.
/// </summary>
public interface ITeamSeals
{
    /// <summary>
    /// The team's seal for adding to it: the team's first key is made when it has none. <see cref="TeamKeyDestroyedException"/> when its
    /// keys were destroyed.
    /// </summary>
    TeamSeal Get(TeamId team);

    /// <summary>
    /// The team's seal for reading, or null when it has no key and so cannot have kept anything. <see cref="TeamKeyDestroyedException"/>
    /// when its keys were destroyed.
    /// </summary>
    TeamSeal? Find(TeamId team);

    /// <summary>
    /// Whether it is known here, in memory, that the team's keys were destroyed. Never reads the database, so it may be asked for every
    /// command; where the destruction was another node's doing, it is true as soon as one of the look-ups above has met it.
    /// </summary>
    bool IsDestroyed(TeamId team);
}
