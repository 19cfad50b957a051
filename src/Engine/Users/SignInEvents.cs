using System.Text.Json.Serialization;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Users;

/// <summary>Something that happened to a person's account. It stands in the audit log of each team the person belonged to then.</summary>
public interface IAccountEvent : IAuditedEvent
{
    /// <summary>Whose account, and the teams concerned.</summary>
    Account Account { get; }
}

/// <summary>A person and the teams they belonged to when something happened: what the audit logs need of an event.</summary>
public sealed record Account(UserId User, string Email, IReadOnlyList<TeamId> Teams)
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"Account({User})";
}

/// <summary>The person signed in.</summary>
/// <param name="Network">Where from; known from now on. Null when it is not known.</param>
/// <param name="Spent">The code that was used, which never counts again; null without a second factor.</param>
public sealed record SignedIn(string? Network, SpentCode? Spent, Account Account, DateTimeOffset At, Author? By) : IAccountEvent;

/// <summary>Somebody knew the password (or held a link) and gave a wrong code.</summary>
public sealed record WrongCodeGiven(Account Account, DateTimeOffset At, Author? By) : IAccountEvent
{
    /// <summary>The link it was given with; null: the password.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResetId? Reset { get; init; }
}

/// <summary>The same password is hashed with the parameters of today.</summary>
public sealed record PasswordRehashed(string PasswordHash, DateTimeOffset At) : IEntityEvent
{
    /// <summary>Without the hash: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(PasswordRehashed);
}

/// <summary>The person set another password, knowing the one before. All sessions ended.</summary>
public sealed record PasswordChanged(string PasswordHash, Account Account, DateTimeOffset At, Author? By) : IAccountEvent
{
    /// <summary>Without the hash: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(PasswordChanged);
}

/// <summary>The person ended sessions.</summary>
public sealed record SessionsEnded(
    IReadOnlyList<SessionId> Sessions, Account Account, DateTimeOffset At, Author? By) : IAccountEvent;

/// <summary>A link that sets a new password was made; only its hash is known from here on.</summary>
/// <param name="OnlyOf">The team whose owner made it; null for the operator.</param>
public sealed record ResetIssued(
    ResetId Reset, TokenHash Hash, DateTimeOffset ExpiresAt, TeamId? OnlyOf, Account Account, DateTimeOffset At, Author? By)
    : IAccountEvent
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => $"ResetIssued({Reset})";
}

/// <summary>A new password was set by a link, which is spent by it. All sessions ended; the second factor stayed.</summary>
public sealed record PasswordReset(
    ResetId Reset, string PasswordHash, SpentCode? Spent, Account Account, DateTimeOffset At, Author? By) : IAccountEvent
{
    /// <summary>Without the hash: a record's own text would print it into a log.</summary>
    public override string ToString() => $"PasswordReset({Reset})";
}
