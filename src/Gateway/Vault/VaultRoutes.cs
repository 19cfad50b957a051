using HostAtlas.Engine.Vault;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;
using Microsoft.AspNetCore.Http.Features;

namespace HostAtlas.Gateway.Vault;

/// <summary>
/// The vault's paths, read from the characters as they were sent: <c>/vault/{team}/{server}/{packs|indexes|snapshots}/{uuid}</c> and
/// nothing else. What the server made of them (dots resolved, percent signs undone) is not looked at, so no spelling leads anywhere but to
/// 404.
/// </summary>
internal sealed class VaultRoutes(RequestDelegate next, VaultDoor door)
{
    private static readonly PathString Prefix = new("/vault");

    /// <summary>Routes one request.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase)) return next(http);
        // An address that is a credential, and what it opens: nobody between here and there keeps it.
        http.Response.Headers.CacheControl = "no-store";
        var target = AgentRoutes.TargetAsSent(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget).ToString();
        var path = AgentRoutes.PathAsSent(target);
        return path.StartsWith(TicketOffice.PathPrefix) && VaultKey.TryParse(path[TicketOffice.PathPrefix.Length..], out var key)
            ? door.HandleAsync(http, key, target)
            : ProblemWriter.WriteAsync(http, ProblemSlug.NotFound, "There is nothing at this address.");
    }
}
