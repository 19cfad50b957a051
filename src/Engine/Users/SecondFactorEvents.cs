using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Users;

/// <summary>A secret for a second factor was made; it counts for nothing until it is confirmed.</summary>
public sealed record SecondFactorBegun(byte[] Secret, Account Account, DateTimeOffset At, Author? By) : IAccountEvent
{
    /// <summary>Without the secret: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(SecondFactorBegun);
}

/// <summary>The second factor is needed from here on. All sessions ended.</summary>
/// <param name="Step">The time step of the code that confirmed it; it never counts again.</param>
public sealed record SecondFactorEnabled(
    long Step, IReadOnlyList<TokenHash> RecoveryCodes, Account Account, DateTimeOffset At, Author? By) : IAccountEvent
{
    /// <summary>Without the hashes.</summary>
    public override string ToString() => nameof(SecondFactorEnabled);
}

/// <summary>The password alone suffices again; the secret and the recovery codes are forgotten. All sessions ended.</summary>
public sealed record SecondFactorDisabled(SpentCode Spent, Account Account, DateTimeOffset At, Author? By) : IAccountEvent;

/// <summary>Other recovery codes take the place of those before. All sessions ended.</summary>
public sealed record RecoveryCodesRenewed(
    SpentCode Spent, IReadOnlyList<TokenHash> RecoveryCodes, Account Account, DateTimeOffset At, Author? By) : IAccountEvent
{
    /// <summary>Without the hashes.</summary>
    public override string ToString() => nameof(RecoveryCodesRenewed);
}

/// <summary>A code that was used: a one-time code by its time step, or a recovery code by its hash.</summary>
public sealed record SpentCode(long? Step, TokenHash? Recovery)
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => Step is { } step ? $"SpentCode(step {step})" : "SpentCode(recovery)";
}
