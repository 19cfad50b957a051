using System.Net;

namespace HostAtlas.Agent.Uplink;

/// <summary>Which proxy a connection takes: the configured one, else what the environment says for this host, else none.</summary>
public sealed record ProxyChoice(string? HttpsProxy, string? NoProxy)
{
    /// <summary>No environment.</summary>
    public static readonly ProxyChoice None = new(null, null);

    /// <summary>The proxy for the platform's address; the fault names a variable that cannot be read (without its value: it may hold a
    /// password).</summary>
    public Uri? For(Uri url, Uri? configured, out string fault)
    {
        fault = "";
        if (configured is not null) return configured;
        // What a whole system's environment says about a proxy is not meant for the same machine.
        if (string.IsNullOrWhiteSpace(HttpsProxy) || url.IsLoopback || IsExcepted(url.Host)) return null;
        var text = HttpsProxy.Contains("://", StringComparison.Ordinal) ? HttpsProxy : "http://" + HttpsProxy;
        if (Configuration.AgentToml.TryReadProxy(text, out var proxy)) return proxy;
        fault = "the environment's HTTPS_PROXY is not an address like http://proxy.example.net:3128";
        return null;
    }

    /// <summary>The proxy as .NET's own type, with the credentials of its address.</summary>
    internal static WebProxy ToWebProxy(Uri proxy)
    {
        var web = new WebProxy(new UriBuilder(proxy) { UserName = "", Password = "" }.Uri);
        var parts = proxy.UserInfo.Split(':', 2);
        if (parts is [{ Length: > 0 }, ..])
            web.Credentials = new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1])
                : "");
        return web;
    }

    private bool IsExcepted(string host) =>
        (NoProxy ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(e => e.TrimStart('*').TrimStart('.'))
        .Any(e => e.Length == 0 || host.Equals(e, StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("." + e, StringComparison.OrdinalIgnoreCase));
}
