using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>One object, or several, of every wire type of the people's room.</summary>
internal static class UserSamples
{
    private const string Hash = "$argon2id$v=19$…", Network = "100000000c0000207";
    private static readonly DateTimeOffset At = Named.Noon.AddTicks(1_234_567), Later = Named.Noon.AddHours(1);
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly UserId User = Named.Id<UserId>("user");
    private static readonly ResetId Reset = Named.Id<ResetId>("reset");
    private static readonly SessionId Session = Named.Id<SessionId>("session");
    private static readonly UserAddress Address = Named.Address("ada");
    private static readonly byte[] Secret = Named.Bytes("secret")[..20];
    private static readonly TokenHash[] Codes = [Named.Hash("code 1"), Named.Hash("code 2")];
    private static readonly Account Ada = new(User, "Ada@example.org", [Team]);
    private static readonly SpentCode Step = new(59_850_720, null), Recovery = new(null, Named.Hash("code 1"));

    public static IReadOnlyDictionary<string, object> All { get; } = new Dictionary<string, object>
    {
        ["registered.1"] = new UserRegistered(User, "Ada@example.org", Hash, At, Named.Ada),
        ["registration-taken-back.1"] = new RegistrationTakenBack(User, At, Named.Ada),
        ["membership-noted.1"] = new MembershipNoted(Team, At),
        ["membership-forgotten.1"] = new MembershipForgotten(Team, At),
        ["signed-in.1"] = new SignedIn(Network, Step, Ada, At, Named.Ada),
        ["signed-in.1~password-only"] = new SignedIn(null, null, Ada with { Teams = [] }, At, Named.Ada),
        ["wrong-code.1"] = new WrongCodeGiven(Ada, At, Named.Ada),
        ["wrong-code.1~by-link"] = new WrongCodeGiven(Ada, At, Named.Ada) { Reset = Reset },
        ["password-rehashed.1"] = new PasswordRehashed(Hash, At),
        ["password-changed.1"] = new PasswordChanged(Hash, Ada, At, Named.Ada),
        ["sessions-ended.1"] = new SessionsEnded([Session], Ada, At, Named.Ada),
        ["reset-issued.1"] = new ResetIssued(Reset, Named.Hash("r"), Later, null, Ada, At, Named.Ada),
        ["reset-issued.1~by-owner"] = new ResetIssued(Reset, Named.Hash("r"), Later, Team, Ada, At, Named.Ada),
        ["password-reset.1"] = new PasswordReset(Reset, Hash, Recovery, Ada, At, Named.Ada),
        ["second-factor-begun.1"] = new SecondFactorBegun(Secret, Ada, At, Named.Ada),
        ["second-factor-enabled.1"] = new SecondFactorEnabled(59_850_720, Codes, Ada, At, Named.Ada),
        ["second-factor-disabled.1"] = new SecondFactorDisabled(Step, Ada, At, Named.Ada),
        ["recovery-codes-renewed.1"] = new RecoveryCodesRenewed(Recovery, Codes, Ada, At, Named.Ada),
        ["state.1"] = new UserState
        {
            User = User,
            Email = "Ada@example.org",
            PasswordHash = Hash,
            Teams = [Team],
            Epoch = 3,
            Reset = new StoredReset(Reset, Named.Hash("r"), Later, Team),
            Begun = new BegunFactor(Secret),
            SecondFactor = new StoredSecondFactor(Secret, 59_850_720, [.. Codes]),
            WrongCodes = new WrongCodes(1.5, At),
            Networks = [new KnownNetwork(Network, At)],
        },
        ["state.1~nobody"] = UserState.Nobody,
        ["state.1~wrong-codes"] = new UserState
        {
            User = User,
            Reset = new StoredReset(Reset, Named.Hash("r"), Later, Team) { WrongCodes = new WrongCodes(1, At) },
            WrongCodesInAll = new WrongCodes(2.5, At),
        },
        ["c-register.1"] = new RegisterUser(Address, User, "Ada@example.org", Hash, Named.Ada),
        ["c-take-registration-back.1"] = new TakeRegistrationBack(Address, User, Named.Ada),
        ["c-note-membership.1"] = new NoteMembership(Address, Team),
        ["c-forget-membership.1"] = new ForgetMembership(Address, Team),
        ["c-find.1"] = new FindUser(Address) { Network = Network },
        ["c-judge-session.1"] = new JudgeSession(Address, User, 3),
        ["c-sign-in.1"] = new SignIn(Address, Hash, "123456", Network, Named.Ada),
        ["c-rehash-password.1"] = new RehashPassword(Address, Hash, "$argon2id$v=19$new"),
        ["c-change-password.1"] = new ChangePassword(Address, Hash, "$argon2id$v=19$new", Named.Ada),
        ["c-note-sessions-ended.1"] = new NoteSessionsEnded(Address, [Session], Named.Ada),
        ["c-issue-reset.1"] = new IssueReset(Address, Reset, Named.Hash("r"), Later, Team, Named.Ada),
        ["c-inspect-reset.1"] = new InspectReset(Address, Reset, Named.Hash("r")),
        ["c-reset-password.1"] = new ResetPassword(Address, Reset, Named.Hash("r"), Hash, "123456", Named.Ada),
        ["c-show-second-factor.1"] = new ShowSecondFactor(Address),
        ["c-begin-second-factor.1"] = new BeginSecondFactor(Address, Secret, Named.Ada),
        ["c-confirm-second-factor.1"] = new ConfirmSecondFactor(Address, "123456", Codes, Named.Ada),
        ["c-end-second-factor.1"] = new EndSecondFactor(Address, "123456", Named.Ada),
        ["c-renew-recovery-codes.1"] = new RenewRecoveryCodes(Address, null, Codes, Named.Ada),
        ["r-known.1"] = new UserKnown(User, "Ada@example.org", Hash, [Team], 3, HasSecondFactor: true, FromKnownNetwork: true),
        ["r-session-stands.1"] = new SessionStands([Team]),
        ["r-sign-in-accepted.1"] = new SignInAccepted(User, "Ada@example.org", [Team], 3),
        ["r-credentials-changed.1"] = new CredentialsChanged(4),
        ["r-reset-open.1"] = new ResetOpen(User, "Ada@example.org", HasSecondFactor: true),
        ["r-second-factor.1"] = new SecondFactorShown(IsOn: true, 9),
    };
}
