using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Users;

/// <summary>A person as the gateway needs one at sign-in. The password's hash stays inside the platform.</summary>
/// <param name="Epoch">That of the credentials, <see cref="UserState.Epoch"/>.</param>
/// <param name="HasSecondFactor">Whether a code is needed beside the password.</param>
/// <param name="FromKnownNetwork">Whether the person signed in from the command's network lately.</param>
public sealed record UserKnown(
    UserId User, string Email, string PasswordHash, IReadOnlyList<TeamId> Teams, int Epoch, bool HasSecondFactor, bool FromKnownNetwork)
    : IEngineReply
{
    /// <summary>Without the hash: a record's own text would print it into a log.</summary>
    public override string ToString() => $"UserKnown({User})";
}

/// <summary>The session's credentials are still those of the person, who belongs to these teams.</summary>
public sealed record SessionStands(IReadOnlyList<TeamId> Teams) : IEngineReply;

/// <summary>The person is who they say. <paramref name="Epoch"/>: what the session that begins now is bound to.</summary>
public sealed record SignInAccepted(UserId User, string Email, IReadOnlyList<TeamId> Teams, int Epoch) : IEngineReply
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"SignInAccepted({User})";
}

/// <summary>The credentials are others now; sessions of an earlier epoch have ended.</summary>
public sealed record CredentialsChanged(int Epoch) : IEngineReply;

/// <summary>A link that sets a new password would be accepted.</summary>
public sealed record ResetOpen(UserId User, string Email, bool HasSecondFactor) : IEngineReply
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"ResetOpen({User})";
}

/// <summary>How a person's second factor stands; never the secret.</summary>
public sealed record SecondFactorShown(bool IsOn, int RecoveryCodesLeft) : IEngineReply;
