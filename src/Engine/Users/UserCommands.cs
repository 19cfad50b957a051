using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Users;

/// <summary>
/// The address of a person's entity: 16 bytes of HMAC-SHA256(key derived from the root key, normalised e-mail address) in hex. One entity
/// an address makes the address unique without a table, and no address stands in a shard's or a journal's key in clear.
/// </summary>
public readonly record struct UserAddress(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>A command to one person's entity.</summary>
public interface IUserCommand
{
    /// <summary>The entity's address.</summary>
    UserAddress Address { get; }
}

/// <summary>
/// Makes the person unless there is one; the password's hash comes from the gateway (a library's text form with its parameters). Repeating
/// it with the same user id answers the same; another id for the same address is Conflict. Reply: <see cref="UserKnown"/> or Conflict.
/// </summary>
public sealed record RegisterUser(UserAddress Address, UserId User, string Email, string PasswordHash, Author By) : IUserCommand
{
    /// <summary>Without address and hash: a record's own text would print them into a log.</summary>
    public override string ToString() => $"RegisterUser({User})";
}

/// <summary>
/// Takes a registration back whose set-up came to nothing, so that the address is free again. Only of this user id and only without a
/// team; taking it back twice changes nothing. Reply: <see cref="Done"/> or Conflict.
/// </summary>
public sealed record TakeRegistrationBack(UserAddress Address, UserId User, Author By) : IUserCommand;

/// <summary>
/// Notes that the person joined a team, for finding the person's teams at sign-in; the team decides on rights. Reply: <see cref="Done"/>.
/// </summary>
public sealed record NoteMembership(UserAddress Address, TeamId Team) : IUserCommand;

/// <summary>
/// Forgets that the person belongs to a team; forgetting twice changes nothing. Whoever sends it asks the team once more afterwards: the
/// person may just have joined again. Reply: <see cref="Done"/>.
/// </summary>
public sealed record ForgetMembership(UserAddress Address, TeamId Team) : IUserCommand;

/// <summary>Asks for what sign-in needs. Reply: <see cref="UserKnown"/> or NotFound.</summary>
public sealed record FindUser(UserAddress Address) : IUserCommand
{
    /// <summary>Where the question comes from; the reply says whether the person signed in from there before.</summary>
    public string? Network { get; init; }
}
