using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Users;

/// <content>Signing in, sessions, and the two ways to another password.</content>
public static partial class UserDecisions
{
    /// <summary>How long a network counts as the person's own after a sign-in from it.</summary>
    public static readonly TimeSpan NetworkKnownFor = TimeSpan.FromDays(90);

    private static readonly Decision NotAccepted =
        Decision.Refuse(RefusalKind.CredentialsRejected, "The credentials were not accepted.");

    private static Account AccountOf(UserState state) => new(state.User!.Value, state.Email, state.Teams);

    private static Decision? DecideSignIn(UserState state, IUserCommand command, DateTimeOffset now) => command switch
    {
        JudgeSession c => c.User == state.User && c.Epoch == state.Epoch ? Decision.Answer(new SessionStands(state.Teams)) : NotAccepted,
        SignIn c when c.PasswordHash != state.PasswordHash => NotAccepted,
        SignIn c => WithCode(state, c.Code, c.By, now, spent => Decision.Journal(
            new SignedIn(c.Network, spent, AccountOf(state), now, c.By),
            new SignInAccepted(state.User!.Value, state.Email, state.Teams, state.Epoch))),
        RehashPassword c => c.From == state.PasswordHash
            ? Decision.Journal(new PasswordRehashed(c.To, now), Done.Instance)
            : Decision.Refuse(RefusalKind.Conflict, "The password was changed meanwhile."),
        ChangePassword c => c.From == state.PasswordHash
            ? Decision.Journal(new PasswordChanged(c.To, AccountOf(state), now, c.By), new CredentialsChanged(state.Epoch + 1))
            : NotAccepted,
        NoteSessionsEnded { Sessions.Count: 0 } => Decision.Answer(Done.Instance),
        NoteSessionsEnded c => Decision.Journal(new SessionsEnded(c.Sessions, AccountOf(state), now, c.By), Done.Instance),
        IssueReset c => Issue(state, c, now),
        InspectReset c => IsOpen(state, c.Reset, c.Hash, now)
            ? Decision.Answer(new ResetOpen(state.User!.Value, state.Email, state.SecondFactor is not null))
            : LinkNotAccepted,
        ResetPassword c => !IsOpen(state, c.Reset, c.Hash, now)
            ? LinkNotAccepted
            : WithCode(state, c.Code, c.By, now, spent => Decision.Journal(
                new PasswordReset(c.Reset, c.PasswordHash, spent, AccountOf(state), now, c.By),
                new CredentialsChanged(state.Epoch + 1)), c.Reset),
        _ => null,
    };

    private static Decision Issue(UserState state, IssueReset command, DateTimeOffset now)
    {
        if (state.Reset is { } known && known.Reset == command.Reset && known.Hash == command.Hash) return Decision.Answer(Done.Instance);
        // The owner of one team must not take over a person who is in another as well.
        if (!IsOnlyOf(state, command.OnlyOf))
            return Decision.Refuse(RefusalKind.NotPermitted,
                "This person belongs to other teams as well. Ask whoever runs the platform for a link: ops users reset-password.");
        return Decision.Journal(
            new ResetIssued(command.Reset, command.Hash, command.ExpiresAt, command.OnlyOf, AccountOf(state), now, command.By),
            Done.Instance);
    }

    private static bool IsOpen(UserState state, Shared.Ids.ResetId reset, Shared.Tokens.TokenHash hash, DateTimeOffset now) =>
        state.Reset is { } open && open.Reset == reset && open.Hash == hash && now < open.ExpiresAt
        && IsOnlyOf(state, open.OnlyOf);

    private static bool IsOnlyOf(UserState state, Shared.Ids.TeamId? team) =>
        team is null || (state.Teams.Count == 1 && state.Teams[0] == team);

    private static Decision LinkNotAccepted => Decision.Refuse(
        RefusalKind.CredentialsRejected, "This link was used, replaced by a newer one, or is older than an hour. Ask for a new one.");
}
