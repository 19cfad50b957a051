using System.Collections.Concurrent;
using System.Net;
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

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly SslServerAuthenticationOptions _tls;
    private readonly Func<RawRequest, Task> _answer;
    private readonly Task _accepting;
    private long _written;

    public RawPlatform(X509Certificate2 certificate, Func<RawRequest, Task> answer)
    {
        _tls = new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13 };
        _answer = answer;
        _listener.Start();
        Url = new Uri($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>Heads of the requests, in order.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Bytes that were written and that the other side, or the system for it, has taken.</summary>
    public long Written => Interlocked.Read(ref _written);

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(_tls, _stop.Token);
            while (await ReadHeadAsync(stream) is { } head)
            {
                Heads.Enqueue(head);
                var length = head.Split("\r\n")
                    .First(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))["Content-Length: ".Length..];
                await stream.ReadExactlyAsync(new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)], _stop.Token);
                await _answer(new RawRequest(head.Split(' ')[1], bytes => WriteAsync(stream, bytes), _stop.Token));
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or AuthenticationException or SocketException)
        {
            // The agent has hung up, as it should.
        }
    }

    private async Task WriteAsync(SslStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes, _stop.Token);
        await stream.FlushAsync(_stop.Token);
        Interlocked.Add(ref _written, bytes.Length);
    }

    private async Task<string?> ReadHeadAsync(SslStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
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
