namespace HostAtlas.Gateway.People;

/// <summary>The origins whose pages are this platform's own: what a browser may name as the origin of a changing call.</summary>
/// <param name="url">The platform's address, which is the public one also behind a proxy; null when there is none.</param>
/// <param name="isOwnHost">
/// Whether a host, without its port, is one of those that the platform's certificate is for: it is reached by them too (localhost, the
/// machine's own name). A host that the request merely claims is none: who sends a request may write any.
/// </param>
internal sealed class OwnOrigin(Uri? url, Func<string, bool> isOwnHost)
{
    private readonly string? _ofUrl = url?.GetLeftPart(UriPartial.Authority);

    /// <summary>Whether an Origin header names the platform itself: by its address, or by the own host the request was sent to.</summary>
    public bool Is(string? origin, HttpRequest request) =>
        Same(origin, _ofUrl)
        || (request.Host.HasValue && Same(origin, $"{request.Scheme}://{request.Host.Value}")
            && isOwnHost(request.Host.Host.Trim('[', ']')));

    private static bool Same(string? one, string? other) =>
        one is not null && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
