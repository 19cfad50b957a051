using System.Globalization;
using System.Text;
using HostAtlas.Shared.Signing;

namespace HostAtlas.Benchmarks.Load;

/// <summary>
/// Signed requests of the servers that one connection speaks for, in turn. Each is signed at the moment it is sent, over the bytes that are
/// sent, as protocol.md says: nothing is signed ahead, nothing is sent twice.
/// </summary>
internal sealed class SignedReports : IRequestSource
{
    /// <summary>How many connections keep a server busy.</summary>
    public const int Connections = 64;

    private const int SignatureLength = 2 * RequestSigning.SizeBytes;

    private readonly IReadOnlyList<EnrolledServer> _servers;
    private readonly ReportBody _body;
    private readonly Random _random;
    private readonly byte[] _request, _signed;
    private readonly int _token, _timestamp, _signature, _bodyAt;
    private int _next;

    /// <param name="authority">Host and port.</param>
    /// <param name="path">The endpoint.</param>
    /// <param name="servers">Whom the connection speaks for.</param>
    /// <param name="body">What they send.</param>
    /// <param name="seed">Makes the values of this connection its own.</param>
    public SignedReports(string authority, string path, IReadOnlyList<EnrolledServer> servers, ReportBody body, int seed)
    {
        (_servers, _body, _random) = (servers, body, new Random(seed));
        var head = new StringBuilder($"POST {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer ");
        _token = head.Length;
        head.Append(servers[0].Token).Append("\r\nX-Timestamp: ");
        _timestamp = head.Length;
        head.Append('0', RequestSigning.TimestampLength).Append("\r\nX-Signature: ");
        _signature = head.Length;
        head.Append('0', SignatureLength).Append(CultureInfo.InvariantCulture,
            $"\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        _bodyAt = head.Length;
        _request = [.. Encoding.ASCII.GetBytes(head.ToString()), .. new byte[body.Length]];
        _signed = new byte[RequestSigning.TimestampLength + body.Length];
    }

    /// <summary>A source for each connection, the servers dealt out among them.</summary>
    public static IEnumerable<SignedReports> ForAll(
        string authority, string path, IReadOnlyList<EnrolledServer> servers, ReportBody body)
    {
        var lanes = Math.Min(Connections, servers.Count);
        return Enumerable.Range(0, lanes).Select(lane =>
            new SignedReports(authority, path, [.. servers.Where((_, i) => i % lanes == lane)], body, lane));
    }

    /// <inheritdoc />
    public int Samples => _body.Samples;

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Next()
    {
        var server = _servers[_next];
        _next = (_next + 1) % _servers.Count;
        server.CountRequest();
        var now = TimeProvider.System.GetUtcNow();
        now.ToUnixTimeSeconds().TryFormat(_signed, out _, default, CultureInfo.InvariantCulture);
        var body = _signed.AsSpan(RequestSigning.TimestampLength);
        _body.Write(body, now.ToUnixTimeMilliseconds(), _random);
        Span<byte> signature = stackalloc byte[RequestSigning.SizeBytes];
        RequestSigning.Sign(server.Secret, _signed, signature);
        Encoding.ASCII.GetBytes(server.Token, _request.AsSpan(_token));
        _signed.AsSpan(0, RequestSigning.TimestampLength).CopyTo(_request.AsSpan(_timestamp));
        Convert.TryToHexStringLower(signature, _request.AsSpan(_signature), out _);
        body.CopyTo(_request.AsSpan(_bodyAt));
        return _request;
    }
}
