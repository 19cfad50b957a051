using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>
/// One object, or several, of every wire type. A name is the row's manifest, with <c>~something</c> where a second shape is worth a file.
/// </summary>
internal static class WireSamples
{
    private static readonly DateTimeOffset At = Named.Noon.AddTicks(1_234_567), Later = Named.Noon.AddHours(24);
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly UserId User = Named.Id<UserId>("user");
    private static readonly KeyId Key = Named.Id<KeyId>("key");
    private static readonly InvitationId Invitation = Named.Id<InvitationId>("invitation");

    private static readonly MetricBatch Batch = new(
        long.MinValue, long.MaxValue,
        [new NameSet(-7, 2, "cpu\nfs:free{mount=\"/\"}"u8.ToArray())],
        [new ReportRow(1_795_521_600_000, 0, PackedValues.Pack([24.5, -0.0])),
            new ReportRow(1_795_521_610_000, 0, PackedValues.Pack([1e300, 0.1]))]);

    public static IReadOnlyDictionary<string, object> Of(string room) => room switch
    {
        "engine" => Engine,
        "teams" => Teams.Concat(TeamNotes).Concat(ChannelSamples.All).ToDictionary(sample => sample.Key, sample => sample.Value),
        "users" => UserSamples.All,
        "servers" => Servers.Concat(FeedSamples.All).ToDictionary(),
        "projections" => Projections,
        "backups" => BackupSamples.All.Concat(FreezeSamples.All).Concat(RetentionSamples.All).Concat(DrillSamples.All).ToDictionary(),
        "notifications" => ChannelSamples.Sending,
        _ => throw new InvalidOperationException($"The room '{room}' has no samples: add them here and their files."),
    };

    private static Dictionary<string, object> Engine { get; } = new()
    {
        ["refused.1"] = new Refused(RefusalKind.EngineBusy, "Wait.", 5, [new ContentError("/reports/0/at", "Ahead.")]),
        ["refused.1~bare"] = new Refused(RefusalKind.CredentialsRejected, "No."),
        ["done.1"] = Done.Instance,
    };

    /// <summary>What operators do to all teams, noted by each.</summary>
    private static Dictionary<string, object> TeamNotes { get; } = new()
    {
        ["data-key-rotated.1"] = new DataKeyRotated("Engines", 2, At, Named.Ada),
        ["tables-rebuilt.1"] = new TablesRebuilt("Engines", At, Named.Ada),
        ["audit-exported.1"] = new AuditExported(At, Named.Ada),
        ["c-note-rotation.1"] = new NoteRotation(Team, 2, Named.Ada),
        ["c-note-rebuild.1"] = new NoteRebuild(Team, Named.Ada),
        ["c-note-audit-export.1"] = new NoteAuditExport(Team, Named.Ada),
    };

    private static RetentionDefault Few { get; } = new(new RetentionPolicy(1, 2, 3, 4, 5), 14);

    private static Dictionary<string, object> TeamRetention { get; } = new()
    {
        ["retention-chosen.1"] = new TeamRetentionChosen(Few, null, At, Named.Ada) { Name = "Engines" },
        ["retention-chosen.1~again"] = new TeamRetentionChosen(RetentionDefault.OfThePlatform, Few, At, Named.Ada) { Name = "Engines" },
        ["c-choose-retention.1"] = new ChooseTeamRetention(Team, Few, Named.Ada),
        ["c-show-retention.1"] = new ShowTeamRetention(Team),
        ["r-retention.1"] = new TeamRetentionShown(Few),
        ["r-retention.1~none"] = new TeamRetentionShown(null),
        ["state.1~with-retention"] = TeamState.Nobody with { Retention = Few },
    };

