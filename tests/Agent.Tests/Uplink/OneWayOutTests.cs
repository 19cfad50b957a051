using System.Text.RegularExpressions;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Uplink;

/// <summary>
/// The agent talks to the platform and to the vaults that its owner names, and to nobody else: no telemetry, no look for updates. Shown on
/// its sources: there is one way to open a connection, and no address in them but those kept for examples (RFC 2606, RFC 5737).
/// </summary>
public sealed partial class OneWayOutTests
{
    // Who may open a connection, by file below src/Agent.
    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["Uplink/OutboundHandler.cs"] = "SocketsHttpHandler",
        ["Uplink/PlatformClient.cs"] = "new HttpClient(OutboundHandler",
        ["Backup/Transfer/VaultClient.cs"] = "new HttpClient(OutboundHandler",
    };

    // Not a way out: it asks this host's own listeners for their certificates.
    private static readonly (string File, string Code) OwnHost =
        ("Inventory/Certificates/ListenerSource.cs", "ConnectAsync(new IPEndPoint(IPAddress.Loopback, port)");

    // Not an address that anybody opens: what office documents call their own elements.
    private static readonly (string File, string Name) XmlNames =
        ("Gate/Canaries/CanaryContent.cs", "http://schemas.openxmlformats.org");

    private static readonly string Folder = Path.Combine(Repository.Root, "src", "Agent");

    [Fact]
    public void Connections_are_opened_in_one_way()
    {
        var found = Lines().Where(line => Connection().IsMatch(line.Code) && line.File != OwnHost.File).ToList();
        Assert.Single(Lines(), line => line.File == OwnHost.File && line.Code.Contains("ConnectAsync(", StringComparison.Ordinal)
            && line.Code.Contains(OwnHost.Code, StringComparison.Ordinal));
        Assert.NotEmpty(found);
        Assert.Empty(found.Where(line => !Allowed.TryGetValue(line.File, out var how) || !line.Code.Contains(how, StringComparison.Ordinal))
            .Select(line => $"{line.File}: {line.Code.Trim()}"));
    }

    [Fact]
    public void No_address_is_known_but_examples() => Assert.Empty(Lines()
        .SelectMany(line => Address().Matches(line.Code)
            .Where(match => !Example().IsMatch(match.Value) && (line.File, match.Value) != XmlNames)
            .Select(match => $"{line.File}: {match.Value}")));

    // Code alone: a comment may name where something is written up.
    private static IEnumerable<(string File, string Code)> Lines() =>
        from path in Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Folder, path)
        where !file.StartsWith("obj", StringComparison.Ordinal) && !file.StartsWith("bin", StringComparison.Ordinal)
        from line in File.ReadLines(path)
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        select (file, line);

    [GeneratedRegex(@"\b(HttpClient|HttpMessageInvoker|SocketsHttpHandler|HttpClientHandler|WebRequest|WebClient|ClientWebSocket|TcpClient"
        + @"|TcpListener|UdpClient|SmtpClient|Socket|HttpListener|Dns)\s*[(.]|new Ping\(|SocketsHttpHandler Make",
        RegexOptions.CultureInvariant)]
    private static partial Regex Connection();

    [GeneratedRegex(@"\b(https?|wss?|ftp)://[\w\[][\w.\-:\[\]]*", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"://([\w\-]+\.)*(example\.(net|com|org)|192\.0\.2\.\d+)(:\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Example();
}
