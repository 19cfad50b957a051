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
                ["expiresAt"] = AuditNames.Of(e.ExpiresAt),
                ["role"] = AuditNames.Of(e.Role),
            })),
        Told<TeamFounded>("team.founded", e => new(new AuditSubject("team", null, e.Name), After: new JsonObject { ["name"] = e.Name })),
        Told<MemberJoined>("member.joined", e => new(
            Subject("member", e.User, e.Email), After: new JsonObject
            {
                ["invitation"] = e.Invitation.ToString(),
                ["role"] = AuditNames.Of(e.Role),
            })),
        Told<PlanSet>("team.plan-set", e => new(
            new AuditSubject("team", null), e.From is { } from ? Plan(from.Servers) : null, Plan(e.Servers))),
        Told<ServerJoined>("server.added", e => new(Subject("server", e.Server, e.Name), After: new JsonObject { ["name"] = e.Name })),
        Told<KeyAdded>("key.added", e => new(
            Subject("key", e.Key, e.Name), After: new JsonObject { ["name"] = e.Name, ["scopes"] = List(AuditNames.Of(e.Scopes)) })),
        Told<KeyRevoked>("key.revoked", e => new(Subject("key", e.Key))),
    ];

    // Unlimited is told as null.
    private static JsonObject Plan(int? servers) => new() { ["servers"] = servers };

    private static AuditSubject Subject<T>(string kind, T id, string? name = null) where T : struct, IResourceId<T> =>
        new(kind, id.Value, name);
}
