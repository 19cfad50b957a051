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
    /// <summary>The body as it is sent: cheaply, since there is one at each tick.</summary>
    public static SentBody Encode(ReadOnlySpan<byte> plain) => SentBody.Of(plain, CompressionLevel.Fastest);

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
