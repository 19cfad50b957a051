using HostAtlas.Gateway.Ingest.Backups;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;
using Microsoft.AspNetCore.Http.Features;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// The agents' endpoints, routed by the path exactly as it was sent: the signature covers these very characters, so another spelling
/// (upper case, percent signs, a trailing slash) is another path and there is nothing at it. Everything else goes on to people's routing.
/// </summary>
internal sealed class AgentRoutes(RequestDelegate next, AgentGate gate)
{
    private static readonly PathString Prefix = new("/api/agent");

    // A handful, the busiest first: to walk along them is as fast as any table.
    private readonly AgentEndpoint[] _endpoints =
    [
        new MetricsEndpoint(), new LogsEndpoint(), new PollEndpoint(), new InventoryEndpoint(),
        new BeginEndpoint(), new UploadsEndpoint(), new CommitEndpoint(), new ListEndpoint(), new DownloadsEndpoint(), new DrillEndpoint(),
    ];

    /// <summary>Routes one request.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase)) return next(http);
        return Find(PathAsSent(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)) is { } endpoint
            ? gate.HandleAsync(http, endpoint)
            : ProblemWriter.WriteAsync(http, ProblemSlug.NotFound, "There is nothing at this address. Agents' paths are exact.");
    }

    /// <summary>The path of a request's target, without its query.</summary>
    internal static ReadOnlySpan<char> PathAsSent(string target)
    {
        var path = TargetAsSent(target);
        return path.IndexOf('?') is var query and >= 0 ? path[..query] : path;
    }

    /// <summary>Path and query of a request's target; a proxy may send the absolute form (RFC 9112, 3.2.2).</summary>
    internal static ReadOnlySpan<char> TargetAsSent(string target)
    {
        var path = target.AsSpan();
        if (!path.StartsWith("/") && path.IndexOf("://") is var scheme and > 0)
        {
            path = path[(scheme + 3)..];
            path = path.IndexOf('/') is var slash and >= 0 ? path[slash..] : default;
        }
        return path;
    }

    private AgentEndpoint? Find(ReadOnlySpan<char> path)
    {
        foreach (var endpoint in _endpoints)
        {
            if (path.SequenceEqual(endpoint.Path)) return endpoint;
        }
        return ResultEndpoint.Find(path);
    }
}
