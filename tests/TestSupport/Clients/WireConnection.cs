using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HostAtlas.TestSupport.Clients;

/// <summary>
/// One TLS connection on which a test writes whatever bytes it likes and reads HTTP/1.1 answers. It is also the lightest client there is,
/// so that thousands of them measure the platform and not themselves.
/// </summary>
public sealed class WireConnection : IAsyncDisposable
{
    private readonly TcpClient _socket;
    private readonly SslStream _stream;
    private byte[] _buffer = new byte[2048];
    private int _start, _end;

    private WireConnection(TcpClient socket, SslStream stream) => (_socket, _stream) = (socket, stream);

    /// <summary>Connects and shakes hands.</summary>
    public static async Task<WireConnection> OpenAsync(Uri url, X509Certificate2 authority, CancellationToken cancellation = default)
    {
        var socket = new TcpClient { NoDelay = true };
        try
        {
            await socket.ConnectAsync(url.Host, url.Port, cancellation);
            var stream = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false);
            await stream.AuthenticateAsClientAsync(PlatformTrust.Options(url.Host, authority), cancellation);
            return new WireConnection(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        await _stream.WriteAsync(bytes, cancellation);
        await _stream.FlushAsync(cancellation);
    }

    /// <summary>Reads one whole answer, not to a HEAD; null when the other side closed before the first byte of one.</summary>
    public Task<WireAnswer?> ReadAnswerAsync(CancellationToken cancellation = default) => ReadAnswerAsync(isHead: false, cancellation);

    /// <summary>Reads one whole answer; null when the other side closed before the first byte of one.</summary>
    /// <param name="isHead">It answers a HEAD.</param>
    public async Task<WireAnswer?> ReadAnswerAsync(bool isHead, CancellationToken cancellation = default)
    {
        int headLength;
        while ((headLength = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (await FillAsync(cancellation)) continue;
            return _end == _start ? null : throw new IOException("The connection closed within an answer's head.");
        }
        var head = Encoding.Latin1.GetString(_buffer, _start, headLength).Split("\r\n");
        _start += headLength + 4;
        var status = int.Parse(head[0].AsSpan(9, 3), CultureInfo.InvariantCulture);
        var headers = head.Skip(1).Select(line => line.Split(':', 2))
            .ToLookup(f => f[0], f => f[1].Trim(), StringComparer.OrdinalIgnoreCase);
        if (status is >= 100 and < 200) return await ReadAnswerAsync(isHead, cancellation);
        var chunked = headers["Transfer-Encoding"].Any(v => v.Equals("chunked", StringComparison.OrdinalIgnoreCase));
        var length = headers["Content-Length"].Select(v => int.Parse(v, CultureInfo.InvariantCulture)).FirstOrDefault();
        // An answer to HEAD, and 304, announce what they do not carry.
        var hasBody = status is not (204 or 304) && !isHead;
        var body = chunked ? await ReadChunksAsync(cancellation) : await TakeAsync(hasBody ? length : 0, cancellation);
        return new WireAnswer(status, headers, body) { Head = head };
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task<byte[]> ReadChunksAsync(CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        while (true)
        {
            int lineLength;
            while ((lineLength = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0) await FillOrThrowAsync(cancellation);
            var size = int.Parse(
                Encoding.Latin1.GetString(_buffer, _start, lineLength), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _start += lineLength + 2;
            body.Write(await TakeAsync(size, cancellation));
            await TakeAsync(2, cancellation);
            if (size == 0) return body.ToArray();
        }
    }

    private async Task<byte[]> TakeAsync(int length, CancellationToken cancellation)
    {
        while (_end - _start < length) await FillOrThrowAsync(cancellation);
        var taken = _buffer.AsSpan(_start, length).ToArray();
        _start += length;
        return taken;
    }

    private async Task FillOrThrowAsync(CancellationToken cancellation)
    {
        if (!await FillAsync(cancellation)) throw new IOException("The connection closed within an answer.");
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        return read > 0;
    }
}

/// <summary>An HTTP answer as it came over the wire.</summary>
public sealed record WireAnswer(int Status, ILookup<string, string> Headers, byte[] Body)
{
    /// <summary>The status line and the headers, as they came: order, case and spaces.</summary>
    public IReadOnlyList<string> Head { get; init; } = [];

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);
}