    private static Dictionary<string, object> Teams { get; } = new(TeamRetention)
    {
        ["invitation-issued.1"] = new InvitationIssued(Invitation, Named.Hash("i"), TeamRole.Owner, Later, At, Named.Ada),
        ["invitation-issued.1~bound"] = new InvitationIssued(Invitation, Named.Hash("i"), TeamRole.Viewer, Later, At, Named.Ada)
        {
            Email = "bob@example.org",
        },
        ["invitation-withdrawn.1"] = new InvitationWithdrawn(Invitation, TeamRole.Viewer, "bob@example.org", At, Named.Ada),
        ["renamed.1"] = new TeamRenamed("Engines", "Müller & Söhne", At, Named.Ada),
        ["role-changed.1"] = new RoleChanged(User, "ada@example.org", TeamRole.Admin, TeamRole.Viewer, At, Named.Ada),
        ["member-left.1"] = new MemberLeft(User, "ada@example.org", TeamRole.Admin, At, Named.Ada),
        ["founded.1"] = new TeamFounded("Müller & Söhne", At, Named.Ada),
        ["member-joined.1"] = new MemberJoined(User, "ada@example.org", TeamRole.Admin, Invitation, At, Named.Ada),
        ["plan-set.1"] = new PlanSet(3, At, Named.Ada, new PlanLimit(10)),
        ["plan-set.1~named"] = new PlanSet(3, At, Named.Ada, new PlanLimit(10)) { Name = "Engines" },
        ["plan-set.1~unlimited"] = new PlanSet(null, At, Named.Ada),
        ["server-joined.1"] = new ServerJoined(Server, "web-1", At, Named.Ada),
        ["key-added.1"] = new KeyAdded(Key, "ci", KeyScopes.Read | KeyScopes.ServersEnroll, Named.Hash("k"), At, Named.Ada),
        ["key-added.1~ending"] = new KeyAdded(Key, "ci", KeyScopes.Read, Named.Hash("k"), At, Named.Ada) { ExpiresAt = Later },
        ["key-rotated.1"] = new KeyRotated(Key, "ci", Named.Hash("k2"), Later, At, Named.Ada),
        ["server-renamed.1"] = new ServerRenamed(Server, "web-1", "web-2", At, Named.Ada),
        ["server-removed.1"] = new ServerRemoved(Server, "web-1", At, Named.Ada),
        ["key-revoked.1"] = new KeyRevoked(Key, "ci", At, Named.Ada),
        ["state.1"] = TeamWithAll(),
        ["state.1~nobody"] = TeamState.Nobody,
        ["c-issue-invitation.1"] = new IssueInvitation(Team, Invitation, Named.Hash("i"), TeamRole.Owner, Later, Named.Ada),
        ["c-inspect-invitation.1"] = new InspectInvitation(Team, Invitation, Named.Hash("i")),
        ["c-accept-invitation.1"] = new AcceptInvitation(Team, Invitation, Named.Hash("i"), User, "ada@example.org", "Engines", Named.Ada),
        ["c-accept-invitation.1~joining"] = new AcceptInvitation(
            Team, Invitation, Named.Hash("i"), User, "ada@example.org", null, Named.Ada),
        ["c-issue-invitation.1~bound"] = new IssueInvitation(Team, Invitation, Named.Hash("i"), TeamRole.Member, Later, Named.Ada)
        {
            Email = "bob@example.org",
        },
        ["c-inspect-invitation.1~bound"] = new InspectInvitation(Team, Invitation, Named.Hash("i")) { Email = "bob@example.org" },
        ["c-list-invitations.1"] = new ListInvitations(Team),
        ["c-withdraw-invitation.1"] = new WithdrawInvitation(Team, Invitation, Named.Ada),
        ["c-list-members.1"] = new ListMembers(Team),
        ["c-change-role.1"] = new ChangeRole(Team, User, TeamRole.Member, Named.Ada),
        ["c-remove-member.1"] = new RemoveMember(Team, User, Named.Ada),
        ["c-show.1"] = new ShowTeam(Team),
        ["c-rename.1"] = new RenameTeam(Team, "Engines", Named.Ada),
        ["c-authorize-user.1"] = new AuthorizeUser(Team, User),
        ["c-authorize-key.1"] = new AuthorizeKey(Team, Key, Named.Hash("k")),
        ["c-add-server.1"] = new AddServer(Team, Server, "web-1", EnrolledByKey: true, Named.Ada),
        ["c-find-server.1"] = new FindServer(Team, Server),
        ["c-set-plan.1"] = new SetPlan(Team, 10, Named.Ada),
        ["c-set-plan.1~unlimited"] = new SetPlan(Team, null, Named.Ada),
        ["c-add-key.1"] = new AddKey(Team, Key, "ci", KeyScopes.Write, Named.Hash("k"), Named.Ada),
        ["c-add-key.1~ending"] = new AddKey(Team, Key, "ci", KeyScopes.Write, Named.Hash("k"), Named.Ada) { ExpiresAt = Later },
        ["c-rotate-key.1"] = new RotateKey(Team, Key, Named.Hash("k2"), 60, Named.Ada),
        ["c-rename-server.1"] = new RenameServer(Team, Server, "web-2", ByKey: true, Named.Ada),
        ["c-remove-server.1"] = new RemoveServer(Team, Server, Named.Ada),
        ["c-revoke-key.1"] = new RevokeKey(Team, Key, Named.Ada),
        ["c-list-keys.1"] = new ListKeys(Team),
        ["r-invitation-open.1"] = new InvitationOpen(TeamRole.Member, Founding: true),
        ["r-joined.1"] = new TeamJoined(Team, "Engines", TeamRole.Viewer),
        ["r-invitations.1"] = new TeamInvitations(
            [new TeamInvitation(Invitation, TeamRole.Member, "bob@example.org", At, Later, Named.Ada)]),
        ["r-members.1"] = new TeamMembers([new TeamMember(User, "ada@example.org", TeamRole.Owner, At)]),
        ["r-member.1"] = new MemberShown(new TeamMember(User, "ada@example.org", TeamRole.Owner, At)),
        ["r-shown.1"] = new TeamShown(Team, "Engines", 3, 1),
        ["r-shown.1~unlimited"] = new TeamShown(Team, "Engines", null, 0),
        ["r-authorized.1"] = new Authorized(Team, "Engines", TeamRole.Owner, KeyScopes.None, null),
        ["r-authorized.1~key"] = new Authorized(Team, "Engines", null, KeyScopes.Read | KeyScopes.Write | KeyScopes.ServersEnroll, "ci"),
        ["r-server-added.1"] = new ServerAdded(Server, "web-1", At),
        ["r-keys.1"] = new TeamKeys([new TeamKey(Key, "ci", KeyScopes.Read, At, Later)]),
    };

