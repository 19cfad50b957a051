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
}
