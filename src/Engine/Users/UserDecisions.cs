using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Users;

/// <summary>What a person's entity answers to each command, and what it journals for it. Pure.</summary>
public static partial class UserDecisions
{
    /// <summary>Teams one person may belong to.</summary>
    public const int MaxTeams = 100;

    private static readonly Decision NoSuchUser = Decision.Refuse(RefusalKind.NotFound, "There is no such person.");

    /// <summary>Decides.</summary>
    public static Decision Decide(UserState state, IUserCommand command, DateTimeOffset now) => command switch
    {
        RegisterUser c when state.User is null => Decision.Journal(
            new UserRegistered(c.User, c.Email, c.PasswordHash, now, c.By),
            new UserKnown(c.User, c.Email, c.PasswordHash, [], 0, HasSecondFactor: false, FromKnownNetwork: false)),
        RegisterUser c => c.User == state.User
            ? Known(state, null, now)
            : Decision.Refuse(RefusalKind.Conflict, "This address is registered."),
        TakeRegistrationBack c when state.User != c.User => Decision.Answer(Done.Instance),
        TakeRegistrationBack c => state.Teams.IsEmpty
            ? Decision.Journal(new RegistrationTakenBack(c.User, now, c.By), Done.Instance)
            : Decision.Refuse(RefusalKind.Conflict, "The person belongs to a team."),
        JudgeSession or InspectReset or ResetPassword when state.User is null => NotAccepted,
        _ when state.User is null => NoSuchUser,
        FindUser c => Known(state, c.Network, now),
        NoteMembership c when state.Teams.Contains(c.Team) => Decision.Answer(Done.Instance),
        NoteMembership when state.Teams.Count >= MaxTeams =>
            Decision.Refuse(RefusalKind.Conflict, $"A person belongs to at most {MaxTeams} teams."),
        NoteMembership c => Decision.Journal(new MembershipNoted(c.Team, now), Done.Instance),
        ForgetMembership c => state.Teams.Contains(c.Team)
            ? Decision.Journal(new MembershipForgotten(c.Team, now), Done.Instance)
            : Decision.Answer(Done.Instance),
        _ => DecideSignIn(state, command, now) ?? DecideSecondFactor(state, command, now)
            ?? Decision.Refuse(RefusalKind.Internal, "This version does not know the command."),
    };

    private static Decision Known(UserState state, string? network, DateTimeOffset now) => Decision.Answer(new UserKnown(
        state.User!.Value, state.Email, state.PasswordHash, state.Teams, state.Epoch, state.SecondFactor is not null,
        network is not null && state.Networks.Any(known => known.Network == network && now - known.At < NetworkKnownFor)));
}
