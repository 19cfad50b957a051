using System.Buffers;
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

    private const int MostBytes = RequestSigning.TimestampLength + Limits.RequestBodyBytes;

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
    public static async ValueTask<SignedBody?> ReadAsync(HttpRequest request, string timestamp)
    {
        var expected = (int)Math.Min(request.ContentLength ?? FirstBytes, FirstBytes);
        var buffer = BodyBuffers.Rent(RequestSigning.TimestampLength + expected);
        var body = new SignedBody(buffer, Encoding.ASCII.GetBytes(timestamp, buffer));
        using var arriving = new ArrivingBody(request.BodyReader);
        var isWhole = false;
        try
        {
            bool hasMore;
            do
            {
                var part = await arriving.NextAsync();
                var fits = body.Sent.Length + part.Buffer.Length <= Limits.RequestBodyBytes;
                if (fits) body.Append(part.Buffer);
                hasMore = arriving.Advance(part);
                if (!fits) return null;
            }
            while (hasMore);
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

    private void Append(in ReadOnlySequence<byte> part)
    {
        var length = (int)part.Length;
        while (_buffer.Length - _length < length) _buffer = BodyBuffers.Grow(_buffer, MostBytes);
        part.CopyTo(_buffer.AsSpan(_length));
        _length += length;
    }
}
