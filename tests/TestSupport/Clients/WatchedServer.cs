using System.Globalization;
using System.Text;
using HostAtlas.Shared.Signing;

namespace HostAtlas.TestSupport.Clients;

/// <summary>One watched server as a client of the protocol: its id, its token, and how it signs.</summary>
/// <param name="Id">The server's id.</param>
/// <param name="Token">Its agent token.</param>
public sealed record WatchedServer(string Id, string Token)
{
    /// <summary>The metrics endpoint.</summary>
    public const string MetricsPath = "/api/agent/metrics";

    /// <summary>A whole signed HTTP/1.1 request, ready for the wire, to be sent once or, by a thief, twice.</summary>
    public byte[] MetricsRequest(string host, DateTimeOffset now, ReadOnlySpan<byte> body) => SignedRequest(host, MetricsPath, now, body);

    /// <summary>A signed POST to any agent endpoint.</summary>
    public byte[] SignedRequest(string host, string path, DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var head = $"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {Token}\r\nX-Timestamp: {timestamp}\r\n"
            + $"X-Signature: {RequestSigning.Sign(Token, "POST", path, timestamp, body)}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
