using System.Text.Json.Serialization;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Teams;

/// <summary>An invitation's hash is known from here on.</summary>
public sealed record InvitationIssued(
    InvitationId Invitation, TokenHash Hash, TeamRole Role, DateTimeOffset ExpiresAt, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>The only address that may accept it; null: whoever holds it.</summary>
    public string? Email { get; init; }

    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"InvitationIssued({Invitation}, {Role})";
}

/// <summary>An invitation that nobody had accepted is worth nothing any more.</summary>
public sealed record InvitationWithdrawn(
    InvitationId Invitation, TeamRole Role, string? Email, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"InvitationWithdrawn({Invitation}, {Role})";
}

/// <summary>The team exists.</summary>
public sealed record TeamFounded(string Name, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The team has another name.</summary>
public sealed record TeamRenamed(string From, string To, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>A person joined by an invitation, which is spent by it.</summary>
public sealed record MemberJoined(
    UserId User, string Email, TeamRole Role, InvitationId Invitation, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"MemberJoined({User}, {Role})";
}

/// <summary>A member has another role.</summary>
public sealed record RoleChanged(UserId User, string Email, TeamRole From, TeamRole To, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"RoleChanged({User}, {From} to {To})";
}

/// <summary>A person is no member any more: removed by somebody, or gone by their own wish (then they are the author).</summary>
public sealed record MemberLeft(UserId User, string Email, TeamRole Role, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"MemberLeft({User}, {Role})";
}

/// <summary>
/// How many servers the team may have; null is unlimited. <paramref name="From"/>: what it was; null in journals that did not say.
/// </summary>
public sealed record PlanSet(int? Servers, DateTimeOffset At, Author? By, PlanLimit? From = null) : IAuditedEvent
{
    /// <summary>The team's name; null in journals that did not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>What the team keeps is sealed by another data key from here on: the platform's keys were rotated.</summary>
public sealed record DataKeyRotated(string Name, int Number, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The tables that the team reads were told anew from the journal.</summary>
public sealed record TablesRebuilt(string Name, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>Somebody took a copy of the team's audit log.</summary>
public sealed record AuditExported(DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>
/// Somebody chose what stays of the backups of servers that chose nothing. <paramref name="From"/>: what was; null: the platform's own.
/// </summary>
public sealed record TeamRetentionChosen(RetentionDefault Default, RetentionDefault? From, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>The team's name.</summary>
    public required string Name { get; init; }
}

/// <summary>How many servers a team may have; null is unlimited.</summary>
public sealed record PlanLimit(int? Servers);

/// <summary>The server belongs to the team.</summary>
public sealed record ServerJoined(ServerId Server, string Name, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The server has another name.</summary>
public sealed record ServerRenamed(ServerId Server, string From, string To, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The server was deleted, and its place in the plan is free. Its vault stays for 30 days from here.</summary>
public sealed record ServerRemoved(ServerId Server, string Name, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>An API key's hash is known from here on.</summary>
public sealed record KeyAdded(KeyId Key, string Name, KeyScopes Scopes, TokenHash Hash, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>From when on the key is worth nothing; null: it has no end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The key has another text; the earlier one ends at <paramref name="EarlierEndAt"/>.</summary>
public sealed record KeyRotated(
    KeyId Key, string Name, TokenHash Hash, DateTimeOffset EarlierEndAt, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The key is worth nothing any more.</summary>
public sealed record KeyRevoked(KeyId Key, string Name, DateTimeOffset At, Author? By) : IAuditedEvent;
