using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Users;

/// <content>The second factor. Only the entity judges codes, so one counts once whichever nodes it is sent to.</content>
public static partial class UserDecisions
{
    private static readonly Decision
        HasOne = Decision.Refuse(
            RefusalKind.Conflict, "There is a second factor. End it with DELETE /api/second-factor before another one."),
        NoSecondFactor = Decision.Refuse(RefusalKind.Conflict, "There is no second factor. Begin with POST /api/second-factor."),
        CodeNeeded = Decision.Refuse(RefusalKind.SecondFactorRequired, "Send the code of the authenticator app, or a recovery code."),
        WrongCode = Decision.Refuse(RefusalKind.SecondFactorRequired,
            "This code is wrong, too old or was used before. Wait for the app's next one.");

    private static Decision? DecideSecondFactor(UserState state, IUserCommand command, DateTimeOffset now) => command switch
    {
        ShowSecondFactor => Decision.Answer(new SecondFactorShown(
            state.SecondFactor is not null, state.SecondFactor?.RecoveryCodes.Count ?? 0)),
        BeginSecondFactor or ConfirmSecondFactor when state.SecondFactor is not null => HasOne,
        BeginSecondFactor c => Decision.Journal(new SecondFactorBegun(c.Secret, AccountOf(state), now, c.By), Done.Instance),
        ConfirmSecondFactor when state.Begun is null => NoSecondFactor,
        ConfirmSecondFactor c => Confirm(state, c, now),
        EndSecondFactor or RenewRecoveryCodes when state.SecondFactor is null => NoSecondFactor,
        EndSecondFactor c => WithCode(state, c.Code, c.By, now, spent => Decision.Journal(
            new SecondFactorDisabled(spent!, AccountOf(state), now, c.By), new CredentialsChanged(state.Epoch + 1))),
        RenewRecoveryCodes c => WithCode(state, c.Code, c.By, now, spent => Decision.Journal(
            new RecoveryCodesRenewed(spent!, c.RecoveryCodes, AccountOf(state), now, c.By), new CredentialsChanged(state.Epoch + 1))),
        _ => null,
    };

    private static Decision Confirm(UserState state, ConfirmSecondFactor command, DateTimeOffset now)
    {
        if (SecondsToWait(state, state.WrongCodes, now) is > 0 and var seconds) return TooManyCodes(seconds);
        return OneTimeCodes.StepOf(state.Begun!.Secret, command.Code, now) is { } step
            ? Decision.Journal(new SecondFactorEnabled(step, command.RecoveryCodes, AccountOf(state), now, command.By),
                new CredentialsChanged(state.Epoch + 1))
            : WrongCode with { Events = [new WrongCodeGiven(AccountOf(state), now, command.By)] };
    }

    /// <summary>
    /// What follows when the code is right or none is needed. A missing code is no attempt; a wrong one is journalled. A right recovery
    /// code is taken whatever was tried before it: else who knows the password alone would keep its person out.
    /// </summary>
    /// <param name="link">The link that stands in the password's place; wrong codes with the one are not those with the other.</param>
    private static Decision WithCode(
        UserState state, string? code, Author by, DateTimeOffset now, Func<SpentCode?, Decision> then, ResetId? link = null)
    {
        if (state.SecondFactor is not { } factor) return then(null);
        if (string.IsNullOrWhiteSpace(code)) return CodeNeeded;
        var spent = OneTimeCodes.Match(factor, code, now);
        if (spent is { Recovery: not null }) return then(spent);
        var wrong = link is null ? state.WrongCodes : state.Reset?.WrongCodes ?? WrongCodes.None;
        if (SecondsToWait(state, wrong, now) is > 0 and var seconds) return TooManyCodes(seconds);
        return spent is not null
            ? then(spent)
            : WrongCode with { Events = [new WrongCodeGiven(AccountOf(state), now, by) { Reset = link }] };
    }

    private static int SecondsToWait(UserState state, WrongCodes wrong, DateTimeOffset now) => Math.Max(
        wrong.SecondsToWait(now, WrongCodes.Most),
        (state.WrongCodesInAll ?? WrongCodes.None).SecondsToWait(now, WrongCodes.MostInAll));

    private static Decision TooManyCodes(int seconds) => Decision.Answer(new Refused(
        RefusalKind.RateLimited,
        $"Too many wrong codes were given. Try again in {seconds} seconds; a recovery code is taken at once.", seconds));
}
