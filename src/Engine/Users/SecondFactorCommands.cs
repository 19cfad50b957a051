using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Users;

/// <summary>Asks how the second factor stands. Reply: <see cref="SecondFactorShown"/>.</summary>
public sealed record ShowSecondFactor(UserAddress Address) : IUserCommand;

/// <summary>
/// Begins to set up a second factor; it counts for nothing until <see cref="ConfirmSecondFactor"/>. Reply: <see cref="Done"/>, or Conflict
/// when there is one.
/// </summary>
/// <param name="Secret">20 random bytes (RFC 4226, 4, R6).</param>
public sealed record BeginSecondFactor(UserAddress Address, byte[] Secret, Author By) : IUserCommand
{
    /// <summary>Without the secret: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(BeginSecondFactor);
}

/// <summary>
/// Turns the second factor on with a code of the secret that was begun with. Ends all sessions. Reply: <see cref="CredentialsChanged"/>,
/// SecondFactorRequired for a wrong code, Conflict when nothing was begun, or RateLimited.
/// </summary>
/// <param name="RecoveryCodes">Hashes of the codes that are shown once.</param>
public sealed record ConfirmSecondFactor(UserAddress Address, string Code, IReadOnlyList<TokenHash> RecoveryCodes, Author By) : IUserCommand
{
    /// <summary>Without the code: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(ConfirmSecondFactor);
}

/// <summary>
/// Turns the second factor off. Ends all sessions. Reply: <see cref="CredentialsChanged"/>, SecondFactorRequired for a wrong code, Conflict
/// when there is none, or RateLimited.
/// </summary>
public sealed record EndSecondFactor(UserAddress Address, string? Code, Author By) : IUserCommand
{
    /// <summary>Without the code: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(EndSecondFactor);
}

/// <summary>
/// Other recovery codes; those of before are worth nothing any more. Ends all sessions. Reply: as <see cref="EndSecondFactor"/>.
/// </summary>
public sealed record RenewRecoveryCodes(UserAddress Address, string? Code, IReadOnlyList<TokenHash> RecoveryCodes, Author By) : IUserCommand
{
    /// <summary>Without the code: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(RenewRecoveryCodes);
}
