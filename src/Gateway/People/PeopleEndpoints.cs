using System.Data.Common;
using HostAtlas.Gateway.People.Events;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>The routes of people's API: each with the cross-site rule before it and its one answer after it.</summary>
public static class PeopleEndpoints
{
    /// <summary>Maps every route.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var setup = services.GetRequiredService<SetupEndpoint>();
        Map(routes, HttpMethods.Post, "/api/setup", setup.PostAsync, takesKeys: false);

        var session = services.GetRequiredService<SessionEndpoints>();
        Map(routes, HttpMethods.Post, "/api/session", session.PostAsync, takesKeys: false);
        Map(routes, HttpMethods.Get, "/api/session", session.GetAsync);
        Map(routes, HttpMethods.Delete, "/api/session", session.DeleteAsync);
        Map(routes, HttpMethods.Get, "/api/sessions", session.ListAsync);
        Map(routes, HttpMethods.Delete, "/api/sessions", session.DeleteOthersAsync);
        Map(routes, HttpMethods.Delete, "/api/sessions/{id}", session.DeleteOneAsync);
        Map(routes, HttpMethods.Get, "/api/teams", session.GetTeamsAsync);
        MapCredentials(routes);

        var team = services.GetRequiredService<TeamEndpoints>();
        Map(routes, HttpMethods.Post, "/api/teams", team.JoinAsync);
        Map(routes, HttpMethods.Get, "/api/team", team.GetAsync);
        Map(routes, HttpMethods.Patch, "/api/team", team.PatchAsync);

        var members = services.GetRequiredService<MemberEndpoints>();
        var invitations = services.GetRequiredService<InvitationEndpoints>();
        Map(routes, HttpMethods.Get, "/api/members", members.ListAsync);
        Map(routes, HttpMethods.Post, "/api/members", invitations.PostMemberAsync);
        Map(routes, HttpMethods.Patch, "/api/members/{id}", members.PatchAsync);
        Map(routes, HttpMethods.Delete, "/api/members/{id}", members.DeleteAsync);
        Map(routes, HttpMethods.Get, "/api/invitations", invitations.ListAsync);
        Map(routes, HttpMethods.Post, "/api/invitations", invitations.PostAsync);
        Map(routes, HttpMethods.Delete, "/api/invitations/{id}", invitations.DeleteAsync);

        var servers = services.GetRequiredService<ServerEndpoints>();
        Map(routes, HttpMethods.Get, "/api/servers", servers.ListAsync);
        Map(routes, HttpMethods.Post, "/api/servers", servers.PostAsync);
        Map(routes, HttpMethods.Get, "/api/servers/{id}", servers.GetAsync);
        Map(routes, HttpMethods.Patch, "/api/servers/{id}", servers.PatchAsync);
        Map(routes, HttpMethods.Delete, "/api/servers/{id}", servers.DeleteAsync);
        Map(routes, HttpMethods.Post, "/api/servers/{id}/token", servers.PostTokenAsync);
        Map(routes, HttpMethods.Get, "/api/servers/{id}/metrics", services.GetRequiredService<MetricsEndpoint>().GetAsync);
        Map(routes, HttpMethods.Get, "/api/servers/{id}/logs", services.GetRequiredService<LogsEndpoint>().GetAsync);
        Map(routes, HttpMethods.Get, "/api/servers/{id}/inventory", services.GetRequiredService<InventoryEndpoint>().GetAsync);
        var commands = services.GetRequiredService<CommandEndpoints>();
        Map(routes, HttpMethods.Get, "/api/servers/{id}/commands", commands.ListAsync);
        Map(routes, HttpMethods.Post, "/api/servers/{id}/commands", commands.PostAsync);
        MapBackups(routes);

        var keys = services.GetRequiredService<KeyEndpoints>();
        Map(routes, HttpMethods.Get, "/api/keys", keys.ListAsync);
        Map(routes, HttpMethods.Post, "/api/keys", keys.PostAsync);
        Map(routes, HttpMethods.Post, "/api/keys/{id}/rotate", keys.RotateAsync);
        Map(routes, HttpMethods.Delete, "/api/keys/{id}", keys.DeleteAsync);

