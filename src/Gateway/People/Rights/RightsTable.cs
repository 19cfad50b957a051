using HostAtlas.Engine.Teams;

namespace HostAtlas.Gateway.People.Rights;

/// <summary>
/// Who may do what: the one table. A person needs at least the row's role; a key needs one of the row's scopes, and a row without any is
/// closed to keys altogether (protocol: keys never create keys, members or invitations, rotate tokens, change retention, delete a server or
/// resume a freeze). <c>servers:enroll</c> is the part of <c>write</c> that an installation script needs: it makes servers and reads
/// nothing. A fresh row needs a sign-in under 10 minutes old besides (<see cref="Freshness"/>).
/// </summary>
internal static class RightsTable
{
    private static readonly Row[] Rows =
    [
        new(Operation.ReadTeam, TeamRole.Viewer, KeyScopes.Read),
        new(Operation.RenameTeam, TeamRole.Admin, KeyScopes.None),
        new(Operation.ReadMembers, TeamRole.Viewer, KeyScopes.None),
        new(Operation.ChangeRole, TeamRole.Admin, KeyScopes.None),
        // Everybody may leave; whom else one may remove is decided with the memberships at hand (MembershipRules).
        new(Operation.EndMembership, TeamRole.Viewer, KeyScopes.None),
        // Whoever resets a person can be that person: a session left open must not suffice.
        new(Operation.ResetMember, TeamRole.Owner, KeyScopes.None, Fresh: true),
        new(Operation.ReadInvitations, TeamRole.Admin, KeyScopes.None),
        new(Operation.Invite, TeamRole.Admin, KeyScopes.None),
        new(Operation.WithdrawInvitation, TeamRole.Admin, KeyScopes.None),
        new(Operation.ReadServers, TeamRole.Viewer, KeyScopes.Read),
        new(Operation.ReadMetrics, TeamRole.Viewer, KeyScopes.Read),
        new(Operation.ReadLogs, TeamRole.Viewer, KeyScopes.Read),
        new(Operation.ReadInventory, TeamRole.Viewer, KeyScopes.Read),
        new(Operation.ReadCommands, TeamRole.Viewer, KeyScopes.Read),
        new(Operation.SendCommand, TeamRole.Member, KeyScopes.Write),
        new(Operation.ReadBackups, TeamRole.Viewer, KeyScopes.Read),
        // To stop is never wrong for long, and a script that sees an attack must not wait for a person.
        new(Operation.FreezeBackups, TeamRole.Member, KeyScopes.Write),
        new(Operation.ResumeBackups, TeamRole.Admin, KeyScopes.None, Fresh: true),
        // A lower floor is for owners alone besides (RetentionEndpoints).
        new(Operation.ChangeRetention, TeamRole.Admin, KeyScopes.None, Fresh: true),
        // What only postpones must be easy: who finds out at night that the wrong thing is about to go has no minute to spare.
        new(Operation.CancelDeletion, TeamRole.Admin, KeyScopes.None),
        new(Operation.AddServer, TeamRole.Member, KeyScopes.Write | KeyScopes.ServersEnroll),
        new(Operation.RenameServer, TeamRole.Member, KeyScopes.Write),
        new(Operation.DeleteServer, TeamRole.Admin, KeyScopes.None, Fresh: true),
        new(Operation.RotateToken, TeamRole.Member, KeyScopes.None),
        new(Operation.ReadKeys, TeamRole.Admin, KeyScopes.None),
        new(Operation.CreateKey, TeamRole.Admin, KeyScopes.None),
        new(Operation.RotateKey, TeamRole.Admin, KeyScopes.None),
        new(Operation.RevokeKey, TeamRole.Admin, KeyScopes.None),
        // Closed to keys: a webhook's address is a credential with many receivers, and who sets them could silence an alarm.
        new(Operation.ReadNotifications, TeamRole.Admin, KeyScopes.None),
        new(Operation.ChangeNotifications, TeamRole.Admin, KeyScopes.None),
        // Closed to keys: addresses, sessions and e-mail addresses of people stand in it, and a key with read lies on other machines.
        new(Operation.ReadAudit, TeamRole.Admin, KeyScopes.None),
        // The least of all that may be heard of; each change has a row of its own besides (ChangeRights).
        new(Operation.WatchTeam, TeamRole.Viewer, KeyScopes.Read),
    ];

    /// <summary>Whether a person of this role may.</summary>
    public static bool Allows(TeamRole role, Operation operation) => role >= Of(operation).LeastRole;

    /// <summary>Whether a key of these scopes may.</summary>
    public static bool Allows(KeyScopes scopes, Operation operation) => (scopes & Of(operation).AnyScope) != KeyScopes.None;

    /// <summary>Whether a person's sign-in must be fresh for it (<see cref="Freshness"/>), whatever the role.</summary>
    public static bool NeedsFreshness(Operation operation) => Of(operation).Fresh;

    // Looked up by value, not by position: a row in the wrong place must not hand out another row's rights.
    private static Row Of(Operation operation) => Rows.Single(row => row.Operation == operation);

    private readonly record struct Row(Operation Operation, TeamRole LeastRole, KeyScopes AnyScope, bool Fresh = false);
}
