using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Teams;

/// <summary>A command to one team; the team is the address.</summary>
public interface ITeamCommand
{
    /// <summary>The tenant, which is the entity's address.</summary>
    TeamId Team { get; }
}

/// <summary>
/// Keeps an invitation's hash. For a team that nobody founded yet it is the founding one (role owner); in one that exists a person invites
/// up to the own role. Reply: <see cref="Done"/>, or NotPermitted or Conflict.
/// </summary>
public sealed record IssueInvitation(
    TeamId Team, InvitationId Invitation, TokenHash Hash, TeamRole Role, DateTimeOffset ExpiresAt, Author By) : ITeamCommand
{
    /// <summary>The only address that may accept it; null: whoever holds it.</summary>
    public string? Email { get; init; }

    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"IssueInvitation({Team}, {Invitation}, {Role})";
}

/// <summary>
/// Asks whether an invitation is open; changes nothing. Reply: <see cref="InvitationOpen"/> or a refusal, NotPermitted when it is bound to
/// another address than <see cref="Email"/>.
/// </summary>
public sealed record InspectInvitation(TeamId Team, InvitationId Invitation, TokenHash Hash) : ITeamCommand
{
    /// <summary>Who would accept it; null: nobody in particular, the invitation itself is looked at.</summary>
    public string? Email { get; init; }

    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"InspectInvitation({Team}, {Invitation})";
}

/// <summary>
/// Spends an invitation: founds the team (then <paramref name="TeamName"/> names it) or joins it. Repeating it for the same user gives the
/// same reply, so a set-up that died half-way can be sent again. Reply: <see cref="TeamJoined"/> or a refusal.
/// </summary>
public sealed record AcceptInvitation(
    TeamId Team, InvitationId Invitation, TokenHash Hash, UserId User, string Email, string? TeamName, Author By) : ITeamCommand
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"AcceptInvitation({Team}, {Invitation}, {User})";
}

/// <summary>Asks for the invitations that can be accepted now. Reply: <see cref="TeamInvitations"/>.</summary>
public sealed record ListInvitations(TeamId Team) : ITeamCommand;

/// <summary>
/// Ends an invitation before anybody accepted it. Reply: <see cref="Done"/>, NotFound for one that is not open, or NotPermitted.
/// </summary>
public sealed record WithdrawInvitation(TeamId Team, InvitationId Invitation, Author By) : ITeamCommand;

/// <summary>
/// What stays of the backups of servers that chose nothing themselves. Idempotent. Reply: <see cref="Done"/> or InvalidContent.
/// </summary>
public sealed record ChooseTeamRetention(TeamId Team, RetentionDefault Default, Author By) : ITeamCommand;

/// <summary>Asks for it. Reply: <see cref="TeamRetentionShown"/>.</summary>
public sealed record ShowTeamRetention(TeamId Team) : ITeamCommand;

/// <summary>Asks for the members. Reply: <see cref="TeamMembers"/>.</summary>
public sealed record ListMembers(TeamId Team) : ITeamCommand;

/// <summary>Gives a member another role (<see cref="MembershipRules"/>). Reply: <see cref="MemberShown"/> or a refusal.</summary>
public sealed record ChangeRole(TeamId Team, UserId User, TeamRole Role, Author By) : ITeamCommand;

/// <summary>
/// Ends a membership; everybody may end their own (<see cref="MembershipRules"/>). Reply: <see cref="MemberShown"/>, as it was, or a
/// refusal.
/// </summary>
public sealed record RemoveMember(TeamId Team, UserId User, Author By) : ITeamCommand;

/// <summary>Asks for the team itself. Reply: <see cref="TeamShown"/>.</summary>
public sealed record ShowTeam(TeamId Team) : ITeamCommand;

/// <summary>Gives the team another name. Reply: <see cref="TeamShown"/>.</summary>
public sealed record RenameTeam(TeamId Team, string Name, Author By) : ITeamCommand;

