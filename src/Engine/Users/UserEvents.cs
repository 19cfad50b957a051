using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Users;

/// <summary>The person exists. The password stands here only as a slow hash with its parameters.</summary>
public sealed record UserRegistered(UserId User, string Email, string PasswordHash, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without address and hash: a record's own text would print them into a log.</summary>
    public override string ToString() => $"UserRegistered({User})";
}

/// <summary>The set-up that made the person came to nothing: the address is nobody's again.</summary>
public sealed record RegistrationTakenBack(UserId User, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The person belongs to a team; the team itself decides on rights.</summary>
public sealed record MembershipNoted(TeamId Team, DateTimeOffset At) : IEntityEvent;

/// <summary>The person does not belong to the team any more.</summary>
public sealed record MembershipForgotten(TeamId Team, DateTimeOffset At) : IEntityEvent;