        var notifications = services.GetRequiredService<NotificationEndpoints>();
        Map(routes, HttpMethods.Get, "/api/notifications", notifications.GetAsync);
        Map(routes, HttpMethods.Put, "/api/notifications", notifications.PutAsync);
        Map(routes, HttpMethods.Post, "/api/notifications/{id}/secret", notifications.PostSecretAsync);
        Map(routes, HttpMethods.Post, "/api/notifications/{id}/test", notifications.PostTestAsync);

        Map(routes, HttpMethods.Get, "/api/events", services.GetRequiredService<EventsEndpoint>().GetAsync);

        var audit = services.GetRequiredService<AuditEndpoints>();
        Map(routes, HttpMethods.Get, "/api/audit", audit.ListAsync);
        Map(routes, HttpMethods.Get, "/api/audit/export", audit.ExportAsync);
    }

    private static void MapBackups(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var backups = services.GetRequiredService<BackupsEndpoint>();
        Map(routes, HttpMethods.Get, "/api/servers/{id}/backups", backups.GetAsync);
        Map(routes, HttpMethods.Get, "/api/servers/{id}/backups/events", backups.GetEventsAsync);
        var freeze = services.GetRequiredService<FreezeEndpoints>();
        Map(routes, HttpMethods.Post, "/api/servers/{id}/backups/freeze", freeze.FreezeAsync);
        Map(routes, HttpMethods.Post, "/api/servers/{id}/backups/resume", freeze.ResumeAsync);
        var retention = services.GetRequiredService<RetentionEndpoints>();
        Map(routes, HttpMethods.Get, "/api/servers/{id}/backups/retention", retention.GetAsync);
        Map(routes, HttpMethods.Put, "/api/servers/{id}/backups/retention", retention.PutAsync);
        Map(routes, HttpMethods.Delete, "/api/servers/{id}/backups/retention", retention.DeleteAsync);
        Map(routes, HttpMethods.Post, "/api/servers/{id}/backups/retention/cancel", retention.CancelAsync);
        var common = services.GetRequiredService<TeamRetentionEndpoints>();
        Map(routes, HttpMethods.Get, "/api/team/retention", common.GetAsync);
        Map(routes, HttpMethods.Put, "/api/team/retention", common.PutAsync);
    }

    private static void MapCredentials(IEndpointRouteBuilder routes)
    {
        var passwords = routes.ServiceProvider.GetRequiredService<PasswordEndpoints>();
        Map(routes, HttpMethods.Post, "/api/password", passwords.PostAsync);
        Map(routes, HttpMethods.Post, "/api/reset", passwords.ResetAsync, takesKeys: false);
        Map(routes, HttpMethods.Post, "/api/members/{id}/reset", passwords.PostMemberResetAsync);

        var factor = routes.ServiceProvider.GetRequiredService<SecondFactorEndpoints>();
        Map(routes, HttpMethods.Get, "/api/second-factor", factor.GetAsync);
        Map(routes, HttpMethods.Post, "/api/second-factor", factor.PostAsync);
        Map(routes, HttpMethods.Post, "/api/second-factor/confirm", factor.ConfirmAsync);
        Map(routes, HttpMethods.Delete, "/api/second-factor", factor.DeleteAsync);
        Map(routes, HttpMethods.Post, "/api/second-factor/recovery-codes", factor.PostRecoveryCodesAsync);
    }

    private static void Map(
        IEndpointRouteBuilder routes, string method, string pattern, Func<HttpContext, Task<Answer>> handle, bool takesKeys = true)
    {
        var rule = routes.ServiceProvider.GetRequiredService<CrossSiteRule>();
        routes.MapMethods(pattern, [method], async http =>
        {
            var answer = rule.Allows(http.Request, takesKeys) ? await StoreAwayIsBusyAsync(http, handle) : Failure.CrossSite;
            await answer.WriteAsync(http);
        });
    }

    /// <summary>Tables that are locked, full or away are an operating fault: it passes, and the caller hears when to come again.</summary>
    private static async Task<Answer> StoreAwayIsBusyAsync(HttpContext http, Func<HttpContext, Task<Answer>> handle)
    {
        try
        {
            return await handle(http);
        }
        catch (DbException fault)
        {
            http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PeopleEndpoints))
                .LogError(fault, "The store failed under {Method} {Path}", http.Request.Method, http.Request.Path);
            return new Failure(ProblemSlug.EngineBusy, "The platform's store does not answer now. Try again in a few seconds.", 5);
        }
    }
}
