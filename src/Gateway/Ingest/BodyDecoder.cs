using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.Ingest;

/// <summary>Undoes a Content-Encoding, bounded: a bomb of 1 MiB is given up when it has unfolded to 8 MiB.</summary>
internal static class BodyDecoder
{
    private const int ShortestGzipBytes = 10 + 2 + 8;

    /// <summary>Reads a Content-Encoding header; null or empty is identity. A list of encodings is unknown: one layer is enough for
    /// anybody.</summary>
    public static BodyEncoding EncodingOf(string? contentEncoding) => contentEncoding switch
    {
        null or "" => BodyEncoding.Identity,
        _ when contentEncoding.Equals("identity", StringComparison.OrdinalIgnoreCase) => BodyEncoding.Identity,
        _ when contentEncoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) => BodyEncoding.Gzip,
        _ => BodyEncoding.Unknown,
    };

    /// <summary>Decodes gzip. The caller disposes of what it gets.</summary>
    public static DecodedBody Gunzip(ReadOnlyMemory<byte> sent)
    {
        if (!MemoryMarshal.TryGetArray(sent, out var segment)) throw new ArgumentException("The body lies in an array.", nameof(sent));
        using var source = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        var buffer = BodyBuffers.Rent(Math.Clamp(sent.Length * 4, 4096, 256 * 1024));
        var length = 0;
        try
        {
            while (gzip.Read(buffer, length, buffer.Length - length) is var read and > 0)
            {
                length += read;
                if (length < buffer.Length) continue;
                if (length == Limits.DecodedBodyBytes)
                {
                    if (gzip.ReadByte() >= 0) return Fail(buffer, DecodingFault.TooLarge);
                    break;
                }
                buffer = BodyBuffers.Grow(buffer, Limits.DecodedBodyBytes);
            }
        }
        catch (InvalidDataException)
        {
            return Fail(buffer, DecodingFault.Damaged);
        }
        return IsWhole(sent.Span, length) ? new DecodedBody(buffer, length, DecodingFault.None) : Fail(buffer, DecodingFault.Damaged);
    }

    // GZipStream takes the end of the input for the end of the stream, so the length in the trailer (RFC 1952, 2.3.1) decides; it is that
    // of
    // the last member, so streams of several members, which no client sends, are refused with the cut ones.
    private static bool IsWhole(ReadOnlySpan<byte> sent, int length) =>
        sent.Length >= ShortestGzipBytes && BinaryPrimitives.ReadUInt32LittleEndian(sent[^4..]) == (uint)length;

    private static DecodedBody Fail(byte[] buffer, DecodingFault fault)
    {
        BodyBuffers.Return(buffer);
        return new DecodedBody(null, 0, fault);
    }
}
