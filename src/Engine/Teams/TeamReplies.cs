using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

/// <summary>The invitation can be accepted. <paramref name="Founding"/>: the team does not exist yet.</summary>
public sealed record InvitationOpen(TeamRole Role, bool Founding) : IEngineReply;

/// <summary>The person is a member now.</summary>
public sealed record TeamJoined(TeamId Team, string Name, TeamRole Role) : IEngineReply;

/// <summary>The invitations that can be accepted now, newest first; never their text.</summary>
public sealed record TeamInvitations(IReadOnlyList<TeamInvitation> Items) : IEngineReply;

/// <summary>One open invitation. <paramref name="By"/>: who made it.</summary>
public sealed record TeamInvitation(
    InvitationId Id, TeamRole Role, string? Email, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, Author? By)
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"TeamInvitation({Id}, {Role})";
}

/// <summary>The members, the longest first.</summary>
public sealed record TeamMembers(IReadOnlyList<TeamMember> Items) : IEngineReply;

/// <summary>One member.</summary>
public sealed record MemberShown(TeamMember Member) : IEngineReply;

/// <summary>A person in the team.</summary>
public sealed record TeamMember(UserId Id, string Email, TeamRole Role, DateTimeOffset JoinedAt)
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"TeamMember({Id}, {Role})";
}

/// <summary>The team. <paramref name="PlanServers"/>: how many servers it may have, null is unlimited.</summary>
public sealed record TeamShown(TeamId Id, string Name, int? PlanServers, int Servers) : IEngineReply;

/// <summary>What the team chose for servers that chose nothing; null: nothing, so the platform's own holds.</summary>
public sealed record TeamRetentionShown(RetentionDefault? Default) : IEngineReply;

/// <summary>What the credential may do: a role for a person (scopes none), scopes and the key's name for a key (role null).</summary>
public sealed record Authorized(TeamId Team, string TeamName, TeamRole? Role, KeyScopes Scopes, string? KeyName) : IEngineReply;

/// <summary>The server belongs to the team.</summary>
public sealed record ServerAdded(ServerId Server, string Name, DateTimeOffset CreatedAt) : IEngineReply;

/// <summary>The team's API keys, newest first; never their text.</summary>
public sealed record TeamKeys(IReadOnlyList<TeamKey> Items) : IEngineReply;

/// <summary>One key's metadata.</summary>
public sealed record TeamKey(KeyId Id, string Name, KeyScopes Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);
