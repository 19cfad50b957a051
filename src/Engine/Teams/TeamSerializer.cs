using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Teams;

/// <summary>Everything of this room that leaves a process or lies in the journal.</summary>
public sealed class TeamSerializer(ExtendedActorSystem system) : RoomSerializer(system, Id, Table)
{
    /// <summary>Its number, in journals and on the wire for ever.</summary>
    public const int Id = 5101;

    /// <summary>Manifest and type, one row each.</summary>
    public static IReadOnlyList<WireType> Table { get; } =
    [
        new("invitation-issued.1", TeamJson.Default.InvitationIssued),
        new("invitation-withdrawn.1", TeamJson.Default.InvitationWithdrawn),
        new("founded.1", TeamJson.Default.TeamFounded),
        new("renamed.1", TeamJson.Default.TeamRenamed),
        new("member-joined.1", TeamJson.Default.MemberJoined),
        new("role-changed.1", TeamJson.Default.RoleChanged),
        new("member-left.1", TeamJson.Default.MemberLeft),
        new("plan-set.1", TeamJson.Default.PlanSet),
        new("retention-chosen.1", TeamJson.Default.TeamRetentionChosen),
        new("data-key-rotated.1", TeamJson.Default.DataKeyRotated),
        new("tables-rebuilt.1", TeamJson.Default.TablesRebuilt),
        new("audit-exported.1", TeamJson.Default.AuditExported),
        new("server-joined.1", TeamJson.Default.ServerJoined),
        new("server-renamed.1", TeamJson.Default.ServerRenamed),
        new("server-removed.1", TeamJson.Default.ServerRemoved),
        new("key-added.1", TeamJson.Default.KeyAdded),
        new("key-rotated.1", TeamJson.Default.KeyRotated),
        new("key-revoked.1", TeamJson.Default.KeyRevoked),
        new("channel-added.1", TeamJson.Default.ChannelAdded),
        new("channel-changed.1", TeamJson.Default.ChannelChanged),
        new("channel-secret-rotated.1", TeamJson.Default.ChannelSecretRotated),
        new("channel-gone.1", TeamJson.Default.ChannelGone),
        new("channel-removed.1", TeamJson.Default.ChannelRemoved),
        new("state.1", TeamJson.Default.TeamState),
        new("c-issue-invitation.1", TeamJson.Default.IssueInvitation),
        new("c-inspect-invitation.1", TeamJson.Default.InspectInvitation),
        new("c-accept-invitation.1", TeamJson.Default.AcceptInvitation),
        new("c-list-invitations.1", TeamJson.Default.ListInvitations),
        new("c-withdraw-invitation.1", TeamJson.Default.WithdrawInvitation),
        new("c-list-members.1", TeamJson.Default.ListMembers),
        new("c-change-role.1", TeamJson.Default.ChangeRole),
        new("c-remove-member.1", TeamJson.Default.RemoveMember),
        new("c-show.1", TeamJson.Default.ShowTeam),
        new("c-rename.1", TeamJson.Default.RenameTeam),
        new("c-authorize-user.1", TeamJson.Default.AuthorizeUser),
        new("c-authorize-key.1", TeamJson.Default.AuthorizeKey),
        new("c-add-server.1", TeamJson.Default.AddServer),
        new("c-find-server.1", TeamJson.Default.FindServer),
        new("c-rename-server.1", TeamJson.Default.RenameServer),
        new("c-remove-server.1", TeamJson.Default.RemoveServer),
        new("c-set-plan.1", TeamJson.Default.SetPlan),
        new("c-choose-retention.1", TeamJson.Default.ChooseTeamRetention),
        new("c-show-retention.1", TeamJson.Default.ShowTeamRetention),
        new("c-note-rotation.1", TeamJson.Default.NoteRotation),
        new("c-note-rebuild.1", TeamJson.Default.NoteRebuild),
        new("c-note-audit-export.1", TeamJson.Default.NoteAuditExport),
        new("c-add-key.1", TeamJson.Default.AddKey),
        new("c-rotate-key.1", TeamJson.Default.RotateKey),
        new("c-revoke-key.1", TeamJson.Default.RevokeKey),
        new("c-list-keys.1", TeamJson.Default.ListKeys),
        new("c-set-channels.1", TeamJson.Default.SetChannels),
        new("c-rotate-channel-secret.1", TeamJson.Default.RotateChannelSecret),
        new("c-note-channel-gone.1", TeamJson.Default.NoteChannelGone),
        new("c-list-channels.1", TeamJson.Default.ListChannels),
        new("c-find-channel.1", TeamJson.Default.FindChannel),
        new("r-invitation-open.1", TeamJson.Default.InvitationOpen),
        new("r-joined.1", TeamJson.Default.TeamJoined),
        new("r-invitations.1", TeamJson.Default.TeamInvitations),
        new("r-members.1", TeamJson.Default.TeamMembers),
        new("r-member.1", TeamJson.Default.MemberShown),
        new("r-shown.1", TeamJson.Default.TeamShown),
        new("r-authorized.1", TeamJson.Default.Authorized),
        new("r-server-added.1", TeamJson.Default.ServerAdded),
        new("r-keys.1", TeamJson.Default.TeamKeys),
        new("r-channels.1", TeamJson.Default.TeamChannels),
        new("r-retention.1", TeamJson.Default.TeamRetentionShown),
        new("r-channel.1", TeamJson.Default.ChannelFound),
    ];
}

