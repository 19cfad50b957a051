using HostAtlas.Gateway.Ingest;
using Microsoft.AspNetCore.Http.Features;

namespace HostAtlas.Gateway.Hosting;

/// <summary>
/// Every address has one spelling: lower case, no percent signs, no dots to be resolved, no slash at the end. Routing alone would take
/// several, and whatever stands in front of the platform and tells addresses apart (a proxy's rule, a log) would see others than it does.
/// </summary>
internal sealed class ExactPaths(RequestDelegate next)
{
    /// <summary>Routes one request on, or nowhere: then it is answered like any address where nothing is.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        var sent = AgentRoutes.PathAsSent(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        if (IsExact(sent, http.Request.Path.Value)) return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>Whether a path as it was sent is the only spelling of what the server made of it.</summary>
    internal static bool IsExact(ReadOnlySpan<char> sent, string? path)
    {
        if (sent.IsEmpty) return path is "/"; // The absolute form of the root may go without its slash.
        return sent.SequenceEqual(path) && !sent.ContainsAnyInRange('A', 'Z') && (sent.Length == 1 || sent[^1] != '/')
            && !sent.Contains("//", StringComparison.Ordinal);
    }
}
