using Microsoft.Net.Http.Headers;

namespace HostAtlas.Gateway.People;

/// <summary>
/// Guards calls that change state and that a browser could be lured into. A call needs a content type that no foreign form or link can set
/// without asking first (a CORS preflight, which is never answered here), and proof that a page of this very origin sends it.
/// <c>Sec-Fetch-Site</c>, which scripts cannot set, decides where it is present; else <c>Origin</c> must be the platform's own
/// (<see cref="OwnOrigin"/>); both absent is refused. An Authorization header frees a call that takes API keys: no browser adds one by
/// itself, and the cookie is ignored beside it.
/// </summary>
internal sealed class CrossSiteRule(OwnOrigin own)
{
    /// <summary>Whether the call may go on.</summary>
    /// <param name="request">The call.</param>
    /// <param name="takesKeys">Whether what is called looks at an Authorization header at all.</param>
    public bool Allows(HttpRequest request, bool takesKeys)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return true;
        if (takesKeys && request.Headers.ContainsKey(HeaderNames.Authorization)) return true;
        return IsJson(request.ContentType) && IsSameOrigin(request);
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private bool IsSameOrigin(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0) return site.Count == 1 && site[0] == "same-origin";
        var origin = request.Headers.Origin;
        return origin.Count == 1 && own.Is(origin[0], request);
    }
}
