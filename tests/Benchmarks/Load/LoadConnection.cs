using System.Buffers.Text;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HostAtlas.TestSupport.Clients;

namespace HostAtlas.Benchmarks.Load;

/// <summary>
/// One kept HTTP/1.1 connection, over TLS 1.3 or plain, that sends ready bytes and reads of an answer no more than it must: what the
/// generator spends is missing to the server on the same cores.
/// </summary>
internal sealed class LoadConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private LoadConnection(Socket socket, Stream stream) => (_socket, _stream) = (socket, stream);

    /// <summary>The last answer's text, for the words of a failure.</summary>
    public string LastAnswer { get; private set; } = "";

    /// <summary>Whether the server has closed it while nothing was under way.</summary>
    public bool IsClosed => _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;

    /// <summary>Connects; with an authority over TLS 1.3 and trusting nothing else, else in plain. Loopback only.</summary>
    public static async Task<LoadConnection> OpenAsync(Uri url, X509Certificate2? authority)
    {
        if (!url.IsLoopback) throw new ArgumentException("A benchmark loads this machine and no other.", nameof(url));
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(url.Host, url.Port);
            Stream stream = new NetworkStream(socket);
            if (authority is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsClientAsync(PlatformTrust.Options(url.Host, authority));
                stream = tls;
            }
            return new LoadConnection(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request and gives its answer's status. One at a time: nothing is pipelined.</summary>
    public async ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> request)
    {
        await _stream.WriteAsync(request);
        var length = 0;
        while (true)
        {
            var read = await _stream.ReadAsync(_buffer.AsMemory(length));
            if (read == 0) throw new IOException("The server closed the connection.");
            length += read;
            if (!IsWhole(_buffer.AsSpan(0, length), out var status))
            {
                if (length == _buffer.Length) throw new IOException("The answer is larger than any that was expected.");
                continue;
            }
            if (status >= 300) LastAnswer = Encoding.UTF8.GetString(_buffer, 0, length);
            return status;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer, out int status)
    {
        status = 0;
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        var head = answer[..(end + 2)];
        if (!Utf8Parser.TryParse(head[9..12], out status, out _)) throw new IOException("The answer has no status.");
        // No length is no body for the answers that come here (204), unless it is chunked: then its last chunk is an empty one.
        if (head.IndexOf("chunked"u8) >= 0) return answer.EndsWith("0\r\n\r\n"u8);
        var at = head.IndexOf("\r\nContent-Length: "u8);
        return at < 0 || (Utf8Parser.TryParse(head[(at + 18)..], out int body, out _) && answer.Length >= end + 4 + body);
    }
}
