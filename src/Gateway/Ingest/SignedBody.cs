using System.Text;
using HostAtlas.Shared;
using HostAtlas.Shared.Signing;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// A request's body in a rented buffer behind the ten digits of its timestamp, so that the signed message is one span and is hashed in one
/// pass. The buffer grows with what has arrived, never with what a Content-Length announces.
/// </summary>
internal sealed class SignedBody : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    // One byte more than is allowed: a full buffer then always means that the body is too large.
    private const int MostBytes = RequestSigning.TimestampLength + Limits.RequestBodyBytes + 1;

    private byte[] _buffer;
    private int _length;

    private SignedBody(byte[] buffer, int length) => (_buffer, _length) = (buffer, length);

    /// <summary>Timestamp and body.</summary>
    public ReadOnlySpan<byte> Signed => _buffer.AsSpan(0, _length);

    /// <summary>The body as sent.</summary>
    public ReadOnlyMemory<byte> Sent => _buffer.AsMemory(RequestSigning.TimestampLength, _length - RequestSigning.TimestampLength);

    /// <summary>
    /// Reads the whole body; null when it is larger than <see cref="Limits.RequestBodyBytes"/>, whatever its headers say.
    /// </summary>
    public static async ValueTask<SignedBody?> ReadAsync(HttpRequest request, string timestamp, CancellationToken cancellation)
    {
        var expected = (int)Math.Min(request.ContentLength ?? FirstBytes, FirstBytes);
        var buffer = BodyBuffers.Rent(RequestSigning.TimestampLength + expected + 1);
        var body = new SignedBody(buffer, Encoding.ASCII.GetBytes(timestamp, buffer));
        var isWhole = false;
        try
        {
            while (await request.Body.ReadAsync(body._buffer.AsMemory(body._length), cancellation) is var read and > 0)
            {
                body._length += read;
                if (body.Sent.Length > Limits.RequestBodyBytes) return null;
                if (body._length == body._buffer.Length) body._buffer = BodyBuffers.Grow(body._buffer, MostBytes);
            }
            isWhole = true;
            return body;
        }
        finally
        {
            if (!isWhole) body.Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        BodyBuffers.Return(_buffer);
        (_buffer, _length) = ([], 0);
    }
}
