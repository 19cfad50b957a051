namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>What a server's configuration names: certificates (files, for some servers folders too), and further files of its
/// own.</summary>
/// <param name="Certificates">Paths as written, relative ones too.</param>
/// <param name="Includes">Paths and patterns as written.</param>
/// <param name="Base">A folder that the file itself names for relative paths; null: none.</param>
internal sealed record ConfigFindings(IReadOnlyList<string> Certificates, IReadOnlyList<string> Includes, string? Base = null);

/// <summary>A server whose configuration is looked into.</summary>
/// <param name="Name">What <c>usedBy</c> says.</param>
/// <param name="Files">Where its configuration begins, patterns too.</param>
/// <param name="Folder">What relative paths start from.</param>
/// <param name="Read">Takes the directives out of a text.</param>
internal sealed record ServerConfig(string Name, IReadOnlyList<string> Files, string Folder, Func<string, ConfigFindings> Read)
{
    /// <summary>Those that are known.</summary>
    public static IReadOnlyList<ServerConfig> All { get; } =
    [
        new("nginx", ["/etc/nginx/nginx.conf"], "/etc/nginx", ConfigDirectives.Nginx),
        new("apache", ["/etc/apache2/apache2.conf"], "/etc/apache2", ConfigDirectives.Apache),
        new("apache", ["/etc/httpd/conf/httpd.conf"], "/etc/httpd", ConfigDirectives.Apache),
        new("haproxy", ["/etc/haproxy/haproxy.cfg", "/etc/haproxy/conf.d/*.cfg"], "/etc/haproxy", ConfigDirectives.Haproxy),
        new("caddy", ["/etc/caddy/Caddyfile"], "/etc/caddy", ConfigDirectives.Caddy),
        new("postfix", ["/etc/postfix/main.cf", "/etc/postfix/master.cf"], "/etc/postfix", ConfigDirectives.Postfix),
        new("dovecot", ["/etc/dovecot/dovecot.conf"], "/etc/dovecot", ConfigDirectives.Dovecot),
    ];
}
