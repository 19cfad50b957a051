namespace HostAtlas.Agent.Configuration;

/// <summary>The table <c>[inventory]</c> of agent.toml, checked. <see cref="InventoryToml"/> reads it.</summary>
public sealed record InventoryOptions
{
    /// <summary>Whether an inventory is sent at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Folders, or files, in which certificates are looked for; null: the known ones, those of them that are there.</summary>
    public IReadOnlyList<string>? Certificates { get; init; }

    /// <summary>Whether listening ports of this host are asked for their certificates.</summary>
    public bool TlsListeners { get; init; } = true;

    /// <summary>Which ports are asked; null: those on which TLS is customary.</summary>
    public IReadOnlyList<int>? TlsPorts { get; init; }

    /// <summary>Most roots, and most ports, that can be named.</summary>
    public const int ListMax = 64;

    /// <summary>
    /// Where programs and people put the certificates of this very host. Not /etc/ssl/certs nor /etc/pki/tls/certs: they hold the
    /// distribution's authorities, some 150 that nobody here renews and that would bury those that somebody has to.
    /// </summary>
    public static IReadOnlyList<string> KnownRoots { get; } =
    [
        "/etc/letsencrypt/live", "/var/lib/acme", "/var/lib/caddy/.local/share/caddy/certificates", "/etc/nginx/ssl", "/etc/nginx/certs",
        "/etc/apache2/ssl", "/etc/httpd/ssl", "/etc/haproxy/certs", "/etc/haproxy/ssl", "/etc/kubernetes/pki", "/etc/hostatlas",
    ];
}
