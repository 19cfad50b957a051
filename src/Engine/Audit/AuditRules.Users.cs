using System.Text.Json.Nodes;
using HostAtlas.Engine.Users;

namespace HostAtlas.Engine.Audit;

/// <content>
/// A person's events. Each names the teams concerned and stands once in the log of each of them: a rule here says which with its
/// <c>Teams</c>.
/// </content>
public static partial class AuditRules
{
    private static AuditRule[] OfUsers =>
    [
        OnAccount<SignedIn>("account.signed-in", e => Code(e.Spent)),
        OnAccount<WrongCodeGiven>("account.wrong-code", _ => null),
        OnAccount<PasswordChanged>("account.password-changed", _ => null),
        OnAccount<SessionsEnded>("account.sessions-ended", e => new JsonObject
        {
            ["sessions"] = List(e.Sessions.Select(session => session.ToString())),
        }),
        OnAccount<ResetIssued>("account.reset-issued", e => new JsonObject { ["expiresAt"] = AuditNames.Of(e.ExpiresAt) }),
        OnAccount<PasswordReset>("account.password-reset", e => Code(e.Spent)),
        OnAccount<SecondFactorBegun>("account.second-factor-begun", _ => null),
        OnAccount<SecondFactorEnabled>("account.second-factor-enabled", _ => null),
        OnAccount<SecondFactorDisabled>("account.second-factor-disabled", e => Code(e.Spent)),
        OnAccount<RecoveryCodesRenewed>("account.recovery-codes-renewed", e => Code(e.Spent)),
    ];

    private static (Type Event, string Why)[] UntoldOfUsers =>
    [
        (typeof(UserRegistered), "The person belongs to no team yet; the team that is joined tells of member.joined."),
        (typeof(RegistrationTakenBack), "The person belonged to no team: there is no log that it could stand in."),
        (typeof(MembershipNoted), "The team itself tells of member.joined; this is the person's own note of it."),
        (typeof(MembershipForgotten), "The team itself tells of member.left; this is the person's own note of it."),
        (typeof(PasswordRehashed), "The password stays the same, and nobody asked for it."),
    ];

    private static AuditRule OnAccount<T>(string action, Func<T, JsonObject?> after) where T : IAccountEvent =>
        new(typeof(T), action, (happened, _) =>
        {
            var e = (T)happened;
            return new AuditFacts(Subject("member", e.Account.User, e.Account.Email), After: after(e));
        }, happened => ((T)happened).Account.Teams);

    // Which kind of code was used, so that somebody sees a recovery code go that they did not use; never the code.
    private static JsonObject? Code(SpentCode? spent) => spent is null
        ? null
        : new JsonObject { ["code"] = spent.Step is null ? "recovery" : "one-time" };
}
