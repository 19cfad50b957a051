using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Gateway.People.Events;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>
/// Source-generated JSON of people's endpoints. Names are exact, numbers are numbers, times have milliseconds,
/// unknown members are ignored.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = false,
    NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(SetupBody))]
[JsonSerializable(typeof(SignInBody))]
[JsonSerializable(typeof(ServerBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(TeamBody))]
[JsonSerializable(typeof(JoinBody))]
[JsonSerializable(typeof(InvitationBody))]
[JsonSerializable(typeof(MemberBody))]
[JsonSerializable(typeof(SetupDone))]
[JsonSerializable(typeof(TeamView))]
[JsonSerializable(typeof(OwnTeamView))]
[JsonSerializable(typeof(MemberView))]
[JsonSerializable(typeof(InvitationCreated))]
[JsonSerializable(typeof(Page<MemberView>), TypeInfoPropertyName = "MemberPage")]
[JsonSerializable(typeof(Page<InvitationView>), TypeInfoPropertyName = "InvitationPage")]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(TokenView))]
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(ServerCreated))]
[JsonSerializable(typeof(KeyCreated))]
[JsonSerializable(typeof(KeyText))]
[JsonSerializable(typeof(Page<TeamView>), TypeInfoPropertyName = "TeamPage")]
[JsonSerializable(typeof(Page<ServerView>), TypeInfoPropertyName = "ServerPage")]
[JsonSerializable(typeof(Page<KeyView>), TypeInfoPropertyName = "KeyPage")]
[JsonSerializable(typeof(Page<AuditItem>), TypeInfoPropertyName = "AuditPage")]
[JsonSerializable(typeof(BackupsView))]
[JsonSerializable(typeof(ChainView))]
[JsonSerializable(typeof(FreezeBody))]
[JsonSerializable(typeof(ResumeBody))]
[JsonSerializable(typeof(RetentionBody))]
[JsonSerializable(typeof(RetentionView))]
[JsonSerializable(typeof(TeamRetentionView))]
[JsonSerializable(typeof(CancelBody))]
[JsonSerializable(typeof(Page<HappeningView>), TypeInfoPropertyName = "HappeningPage")]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(Page<ListedSessionView>), TypeInfoPropertyName = "SessionPage")]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(ResetBody))]
[JsonSerializable(typeof(ResetView))]
[JsonSerializable(typeof(SecondFactorBody))]
[JsonSerializable(typeof(SecondFactorView))]
[JsonSerializable(typeof(SecondFactorSecret))]
[JsonSerializable(typeof(RecoveryCodesView))]
[JsonSerializable(typeof(Page<LogLineView>), TypeInfoPropertyName = "LogPage")]
[JsonSerializable(typeof(CommandBody))]
[JsonSerializable(typeof(CommandView))]
[JsonSerializable(typeof(Page<CommandView>), TypeInfoPropertyName = "CommandPage")]
[JsonSerializable(typeof(NotificationsBody))]
[JsonSerializable(typeof(NotificationsView))]
[JsonSerializable(typeof(ChannelSecretView))]
[JsonSerializable(typeof(ChannelTrialView))]
internal sealed partial class PeopleJson : JsonSerializerContext;
