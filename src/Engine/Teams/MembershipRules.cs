namespace HostAtlas.Engine.Teams;

/// <summary>
/// Who may invite, promote, demote and remove whom: the one table, decided by the team's entity, so that two requests at the same time
/// cannot do together what neither may do alone. A role of the row may do it to roles of the column:
/// <code>
///          viewer  member  admin  owner
/// viewer     no      no      no     no
/// member     no      no      no     no
/// admin     yes     yes     yes     no      an admin neither makes nor unmakes an owner
/// owner     yes     yes     yes    yes
/// </code>
/// To invite and to remove, the column is the other's role. To change a role, both the old one and the new one must be allowed: so nobody
/// grants above the own role, and nobody touches who stands above it. Besides, everybody may leave; and the last owner stays.
/// </summary>
public static class MembershipRules
{
    /// <summary>Whether a person of one role may deal with memberships of another.</summary>
    public static bool Governs(TeamRole by, TeamRole role) => by >= TeamRole.Admin && role <= by;

    /// <summary>Whether a person may change a role.</summary>
    public static bool MayChange(TeamRole by, TeamRole from, TeamRole to) => Governs(by, from) && Governs(by, to);
}