/// <summary>Source-generated JSON of the room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(InvitationIssued))]
[JsonSerializable(typeof(InvitationWithdrawn))]
[JsonSerializable(typeof(TeamFounded))]
[JsonSerializable(typeof(TeamRenamed))]
[JsonSerializable(typeof(MemberJoined))]
[JsonSerializable(typeof(RoleChanged))]
[JsonSerializable(typeof(MemberLeft))]
[JsonSerializable(typeof(PlanSet))]
[JsonSerializable(typeof(TeamRetentionChosen))]
[JsonSerializable(typeof(ChooseTeamRetention))]
[JsonSerializable(typeof(ShowTeamRetention))]
[JsonSerializable(typeof(TeamRetentionShown))]
[JsonSerializable(typeof(DataKeyRotated))]
[JsonSerializable(typeof(TablesRebuilt))]
[JsonSerializable(typeof(AuditExported))]
[JsonSerializable(typeof(ServerJoined))]
[JsonSerializable(typeof(ServerRenamed))]
[JsonSerializable(typeof(ServerRemoved))]
[JsonSerializable(typeof(KeyAdded))]
[JsonSerializable(typeof(KeyRotated))]
[JsonSerializable(typeof(KeyRevoked))]
[JsonSerializable(typeof(TeamState))]
[JsonSerializable(typeof(IssueInvitation))]
[JsonSerializable(typeof(InspectInvitation))]
[JsonSerializable(typeof(AcceptInvitation))]
[JsonSerializable(typeof(ListInvitations))]
[JsonSerializable(typeof(WithdrawInvitation))]
[JsonSerializable(typeof(ListMembers))]
[JsonSerializable(typeof(ChangeRole))]
[JsonSerializable(typeof(RemoveMember))]
[JsonSerializable(typeof(ShowTeam))]
[JsonSerializable(typeof(RenameTeam))]
[JsonSerializable(typeof(AuthorizeUser))]
[JsonSerializable(typeof(AuthorizeKey))]
[JsonSerializable(typeof(AddServer))]
[JsonSerializable(typeof(FindServer))]
[JsonSerializable(typeof(RenameServer))]
[JsonSerializable(typeof(RemoveServer))]
[JsonSerializable(typeof(SetPlan))]
[JsonSerializable(typeof(NoteRotation))]
[JsonSerializable(typeof(NoteRebuild))]
[JsonSerializable(typeof(NoteAuditExport))]
[JsonSerializable(typeof(AddKey))]
[JsonSerializable(typeof(RotateKey))]
[JsonSerializable(typeof(RevokeKey))]
[JsonSerializable(typeof(ListKeys))]
[JsonSerializable(typeof(InvitationOpen))]
[JsonSerializable(typeof(TeamJoined))]
[JsonSerializable(typeof(TeamInvitations))]
[JsonSerializable(typeof(TeamMembers))]
[JsonSerializable(typeof(MemberShown))]
[JsonSerializable(typeof(TeamShown))]
[JsonSerializable(typeof(Authorized))]
[JsonSerializable(typeof(ServerAdded))]
[JsonSerializable(typeof(TeamKeys))]
[JsonSerializable(typeof(ChannelAdded))]
[JsonSerializable(typeof(ChannelChanged))]
[JsonSerializable(typeof(ChannelSecretRotated))]
[JsonSerializable(typeof(ChannelGone))]
[JsonSerializable(typeof(ChannelRemoved))]
[JsonSerializable(typeof(SetChannels))]
[JsonSerializable(typeof(RotateChannelSecret))]
[JsonSerializable(typeof(NoteChannelGone))]
[JsonSerializable(typeof(ListChannels))]
[JsonSerializable(typeof(FindChannel))]
[JsonSerializable(typeof(TeamChannels))]
[JsonSerializable(typeof(ChannelFound))]
internal sealed partial class TeamJson : JsonSerializerContext;
