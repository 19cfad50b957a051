using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Users;

/// <summary>Everything of this room that leaves a process or lies in the journal.</summary>
public sealed class UserSerializer(ExtendedActorSystem system) : RoomSerializer(system, Id, Table)
{
    /// <summary>Its number, in journals and on the wire for ever.</summary>
    public const int Id = 5102;

    /// <summary>Manifest and type, one row each.</summary>
    public static IReadOnlyList<WireType> Table { get; } =
    [
        new("registered.1", UserJson.Default.UserRegistered),
        new("registration-taken-back.1", UserJson.Default.RegistrationTakenBack),
        new("membership-noted.1", UserJson.Default.MembershipNoted),
        new("membership-forgotten.1", UserJson.Default.MembershipForgotten),
        new("signed-in.1", UserJson.Default.SignedIn),
        new("wrong-code.1", UserJson.Default.WrongCodeGiven),
        new("password-rehashed.1", UserJson.Default.PasswordRehashed),
        new("password-changed.1", UserJson.Default.PasswordChanged),
        new("sessions-ended.1", UserJson.Default.SessionsEnded),
        new("reset-issued.1", UserJson.Default.ResetIssued),
        new("password-reset.1", UserJson.Default.PasswordReset),
        new("second-factor-begun.1", UserJson.Default.SecondFactorBegun),
        new("second-factor-enabled.1", UserJson.Default.SecondFactorEnabled),
        new("second-factor-disabled.1", UserJson.Default.SecondFactorDisabled),
        new("recovery-codes-renewed.1", UserJson.Default.RecoveryCodesRenewed),
        new("state.1", UserJson.Default.UserState),
        new("c-register.1", UserJson.Default.RegisterUser),
        new("c-take-registration-back.1", UserJson.Default.TakeRegistrationBack),
        new("c-note-membership.1", UserJson.Default.NoteMembership),
        new("c-forget-membership.1", UserJson.Default.ForgetMembership),
        new("c-find.1", UserJson.Default.FindUser),
        new("c-judge-session.1", UserJson.Default.JudgeSession),
        new("c-sign-in.1", UserJson.Default.SignIn),
        new("c-rehash-password.1", UserJson.Default.RehashPassword),
        new("c-change-password.1", UserJson.Default.ChangePassword),
        new("c-note-sessions-ended.1", UserJson.Default.NoteSessionsEnded),
        new("c-issue-reset.1", UserJson.Default.IssueReset),
        new("c-inspect-reset.1", UserJson.Default.InspectReset),
        new("c-reset-password.1", UserJson.Default.ResetPassword),
        new("c-show-second-factor.1", UserJson.Default.ShowSecondFactor),
        new("c-begin-second-factor.1", UserJson.Default.BeginSecondFactor),
        new("c-confirm-second-factor.1", UserJson.Default.ConfirmSecondFactor),
        new("c-end-second-factor.1", UserJson.Default.EndSecondFactor),
        new("c-renew-recovery-codes.1", UserJson.Default.RenewRecoveryCodes),
        new("r-known.1", UserJson.Default.UserKnown),
        new("r-session-stands.1", UserJson.Default.SessionStands),
        new("r-sign-in-accepted.1", UserJson.Default.SignInAccepted),
        new("r-credentials-changed.1", UserJson.Default.CredentialsChanged),
        new("r-reset-open.1", UserJson.Default.ResetOpen),
        new("r-second-factor.1", UserJson.Default.SecondFactorShown),
    ];
}

/// <summary>Source-generated JSON of the room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(UserRegistered))]
[JsonSerializable(typeof(RegistrationTakenBack))]
[JsonSerializable(typeof(MembershipNoted))]
[JsonSerializable(typeof(MembershipForgotten))]
[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(WrongCodeGiven))]
[JsonSerializable(typeof(PasswordRehashed))]
[JsonSerializable(typeof(PasswordChanged))]
[JsonSerializable(typeof(SessionsEnded))]
[JsonSerializable(typeof(ResetIssued))]
[JsonSerializable(typeof(PasswordReset))]
[JsonSerializable(typeof(SecondFactorBegun))]
[JsonSerializable(typeof(SecondFactorEnabled))]
[JsonSerializable(typeof(SecondFactorDisabled))]
[JsonSerializable(typeof(RecoveryCodesRenewed))]
[JsonSerializable(typeof(UserState))]
[JsonSerializable(typeof(RegisterUser))]
[JsonSerializable(typeof(TakeRegistrationBack))]
[JsonSerializable(typeof(NoteMembership))]
[JsonSerializable(typeof(ForgetMembership))]
[JsonSerializable(typeof(FindUser))]
[JsonSerializable(typeof(JudgeSession))]
[JsonSerializable(typeof(SignIn))]
[JsonSerializable(typeof(RehashPassword))]
[JsonSerializable(typeof(ChangePassword))]
[JsonSerializable(typeof(NoteSessionsEnded))]
[JsonSerializable(typeof(IssueReset))]
[JsonSerializable(typeof(InspectReset))]
[JsonSerializable(typeof(ResetPassword))]
[JsonSerializable(typeof(ShowSecondFactor))]
[JsonSerializable(typeof(BeginSecondFactor))]
[JsonSerializable(typeof(ConfirmSecondFactor))]
[JsonSerializable(typeof(EndSecondFactor))]
[JsonSerializable(typeof(RenewRecoveryCodes))]
[JsonSerializable(typeof(UserKnown))]
[JsonSerializable(typeof(SessionStands))]
[JsonSerializable(typeof(SignInAccepted))]
[JsonSerializable(typeof(CredentialsChanged))]
[JsonSerializable(typeof(ResetOpen))]
[JsonSerializable(typeof(SecondFactorShown))]
internal sealed partial class UserJson : JsonSerializerContext;
