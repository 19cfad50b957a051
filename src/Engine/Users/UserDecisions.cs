using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Users;

/// <summary>What a person's entity answers to each command, and what it journals for it. Pure.</summary>
public static class UserDecisions
{
    /// <summary>Teams one person may belong to.</summary>
    public const int MaxTeams = 100;

    private static readonly Decision NoSuchUser = Decision.Refuse(RefusalKind.NotFound, "There is no such person.");

    /// <summary>Decides.</summary>
    public static Decision Decide(UserState state, IUserCommand command, DateTimeOffset now) => command switch
    {
        RegisterUser c when state.User is null => Decision.Journal(
            new UserRegistered(c.User, c.Email, c.PasswordHash, now, c.By), new UserKnown(c.User, c.Email, c.PasswordHash, [])),
        RegisterUser c => c.User == state.User ? Known(state) : Decision.Refuse(RefusalKind.Conflict, "This address is registered."),
        _ when state.User is null => NoSuchUser,
        FindUser => Known(state),
        NoteMembership c when state.Teams.Contains(c.Team) => Decision.Answer(Done.Instance),
        NoteMembership when state.Teams.Count >= MaxTeams =>
            Decision.Refuse(RefusalKind.Conflict, $"A person belongs to at most {MaxTeams} teams."),
        NoteMembership c => Decision.Journal(new MembershipNoted(c.Team, now), Done.Instance),
        ForgetMembership c => state.Teams.Contains(c.Team)
            ? Decision.Journal(new MembershipForgotten(c.Team, now), Done.Instance)
            : Decision.Answer(Done.Instance),
        _ => Decision.Refuse(RefusalKind.Internal, "This version does not know the command."),
    };

    private static Decision Known(UserState state) =>
        Decision.Answer(new UserKnown(state.User!.Value, state.Email, state.PasswordHash, state.Teams));
}
