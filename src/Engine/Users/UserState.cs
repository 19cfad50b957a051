using System.Collections.Immutable;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Users;

/// <summary>Everything a person's entity decides by. Also its snapshot.</summary>
public sealed record UserState
{
    /// <summary>Before any event.</summary>
    public static readonly UserState Nobody = new();

    /// <summary>Null until registered.</summary>
    public UserId? User { get; init; }

    /// <summary>The address as the person wrote it.</summary>
    public string Email { get; init; } = "";

    /// <summary>The password's slow hash with its parameters.</summary>
    public string PasswordHash { get; init; } = "";

    /// <summary>The teams joined, in order.</summary>
    public ImmutableList<TeamId> Teams { get; init; } = [];

    /// <summary>The state after an event; throws on one that this version does not know.</summary>
    public static UserState Apply(UserState state, IEntityEvent happened) => happened switch
    {
        UserRegistered e => state with { User = e.User, Email = e.Email, PasswordHash = e.PasswordHash },
        MembershipNoted e => state with { Teams = state.Teams.Add(e.Team) },
        MembershipForgotten e => state with { Teams = state.Teams.Remove(e.Team) },
        _ => throw new InvalidOperationException($"A person's journal holds a {happened.GetType().Name} that this version does not know."),
    };

    /// <summary>Without address and hash.</summary>
    public override string ToString() => $"UserState({User})";
}
