using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Users;

/// <summary>
/// Asks at each call whether a session still stands: whether it is this person's and of the credentials that are valid now. So a change of
/// them ends sessions on every node with the next call. Reply: <see cref="SessionStands"/> or CredentialsRejected.
/// </summary>
public sealed record JudgeSession(UserAddress Address, UserId User, int Epoch) : IUserCommand;

/// <summary>
/// Signs in with a password that the gateway has found right: <paramref name="PasswordHash"/> is what it was compared with, and is refused
/// when it was replaced meanwhile. Reply: <see cref="SignInAccepted"/>, CredentialsRejected, SecondFactorRequired or RateLimited.
/// </summary>
/// <param name="Code">A one-time or recovery code; null: none was given.</param>
/// <param name="Network">Where from; known from now on.</param>
public sealed record SignIn(UserAddress Address, string PasswordHash, string? Code, string? Network, Author By) : IUserCommand
{
    /// <summary>Without hash and code: a record's own text would print them into a log.</summary>
    public override string ToString() => nameof(SignIn);
}

/// <summary>
/// The same password hashed with other parameters. Reply: <see cref="Done"/>, or Conflict when it was replaced meanwhile.
/// </summary>
public sealed record RehashPassword(UserAddress Address, string From, string To) : IUserCommand
{
    /// <summary>Without the hashes: a record's own text would print them into a log.</summary>
    public override string ToString() => nameof(RehashPassword);
}

/// <summary>
/// Another password; <paramref name="From"/> is the hash that the current one was compared with. Ends all sessions. Reply: <see
/// cref="CredentialsChanged"/>, or CredentialsRejected when it was replaced meanwhile.
/// </summary>
public sealed record ChangePassword(UserAddress Address, string From, string To, Author By) : IUserCommand
{
    /// <summary>Without the hashes: a record's own text would print them into a log.</summary>
    public override string ToString() => nameof(ChangePassword);
}

/// <summary>Notes that the person ended sessions; the gateway's store holds them. Reply: <see cref="Done"/>.</summary>
public sealed record NoteSessionsEnded(UserAddress Address, IReadOnlyList<SessionId> Sessions, Author By) : IUserCommand;

/// <summary>
/// Keeps the hash of a link that sets a new password; one made before is worth nothing any more. Reply: <see cref="Done"/>, NotFound, or
/// NotPermitted when <paramref name="OnlyOf"/> is not the person's only team.
/// </summary>
/// <param name="OnlyOf">The team whose owner asks; null for the operator.</param>
public sealed record IssueReset(
    UserAddress Address, ResetId Reset, TokenHash Hash, DateTimeOffset ExpiresAt, TeamId? OnlyOf, Author By) : IUserCommand
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => $"IssueReset({Reset})";
}

/// <summary>Asks whether a link would be accepted; changes nothing. Reply: <see cref="ResetOpen"/> or CredentialsRejected.</summary>
public sealed record InspectReset(UserAddress Address, ResetId Reset, TokenHash Hash) : IUserCommand
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => $"InspectReset({Reset})";
}

/// <summary>
/// Sets a new password by a link, which is spent; ends all sessions and keeps the second factor. Reply: <see cref="CredentialsChanged"/>,
/// CredentialsRejected, SecondFactorRequired or RateLimited.
/// </summary>
public sealed record ResetPassword(
    UserAddress Address, ResetId Reset, TokenHash Hash, string PasswordHash, string? Code, Author By) : IUserCommand
{
    /// <summary>Without hash and code: a record's own text would print them into a log.</summary>
    public override string ToString() => $"ResetPassword({Reset})";
}
