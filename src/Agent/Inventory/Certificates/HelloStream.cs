namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>
/// The wire under a TLS client that is to say nothing but hello: records of a ClientHello pass, everything else that the client would send
/// is let go of. What comes in is kept, up to a bound, because before TLS 1.3 the server's certificate stands in it in clear.
/// </summary>
internal sealed class HelloStream(Stream wire) : Stream
{
    private const int ReceivedMaxBytes = 128 << 10;
    private readonly MemoryStream _received = new();

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What the server has sent so far.</summary>
    public ReadOnlySpan<byte> Received => _received.GetBuffer().AsSpan(0, (int)_received.Length);

    /// <summary>Bytes that went out.</summary>
    public long Sent { get; private set; }

    /// <summary>Whether these bytes are a record of a handshake with a ClientHello (RFC 8446, 4 and 5.1).</summary>
    public static bool IsHello(ReadOnlySpan<byte> record) => record.Length > 5 && record[0] == 22 && record[5] == 1;

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await wire.ReadAsync(buffer, cancellationToken);
        if (_received.Length + read > ReceivedMaxBytes) throw new IOException("The server says more than a handshake takes.");
        _received.Write(buffer.Span[..read]);
        return read;
    }

    /// <inheritdoc />
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsHello(buffer.Span))
        {
            Sent += buffer.Length;
            await wire.WriteAsync(buffer, cancellationToken);
        }
        // Before TLS 1.3 the server now waits for the client's keys, which never come: what there is to know is here.
        else if (PlainHandshake.FirstCertificate(Received) is not null) throw new IOException("The handshake ends here.");
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing) _received.Dispose();
        base.Dispose(disposing);
    }
}
