using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace HostAtlas.Agent.Tests.Platform;

/// <summary>An HTTP proxy that knows CONNECT and nothing else.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    public TestProxy()
    {
        _server = new LoopbackServer(TunnelAsync);
        Url = new Uri($"http://127.0.0.1:{_server.Port}");
    }

    public Uri Url { get; }

    /// <summary>The heads of the requests it got.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Answer 403 instead of opening a tunnel.</summary>
    public bool Refuses { get; set; }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TunnelAsync(TcpClient client, CancellationToken stop)
    {
        try
        {
            var stream = client.GetStream();
            var head = await ReadHeadAsync(stream, stop);
            Heads.Enqueue(head);
            if (Refuses)
            {
                await stream.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
                return;
            }
            var target = head.Split(' ')[1].Split(':');
            using var upstream = new TcpClient();
            await upstream.ConnectAsync(target[0], int.Parse(target[1], System.Globalization.CultureInfo.InvariantCulture));
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stop);
            await Task.WhenAny(stream.CopyToAsync(upstream.GetStream(), stop),
                upstream.GetStream().CopyToAsync(stream, stop));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            Heads.Enqueue($"broken: {exception.Message}");
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream, CancellationToken stop)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)
            && await stream.ReadAsync(one, stop) == 1) head.Append((char)one[0]);
        return head.ToString();
    }
}
