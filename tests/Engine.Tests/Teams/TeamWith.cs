using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Teams;

/// <summary>A team with two people of every role: one who does things, and another to whom they are done.</summary>
internal static class TeamWith
{
    /// <summary>The team.</summary>
    public static readonly TeamState Everyone = Enum.GetValues<TeamRole>().OrderDescending().Aggregate(
        TeamState.Apply(TeamState.Nobody, new TeamFounded("Engines", Named.Noon, Named.Ada)),
        (state, role) => Joined(Joined(state, $"doer {role}", role), $"other {role}", role));

    /// <summary>Who does things.</summary>
    public static UserId Doer(TeamRole role) => Named.Id<UserId>($"doer {role}");

    /// <summary>To whom they are done.</summary>
    public static UserId Other(TeamRole role) => Named.Id<UserId>($"other {role}");

    /// <summary>The doer as an author.</summary>
    public static Author Author(TeamRole role) => AuthorOf(Doer(role));

    /// <summary>A member as an author.</summary>
    public static Author AuthorOf(UserId user) => Named.Ada with { Id = user.Value };

    /// <summary>One more member.</summary>
    public static TeamState Joined(TeamState state, string name, TeamRole role)
    {
        var invitation = Named.Id<InvitationId>(name);
        IEntityEvent[] events =
        [
            new InvitationIssued(invitation, Named.Hash(name), role, Named.Noon, Named.Noon, HostAtlas.Engine.Author.Platform),
            new MemberJoined(
                Named.Id<UserId>(name), $"{name.Replace(' ', '.')}@example.org", role, invitation, Named.Noon, Named.Ada),
        ];
        return events.Aggregate(state, TeamState.Apply);
    }
}
