using System.IO.Compression;

namespace HostAtlas.Agent.Uplink;

/// <summary>A body as it is sent. The signature covers these bytes.</summary>
/// <param name="Bytes">What goes over the wire.</param>
/// <param name="Gzip">Whether they are compressed.</param>
internal readonly record struct SentBody(byte[] Bytes, bool Gzip)
{
    // Below it compression saves less than its header costs.
    private const int GzipFromBytes = 1024;

    /// <summary>Compresses what is worth it.</summary>
    public static SentBody Of(ReadOnlySpan<byte> plain, CompressionLevel level)
    {
        if (plain.Length <= GzipFromBytes) return new SentBody(plain.ToArray(), false);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, level, leaveOpen: true)) gzip.Write(plain);
        return new SentBody(compressed.ToArray(), true);
    }
}
