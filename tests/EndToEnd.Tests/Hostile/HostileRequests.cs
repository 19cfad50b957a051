using System.Globalization;
using System.IO.Compression;
using System.Text;
using HostAtlas.Shared.Signing;
using HostAtlas.TestSupport.Clients;

namespace HostAtlas.EndToEnd.Tests.Hostile;

/// <summary>How a hostile request ends on the sender's side.</summary>
internal enum Ending
{
    /// <summary>The whole request is sent; an answer, or a closed connection, is awaited.</summary>
    Answer,

    /// <summary>The sender hangs up in the middle.</summary>
    HangUp,
}

/// <summary>One hostile request: its kind's name for the books, the bytes, and how it ends.</summary>
internal sealed record HostileRequest(string Kind, byte[] Wire, Ending Ending);

/// <summary>
/// Makes malformed requests from a seed. Those whose malice is in the body are signed well, because otherwise the signature's check would
/// stop them before the code they are meant for.
/// </summary>
internal sealed class HostileRequests(Random random, WatchedServer server, string host)
{
    private const int DepthLevels = 50_000, BombBytes = 64 * 1024 * 1024;
    private static readonly byte[] Bomb = Compress(new byte[BombBytes]);
    private static readonly byte[] BombOfJson = Compress([.. "{\"cpu\":"u8, .. Enumerable.Repeat((byte)' ', 7 * 1024 * 1024), .. "}"u8]);
    private int _serial;

    /// <summary>The next one.</summary>
    public HostileRequest Next() => random.Next(16) switch
    {
        0 => new("random bytes", Random(random.Next(1, 4096)), Ending.HangUp),
        1 => new("random bytes after a request line", [.. "POST /api/agent/metrics HTTP/1.1\r\n"u8, .. Random(512), .. "\r\n\r\n"u8],
            Ending.HangUp),
        2 => Signed("deep JSON", Deep()),
        3 => Signed("huge numbers", Text($$"""{"cpu": {{new string('9', random.Next(400, 20_000))}}}""")),
        4 => Signed("numbers beyond all doubles", Text($$"""{"cpu": 1e{{random.Next(400, 99_999)}}, "n": {{_serial++}}}""")),
        5 => Signed("NaN and its like",
            Text($"{{\"cpu\": {OneOf("NaN", "Infinity", "-Infinity", "nan", "0x10", "1.", ".5", "+1", "01")}}}")),
        6 => Signed("invalid UTF-8", [.. "{\"cpu"u8, .. Random(random.Next(1, 64)).Select(b => (byte)(b | 0x80)), .. "\": 1}"u8]),
        7 => Signed("gzip bomb", Bomb, "Content-Encoding: gzip\r\n"),
        8 => Signed("gzip bomb of JSON", BombOfJson, "Content-Encoding: gzip\r\n"),
        9 => Signed("broken gzip", [.. Bomb.AsSpan(0, 30), .. Random(200)], "Content-Encoding: gzip\r\n"),
        10 => new("header flood", HeaderFlood(random.Next(150, 2000), random.Next(1, 60)), Ending.Answer),
        11 => new("one endless header", HeaderFlood(1, 70_000), Ending.Answer),
        12 => HalfSent(),
        13 => new("contradictory framing", Framing(), Ending.HangUp),
        14 => Signed("a thousand odd names", Names()),
        _ => Mutated(),
    };

    private HostileRequest Signed(string kind, byte[] body, string extra = "")
    {
        // A time of its own within the window: equal bodies must not meet as replays, they are meant to reach the parser.
        var at = TimeProvider.System.GetUtcNow().AddSeconds(-random.Next(40));
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = RequestSigning.Sign(server.Token, "POST", WatchedServer.MetricsPath, timestamp, body);
        var head = $"POST {WatchedServer.MetricsPath} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.Token}\r\n"
            + $"X-Timestamp: {timestamp}\r\nX-Signature: {signature}\r\nContent-Type: application/json\r\n"
            + $"{extra}Content-Length: {body.Length}\r\n\r\n";
        return new HostileRequest(kind, [.. Encoding.ASCII.GetBytes(head), .. body], Ending.Answer);
    }

    private HostileRequest HalfSent()
    {
        var whole = Signed("", Text("""{"cpu": 1, "padding": "some more bytes so that there is a half to send"}""")).Wire;
        return new HostileRequest("half-sent", whole[..random.Next(1, whole.Length)], Ending.HangUp);
    }

    private HostileRequest Mutated()
    {
        var whole = Signed("", Text("""{"cpu": "no number, so that it cannot succeed"}""")).Wire;
        for (var i = random.Next(1, 6); i > 0; i--) whole[random.Next(whole.Length)] = (byte)random.Next(256);
        return new HostileRequest("a valid request with bytes exchanged", whole, Ending.HangUp);
    }

    private byte[] Deep()
    {
        var open = OneOf("[", "{\"a\":", "{\"batch\":[", "{\"reports\":[");
        var levels = random.Next(100, DepthLevels);
        return Text(string.Concat(Enumerable.Repeat(open, Math.Min(levels, 900_000 / open.Length))));
    }

    private byte[] Names()
    {
        var members = Enumerable.Range(0, 1000)
            .Select(i => $"\"{OneOf("", "A", "a b", "x{", "é", "a{l=\\\"", new string('n', 600))}{i}\":1");
        return Text($"{{{string.Join(',', members)}}}");
    }

    private byte[] HeaderFlood(int count, int length)
    {
        var headers = string.Concat(
            Enumerable.Range(0, count).Select(i => $"X-Flood-{i}: {new string((char)random.Next('a', 'z'), length)}\r\n"));
        return Encoding.ASCII.GetBytes($"POST {WatchedServer.MetricsPath} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: 0\r\n\r\n");
    }

    private byte[] Framing()
    {
        var headers = OneOf("Content-Length: -1", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 99999999999999999999",
            "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip");
        return Encoding.ASCII.GetBytes(
            $"POST {WatchedServer.MetricsPath} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n\r\nFFFFFFFFFFFFFFF\r\nhello\r\n");
    }

    private byte[] Random(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private string OneOf(params string[] choices) => choices[random.Next(choices.Length)];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Compress(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize)) gzip.Write(plain);
        return packed.ToArray();
    }
}
