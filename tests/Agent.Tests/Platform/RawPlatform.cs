using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HostAtlas.Agent.Tests.Platform;

/// <summary>
/// A TLS 1.3 server with the right certificate that answers with any bytes, also such as no web server would send. It reads each request
/// whole, then does what the test says.
/// </summary>
internal sealed class RawPlatform : IAsyncDisposable
{
    /// <summary>What a platform answers that took a report.</summary>
    public static readonly byte[] Accepted = Ascii("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}");

    private readonly LoopbackServer _server;
    private readonly SslServerAuthenticationOptions _tls;
    private readonly Func<RawRequest, Task> _answer;
    private long _written;

    public RawPlatform(X509Certificate2 certificate, Func<RawRequest, Task> answer)
    {
        _tls = new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13 };
        _answer = answer;
        _server = new LoopbackServer(ServeAsync);
        Url = new Uri($"https://127.0.0.1:{_server.Port}");
    }

    public Uri Url { get; }

    /// <summary>Heads of the requests, in order.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Bytes that were written and that the other side, or the system for it, has taken.</summary>
    public long Written => Interlocked.Read(ref _written);

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        try
        {
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(_tls, stop);
            while (await ReadHeadAsync(stream, stop) is { } head)
            {
                Heads.Enqueue(head);
                var length = head.Split("\r\n")
                    .First(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))["Content-Length: ".Length..];
                await stream.ReadExactlyAsync(new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)], stop);
                await _answer(new RawRequest(head.Split(' ')[1], bytes => WriteAsync(stream, bytes, stop), stop));
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or AuthenticationException or SocketException)
        {
            // The agent has hung up, as it should.
        }
    }

    private async Task WriteAsync(SslStream stream, byte[] bytes, CancellationToken stop)
    {
        await stream.WriteAsync(bytes, stop);
        await stream.FlushAsync(stop);
        Interlocked.Add(ref _written, bytes.Length);
    }

    private async Task<string?> ReadHeadAsync(SslStream stream, CancellationToken stop)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, stop) == 0) return null;
            head.Append((char)one[0]);
        }
        return head.ToString();
    }
}

/// <summary>A request that was read, and how to answer it. Ending the answer leaves the connection open.</summary>
internal sealed record RawRequest(string Path, Func<byte[], Task> WriteAsync, CancellationToken Stop)
{
    /// <summary>Writes the same bytes until the other side has enough.</summary>
    public async Task WriteForEverAsync(byte[] bytes, TimeSpan pause = default)
    {
        while (true)
        {
            await WriteAsync(bytes);
            if (pause > TimeSpan.Zero) await Task.Delay(pause, Stop);
        }
    }

    /// <summary>Hangs up.</summary>
    public static Task HangUp() => throw new IOException("The test hangs up.");
}
