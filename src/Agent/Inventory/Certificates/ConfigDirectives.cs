using System.Text.RegularExpressions;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>
/// Takes the paths of certificates and of included files out of the configurations of six servers. Only the directives that name a
/// certificate, never those that name a key; what holds a variable names no file and is left out. Pure.
/// </summary>
internal static partial class ConfigDirectives
{
    private static readonly string[] NginxCertificates =
        ["ssl_certificate", "proxy_ssl_certificate", "grpc_ssl_certificate", "uwsgi_ssl_certificate"];

    private static readonly string[] PostfixCertificates =
    [
        "smtpd_tls_cert_file", "smtpd_tls_eccert_file", "smtpd_tls_dcert_file", "smtpd_tls_chain_files",
        "smtp_tls_cert_file", "smtp_tls_eccert_file", "smtp_tls_chain_files", "lmtp_tls_cert_file", "tlsproxy_tls_cert_file",
    ];

    private static readonly string[] DovecotCertificates = ["ssl_cert", "ssl_alt_cert", "ssl_server_cert_file", "ssl_server_alt_cert_file"];

    /// <summary>nginx: <c>name value…;</c> in blocks, <c>include pattern;</c> (nginx.org/en/docs/http/ngx_http_ssl_module.html).</summary>
    public static ConfigFindings Nginx(string text)
    {
        var (certificates, includes) = (new List<string>(), new List<string>());
        foreach (var statement in ConfigWords.Statements(text))
        {
            if (statement is not [var name, var value, ..]) continue;
            if (NginxCertificates.Contains(name, StringComparer.Ordinal)) AddPath(certificates, value);
            else if (name == "include") AddPath(includes, value);
        }
        return new ConfigFindings(certificates, includes);
    }

    /// <summary>Apache: a directive a line, in any case (httpd.apache.org/docs/2.4/mod/mod_ssl.html).</summary>
    public static ConfigFindings Apache(string text)
    {
        var (certificates, includes) = (new List<string>(), new List<string>());
        string? root = null;
        foreach (var words in ConfigWords.Lines(text, continued: true))
        {
            if (words is not [var name, var value, ..]) continue;
            if (Is(name, "SSLCertificateFile") || Is(name, "SSLCertificateChainFile") || Is(name, "SSLProxyMachineCertificateFile"))
                AddPath(certificates, value);
            else if (Is(name, "Include") || Is(name, "IncludeOptional")) AddPath(includes, value);
            // Debian writes ServerRoot as a comment: then it is the folder of the file.
            else if (Is(name, "ServerRoot") && value.StartsWith('/')) root = value.TrimEnd('/');
        }
        return new ConfigFindings(certificates, includes, root);
    }

    /// <summary>haproxy: <c>crt</c> behind bind and server, a file or a folder, relative to <c>crt-base</c>; crt-list
    /// (docs.haproxy.org).</summary>
    public static ConfigFindings Haproxy(string text)
    {
        var (certificates, lists) = (new List<string>(), new List<string>());
        string? folder = null;
        foreach (var words in ConfigWords.Lines(text, continued: false))
        {
            if (words is ["crt-base", var named, ..]) folder = named.TrimEnd('/');
            if (words[0] is not ("bind" or "server" or "default-server" or "load" or "ssl-f-use")) continue;
            for (var i = 1; i < words.Count - 1; i++)
            {
                if (words[i] == "crt") AddPath(certificates, words[i + 1]);
                else if (words[i] == "crt-list") AddPath(lists, words[i + 1]);
            }
        }
        return new ConfigFindings([.. certificates, .. lists.Select(list => CrtList + list)], [], folder);
    }

    /// <summary>What stands before a path that is a list of certificates.</summary>
    public const string CrtList = "crt-list:";

    /// <summary>haproxy's list: the first word of each line.</summary>
    public static IReadOnlyList<string> HaproxyList(string text)
    {
        var certificates = new List<string>();
        foreach (var words in ConfigWords.Lines(text, continued: false)) AddPath(certificates, words[0]);
        return certificates;
    }

    /// <summary>Caddyfile: <c>tls CERTIFICATE KEY</c>, <c>import PATTERN</c> (caddyserver.com/docs/caddyfile/directives/tls).</summary>
    public static ConfigFindings Caddy(string text)
    {
        var (certificates, includes) = (new List<string>(), new List<string>());
        foreach (var words in ConfigWords.Lines(text, continued: false))
        {
            if (words is ["tls", var certificate, var key, ..] && key != "{") AddPath(certificates, certificate);
            // A name without a dot, a star or a slash is a snippet of the same file.
            else if (words is ["import", var pattern, ..] && pattern.AsSpan().ContainsAny("./*")) AddPath(includes, pattern);
        }
        return new ConfigFindings(certificates, includes);
    }

    /// <summary>postfix: <c>name = value</c>, a line that begins with a blank goes on; lists by commas (postconf(5)); <c>-o</c> in
    /// master.cf.</summary>
    public static ConfigFindings Postfix(string text)
    {
        var certificates = new List<string>();
        // master.cf gives a service several options, joined to one line by now.
        foreach (Match match in PostfixSetting().Matches(ConfigWords.JoinIndented(text).Replace(" -o", "\n-o", StringComparison.Ordinal)))
        {
            if (!PostfixCertificates.Contains(match.Groups["name"].Value, StringComparer.Ordinal)) continue;
            foreach (var path in match.Groups["value"].Value.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                var whole = path.Replace("${config_directory}", "/etc/postfix", StringComparison.Ordinal)
                    .Replace("$config_directory", "/etc/postfix", StringComparison.Ordinal);
                if (whole != "none") AddPath(certificates, whole);
            }
        }
        return new ConfigFindings(certificates, []);
    }

    /// <summary>dovecot: <c>ssl_cert = &lt;path</c>, since 2.4 <c>ssl_server_cert_file = path</c>; <c>!include</c>
    /// (doc.dovecot.org).</summary>
    public static ConfigFindings Dovecot(string text)
    {
        var (certificates, includes) = (new List<string>(), new List<string>());
        foreach (var words in ConfigWords.Lines(text, continued: false))
        {
            if (words is ["!include" or "!include_try", var pattern, ..]) AddPath(includes, pattern);
            var line = string.Join(' ', words);
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && DovecotCertificates.Contains(line[..equals].Trim(), StringComparer.Ordinal))
                AddPath(certificates, line[(equals + 1)..].Trim().TrimStart('<').Trim());
        }
        return new ConfigFindings(certificates, includes);
    }

    private static bool Is(string name, string directive) => name.Equals(directive, StringComparison.OrdinalIgnoreCase);

    private static void AddPath(List<string> to, string path)
    {
        if (path.Length is > 0 and < 4096 && !path.AsSpan().ContainsAny("$%{}\0")
            && !path.Contains(':', StringComparison.Ordinal)) to.Add(path);
    }

    [GeneratedRegex(@"^(?:-o[ \t]*)?(?<name>\w+)[ \t]*=[ \t]*(?<value>.*)$",
        RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex PostfixSetting();
}