    private static Dictionary<string, object> Servers { get; } = new()
    {
        ["token-issued.1"] = new TokenIssued(Named.Hash("t"), Later, At, Named.Ada),
        ["token-issued.1~named"] = new TokenIssued(Named.Hash("t"), Later, At, Named.Ada) { Name = "web-1" },
        ["reported.1"] = new ServerReported(At),
        ["silent.1"] = new ServerSilent(Named.Noon, At),
        ["returned.1"] = new ServerReturned(At),
        ["state.1"] = new ServerState
        {
            Tokens = [new StoredToken(Named.Hash("new"), null), new StoredToken(Named.Hash("old"), Later)],
            FirstReportAt =
                Named.Noon,
            SilentSince = At,
        },
        ["state.1~nobody"] = ServerState.Nobody,
        ["state.1~closed"] = new ServerState { FirstReportAt = Named.Noon, ClosedAt = At },
        ["closed.1"] = new DoorClosed(At, Named.Ada),
        ["c-close.1"] = new CloseDoor(Team, Server, Named.Ada),
        ["c-issue-token.1"] = new IssueToken(Team, Server, Named.Hash("t"), 3600, Named.Ada),
        ["c-issue-token.1~named"] = new IssueToken(Team, Server, Named.Hash("t"), 3600, Named.Ada) { Name = "web-1" },
        ["c-request.1"] = new AgentRequest(
            Team, Server, new Guid(Named.Bytes("call").AsSpan(16)), Named.Hash("t"), Named.Bytes("signature"), 1_795_521_600,
                new MetricsPayload(Batch), "192.0.2.9"),
        ["c-request.1~backup"] = new AgentRequest(
            Team, Server, new Guid(Named.Bytes("call").AsSpan(16)), Named.Hash("t"), Named.Bytes("signature"), 1_795_521_600,
                BackupSamples.Uploads),
        ["c-settled.1"] = new RequestSettled(Team, Server, Named.Bytes("signature"), IsSpent: true),
        ["c-check-silence.1"] = new CheckSilence(Team, Server, At),
        ["r-metrics-stored.1"] = new MetricsStored(2, 4, 1),
        ["seen.1"] = new Seen([new ServerKey(Team, Server)], At),
    };

    private static Dictionary<string, object> Projections { get; } = new()
    {
        ["c-await.1"] = new AwaitCaughtUp(),
        ["c-rebuild.1"] = new RebuildProjection(),
        ["r-caught-up.1"] = new ProjectionCaughtUp(7),
        ["r-rebuilt.1"] = new ProjectionRebuilt(1000, 2, 30, 1007),
    };

    /// <summary>A team's state as its events make it, with one of everything.</summary>
    private static TeamState TeamWithAll() => new IEntityEvent[]
    {
        new InvitationIssued(Invitation, Named.Hash("i"), TeamRole.Owner, Later, At, Named.Ada),
        new TeamFounded("Engines", At, Named.Ada),
        new MemberJoined(User, "ada@example.org", TeamRole.Owner, Invitation, At, Named.Ada),
        new PlanSet(null, At, Named.Ada),
        new ServerJoined(Server, "web-1", At, Named.Ada),
        new KeyAdded(Key, "ci", KeyScopes.ServersEnroll, Named.Hash("k"), At, Named.Ada) { ExpiresAt = Later },
        new KeyRotated(Key, "ci", Named.Hash("k2"), Later, At, Named.Ada),
    }.Aggregate(TeamState.Nobody, TeamState.Apply);
}
