using System.Text.Json.Nodes;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Audit;

/// <content>A team's events. Its subject is the team itself where no other is named; the entry says which team.</content>
public static partial class AuditRules
{
    private static AuditRule[] OfTeams =>
    [
        Told<InvitationIssued>("invitation.issued", e => new(
            Subject("invitation", e.Invitation), After: new JsonObject
            {
                ["email"] = e.Email,
                ["expiresAt"] = AuditNames.Of(e.ExpiresAt),
                ["role"] = AuditNames.Of(e.Role),
            })),
        Told<InvitationWithdrawn>("invitation.withdrawn", e => new(
            Subject("invitation", e.Invitation), new JsonObject { ["email"] = e.Email, ["role"] = AuditNames.Of(e.Role) })),
        Told<TeamFounded>("team.founded", e => new(new AuditSubject("team", null, e.Name), After: new JsonObject { ["name"] = e.Name })),
        Told<MemberJoined>("member.joined", e => new(
            Subject("member", e.User, e.Email), After: new JsonObject
            {
                ["invitation"] = e.Invitation.ToString(),
                ["role"] = AuditNames.Of(e.Role),
            })),
        Told<TeamRenamed>("team.renamed", e => new(
            new AuditSubject("team", null, e.To), new JsonObject { ["name"] = e.From }, new JsonObject { ["name"] = e.To })),
        Told<RoleChanged>("member.role-changed", e => new(
            Subject("member", e.User, e.Email),
            new JsonObject { ["role"] = AuditNames.Of(e.From) }, new JsonObject { ["role"] = AuditNames.Of(e.To) })),
        Told<MemberLeft>("member.left", e => new(
            Subject("member", e.User, e.Email), new JsonObject { ["role"] = AuditNames.Of(e.Role) })),
        Told<PlanSet>("team.plan-set", e => new(
            new AuditSubject("team", null, e.Name), e.From is { } from ? Plan(from.Servers) : null, Plan(e.Servers))),
        Told<TeamRetentionChosen>("team.retention-chosen", e => new(
            new AuditSubject("team", null, e.Name), e.From is { } was ? Retention(was.Policy, was.FloorDays) : null,
            Retention(e.Default.Policy, e.Default.FloorDays))),
        Told<DataKeyRotated>("team.data-key-rotated", e => new(
            new AuditSubject("team", null, e.Name), After: new JsonObject { ["dataKey"] = e.Number })),
        Told<TablesRebuilt>("team.tables-rebuilt", e => new(new AuditSubject("team", null, e.Name))),
        Told<AuditExported>("audit.exported", _ => new(new AuditSubject("log", null))),
        Told<ServerJoined>("server.added", e => new(Subject("server", e.Server, e.Name), After: new JsonObject { ["name"] = e.Name })),
        Told<ServerRenamed>("server.renamed", e => new(
            Subject("server", e.Server, e.To), new JsonObject { ["name"] = e.From }, new JsonObject { ["name"] = e.To })),
        Told<ServerRemoved>("server.removed", e => new(Subject("server", e.Server, e.Name), new JsonObject { ["name"] = e.Name })),
        Told<KeyAdded>("key.added", e => new(
            Subject("key", e.Key, e.Name), After: new JsonObject
            {
                ["expiresAt"] = e.ExpiresAt is { } end ? AuditNames.Of(end) : null,
                ["name"] = e.Name,
                ["scopes"] = List(AuditNames.Of(e.Scopes)),
            })),
        Told<KeyRotated>("key.rotated", e => new(
            Subject("key", e.Key, e.Name), After: new JsonObject { ["earlierEndsAt"] = AuditNames.Of(e.EarlierEndAt) })),
        Told<KeyRevoked>("key.revoked", e => new(Subject("key", e.Key, e.Name), new JsonObject { ["name"] = e.Name })),
    ];

    // Unlimited is told as null.
    private static JsonObject Plan(int? servers) => new() { ["servers"] = servers };

    private static AuditSubject Subject<T>(string kind, T id, string? name = null) where T : struct, IResourceId<T> =>
        new(kind, id.Value, name);
}