/// <summary>Asks what a person may do here. Reply: <see cref="Authorized"/>, or NotFound for everybody who is not a member.</summary>
public sealed record AuthorizeUser(TeamId Team, UserId User) : ITeamCommand;

/// <summary>
/// Asks what an API key may do here; compares the hash in constant time. Reply: <see cref="Authorized"/> or CredentialsRejected.
/// </summary>
public sealed record AuthorizeKey(TeamId Team, KeyId Key, TokenHash Hash) : ITeamCommand;

/// <summary>
/// Adds a server within the plan. A name may repeat when a person asks; <paramref name="EnrolledByKey"/> makes it unique (Conflict), so
/// that a host that is installed again by script does not become a second server. Reply: <see cref="ServerAdded"/> or a refusal.
/// </summary>
public sealed record AddServer(TeamId Team, ServerId Server, string Name, bool EnrolledByKey, Author By) : ITeamCommand;

/// <summary>Asks whether a server belongs to the team. Reply: <see cref="Done"/> or NotFound.</summary>
public sealed record FindServer(TeamId Team, ServerId Server) : ITeamCommand;

/// <summary>
/// Gives a server another name. As for a new one a name may repeat when a person asks; <paramref name="ByKey"/> makes it unique (Conflict).
/// Reply: <see cref="Done"/> or a refusal.
/// </summary>
public sealed record RenameServer(TeamId Team, ServerId Server, string Name, bool ByKey, Author By) : ITeamCommand;

/// <summary>
/// The last step of a deletion: the server is the team's no longer. Sent after its backups and its door were closed, so that a deletion
/// that dies half-way leaves a server that is still listed, and deleting it again goes on. Reply: <see cref="Done"/> or NotFound.
/// </summary>
public sealed record RemoveServer(TeamId Team, ServerId Server, Author By) : ITeamCommand;

/// <summary>
/// Sets how many servers the plan holds; null is unlimited. Reply: <see cref="Done"/>, or NotFound for a team nobody founded.
/// </summary>
public sealed record SetPlan(TeamId Team, int? Servers, Author By) : ITeamCommand;

/// <summary>
/// Notes that the team has a new data key since a rotation; once for each number. Reply: <see cref="Done"/>, or NotFound for a team nobody
/// founded.
/// </summary>
/// <param name="Number">Of the team's newest data key.</param>
public sealed record NoteRotation(TeamId Team, int Number, Author By) : ITeamCommand;

/// <summary>Notes that the tables which the team reads were told anew. Reply: as above.</summary>
public sealed record NoteRebuild(TeamId Team, Author By) : ITeamCommand;

/// <summary>Notes that somebody takes a copy of the team's audit log. Reply: as above.</summary>
public sealed record NoteAuditExport(TeamId Team, Author By) : ITeamCommand;

/// <summary>Keeps an API key's hash. Reply: <see cref="Done"/>.</summary>
public sealed record AddKey(TeamId Team, KeyId Key, string Name, KeyScopes Scopes, TokenHash Hash, Author By) : ITeamCommand
{
    /// <summary>From when on the key is worth nothing; null: it has no end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>
/// Gives a key another text under the same id. The earlier one ends after <paramref name="OverlapSeconds"/>; at most two are valid at a
/// time. Reply: <see cref="Done"/> or a refusal.
/// </summary>
public sealed record RotateKey(TeamId Team, KeyId Key, TokenHash Hash, int OverlapSeconds, Author By) : ITeamCommand;

/// <summary>Revokes an API key at once. Reply: <see cref="Done"/> or NotFound.</summary>
public sealed record RevokeKey(TeamId Team, KeyId Key, Author By) : ITeamCommand;

/// <summary>Asks for the keys' metadata (at most 100 a team). Reply: <see cref="TeamKeys"/>.</summary>
public sealed record ListKeys(TeamId Team) : ITeamCommand;
