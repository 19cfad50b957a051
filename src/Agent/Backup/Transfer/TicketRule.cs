using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Transfer;

/// <summary>
/// Which tickets this agent follows. The platform may be hostile: it must not be able to point an agent at the network it stands in. So a
/// ticket leads to the platform itself or to an origin that the host's own configuration names, by https, with GET or PUT and a closed set
/// of headers. Pure.
/// </summary>
public static class TicketRule
{
    // What an S3 vault signs; none of them means anything to a server of another kind.
    private static readonly HashSet<string> Headers = new(StringComparer.OrdinalIgnoreCase)
    {
        "content-length", "content-type", "content-md5", "if-none-match", "x-amz-acl", "x-amz-content-sha256", "x-amz-checksum-sha256",
        "x-amz-meta-md5",
    };

    private const int HeaderMaxLength = 256;

    /// <summary>Why the ticket is not followed; null when it is.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="method">What it was asked for.</param>
    /// <param name="origins">The platform and what <c>vault_origins</c> names.</param>
    public static string? FaultOf(ObjectTicket ticket, string method, IEnumerable<Uri> origins)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        if (ticket.Method != method) return $"its method is not {method}";
        if (!Uri.TryCreate(ticket.Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.UserInfo.Length > 0)
            return "it leads to no https address";
        if (!origins.Any(origin => SameOrigin(origin, url)))
        {
            return $"it leads to {url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}, which agent.toml does not name; "
                + "if that is your vault, add this address to vault_origins there";
        }
        foreach (var (name, value) in ticket.Headers)
        {
            if (!Headers.Contains(name)) return "it asks for a header that no vault needs";
            if (value.Length > HeaderMaxLength || value.Any(c => c is < ' ' or > '~')) return $"its header {name} has a value that none "
                + $"can have";
        }
        return null;
    }

    private static bool SameOrigin(Uri left, Uri right) =>
        left.Scheme == right.Scheme && left.Port == right.Port && left.IdnHost.Equals(right.IdnHost, StringComparison.OrdinalIgnoreCase);
}
