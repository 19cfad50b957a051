using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Teams;

public static partial class TeamDecisions
{
    /// <summary>Invitations of a team that may be open at a time.</summary>
    public const int MaxOpenInvitations = 100;

    private static Decision Issue(TeamState state, IssueInvitation command, DateTimeOffset now)
    {
        if (state.Invitations.TryGetValue(command.Invitation, out var known))
            return known.Hash == command.Hash ? Granted : Decision.Refuse(RefusalKind.Conflict, "There is an invitation of this id.");
        // Whoever may make teams may make the invitation that founds one; in a team that exists its members decide.
        if (state.Name is not null)
        {
            if (RoleOf(state, command.By) is not { } role || !MembershipRules.Governs(role, command.Role))
                return Decision.Refuse(RefusalKind.NotPermitted, "Nobody invites to a role above their own. Ask an owner of the team.");
            if (command.Email is { } email && state.Members.Values.Any(member => EmailForm.Same(member.Email, email)))
                return Decision.Refuse(RefusalKind.Conflict, "Who has this address is a member already. Change their role instead.");
            if (state.Invitations.Values.Count(one => IsOpen(state, one, now)) >= MaxOpenInvitations)
                return Decision.Refuse(RefusalKind.Conflict,
                    $"A team has at most {MaxOpenInvitations} open invitations. Withdraw one that is not needed.");
        }
        return Decision.Journal(
            new InvitationIssued(command.Invitation, command.Hash, command.Role, command.ExpiresAt, now, command.By)
            {
                Email = command.Email,
            }, Done.Instance);
    }

    private static Decision Inspect(TeamState state, InvitationId id, TokenHash hash, string? email, DateTimeOffset now) =>
        !state.Invitations.TryGetValue(id, out var invitation) || invitation.Hash != hash ? NoSuchCredential
        : EndOf(state, invitation, now) is { } ended ? Decision.Refuse(RefusalKind.InvitationSpent, ended)
        : email is not null && invitation.Email is { } bound && !EmailForm.Same(bound, email)
            ? Decision.Refuse(RefusalKind.NotPermitted, "This invitation is for another address. Use the one that it was sent to.")
        : Decision.Answer(new InvitationOpen(invitation.Role, Founding: state.Name is null));

    private static Decision Accept(TeamState state, AcceptInvitation command, DateTimeOffset now)
    {
        // A set-up that died after this step is sent again by the same person: the same answer, no second effect.
        if (state.Invitations.TryGetValue(command.Invitation, out var invitation) && invitation.Hash == command.Hash
            && invitation.SpentBy == command.User && state.Members.TryGetValue(command.User, out var member))
            return Decision.Answer(new TeamJoined(command.Team, state.Name!, member.Role));
        var open = Inspect(state, command.Invitation, command.Hash, command.Email, now);
        if (open.Reply is not InvitationOpen { Role: var role, Founding: var founding }) return open;
        if (state.Members.ContainsKey(command.User)) return Decision.Refuse(RefusalKind.Conflict, "You are a member of this team already.");
        if (state.Members.Count >= MaxMembers)
            return Decision.Refuse(RefusalKind.Conflict, $"A team has at most {MaxMembers} members. Somebody must leave it first.");
        var name = state.Name ?? command.TeamName ?? "Team";
        var joined = new MemberJoined(
            command.User, command.Email, founding ? TeamRole.Owner : role, command.Invitation, now, command.By);
        return new Decision(
            founding ? [new TeamFounded(name, now, command.By), joined] : [joined],
            new TeamJoined(command.Team, name, joined.Role));
    }

    private static Decision Withdraw(TeamState state, WithdrawInvitation command, DateTimeOffset now) =>
        !state.Invitations.TryGetValue(command.Invitation, out var invitation) || !IsOpen(state, invitation, now)
            ? Decision.Refuse(RefusalKind.NotFound, "There is no such invitation.")
        : RoleOf(state, command.By) is not { } role || !MembershipRules.Governs(role, invitation.Role)
            ? Decision.Refuse(
                RefusalKind.NotPermitted, "Nobody withdraws an invitation to a role above their own. Ask an owner of the team.")
        : Decision.Journal(
            new InvitationWithdrawn(command.Invitation, invitation.Role, invitation.Email, now, command.By), Done.Instance);

    private static TeamInvitations OpenInvitations(TeamState state, DateTimeOffset now) => new([.. state.Invitations
        .Where(one => IsOpen(state, one.Value, now))
        .OrderByDescending(one => one.Value.IssuedAt).ThenBy(one => one.Key.Value)
        .Select(one => new TeamInvitation(
            one.Key, one.Value.Role, one.Value.Email, one.Value.IssuedAt, one.Value.ExpiresAt, one.Value.By))]);

    private static bool IsOpen(TeamState state, StoredInvitation invitation, DateTimeOffset now) => EndOf(state, invitation, now) is null;

    /// <summary>Why an invitation is worth nothing any more, for people; null while it is open.</summary>
    private static string? EndOf(TeamState state, StoredInvitation invitation, DateTimeOffset now) =>
        invitation.SpentBy is not null ? "This invitation was used. If it was you, sign in. Else ask for a new one."
        : invitation.ExpiresAt <= now ? "This invitation is too old. Ask for a new one."
        // An admin who was removed must not come back by an invitation kept for that day: it is worth what its maker may still grant.
        : state.Name is not null && invitation.By is { } by
            && (RoleOf(state, by) is not { } role || !MembershipRules.Governs(role, invitation.Role))
            ? "Who made this invitation may not invite any more. Ask for a new one."
        : invitation.Withdrawn ? "This invitation was withdrawn. Ask for a new one."
        : null;
}
