using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Users;

/// <summary>A person as the gateway needs one at sign-in. The password's hash stays inside the platform.</summary>
public sealed record UserKnown(UserId User, string Email, string PasswordHash, IReadOnlyList<TeamId> Teams) : IEngineReply
{
    /// <summary>Without the hash: a record's own text would print it into a log.</summary>
    public override string ToString() => $"UserKnown({User})";
}
