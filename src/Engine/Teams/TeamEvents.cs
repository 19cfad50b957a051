using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Teams;

/// <summary>An invitation's hash is known from here on.</summary>
public sealed record InvitationIssued(
    InvitationId Invitation, TokenHash Hash, TeamRole Role, DateTimeOffset ExpiresAt, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The team exists.</summary>
public sealed record TeamFounded(string Name, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>A person joined by an invitation, which is spent by it.</summary>
public sealed record MemberJoined(
    UserId User, string Email, TeamRole Role, InvitationId Invitation, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"MemberJoined({User}, {Role})";
}

/// <summary>
/// How many servers the team may have; null is unlimited. <paramref name="From"/>: what it was; null in journals that did not say.
/// </summary>
public sealed record PlanSet(int? Servers, DateTimeOffset At, Author? By, PlanLimit? From = null) : IAuditedEvent;

/// <summary>How many servers a team may have; null is unlimited.</summary>
public sealed record PlanLimit(int? Servers);

/// <summary>The server belongs to the team.</summary>
public sealed record ServerJoined(ServerId Server, string Name, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>An API key's hash is known from here on.</summary>
public sealed record KeyAdded(KeyId Key, string Name, KeyScopes Scopes, TokenHash Hash, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The key is worth nothing any more.</summary>
public sealed record KeyRevoked(KeyId Key, DateTimeOffset At, Author? By) : IAuditedEvent;
