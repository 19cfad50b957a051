using System.Buffers;
using System.IO.Compression;
using System.Text;
using HostAtlas.Agent.Spool;

namespace HostAtlas.Agent.Uplink;

/// <summary>
/// The bytes of a batch's request. The spool holds each report and line as the JSON it is sent as, so that nothing is parsed and written
/// again: <see cref="Shared.Wire.MetricsBatch"/> is the shape of the result.
/// </summary>
internal static class BatchBody
{
    private const int GzipFromBytes = 1024;

    /// <summary>The body and whether it is compressed. The signature covers these bytes.</summary>
    public static (byte[] Body, bool Gzip) Write(BatchKind kind, Guid batch, IReadOnlyList<SpoolRecord> records)
    {
        var plain = WritePlain(kind, batch, records);
        if (plain.Length <= GzipFromBytes) return (plain.ToArray(), false);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(plain);
        return (compressed.ToArray(), true);
    }

    /// <summary>The body before it is compressed.</summary>
    public static ReadOnlySpan<byte> WritePlain(BatchKind kind, Guid batch, IReadOnlyList<SpoolRecord> records)
    {
        var head = Encoding.ASCII.GetBytes($"{{\"batch\":\"{batch:D}\",\"{kind.Member}\":[");
        var buffer = new ArrayBufferWriter<byte>(head.Length + records.Sum(r => r.Payload.Length + 1) + 2);
        buffer.Write(head);
        for (var i = 0; i < records.Count; i++)
        {
            if (i > 0) buffer.Write(","u8);
            buffer.Write(kind.Json(records[i].Payload).Span);
        }
        buffer.Write("]}"u8);
        return buffer.WrittenSpan;
    }
}
