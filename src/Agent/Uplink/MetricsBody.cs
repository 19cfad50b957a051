using System.Buffers;
using System.IO.Compression;
using System.Text;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Uplink;

/// <summary>
/// The bytes of <c>POST /api/agent/metrics</c>. The spool holds each report as the JSON it is sent as, so that nothing is parsed and
/// written again: <see cref="MetricsBatch"/> is the shape of the result.
/// </summary>
internal static class MetricsBody
{
    private const int GzipFromBytes = 1024;

    /// <summary>The body and whether it is compressed. The signature covers these bytes.</summary>
    public static (byte[] Body, bool Gzip) Write(Guid batch, IReadOnlyList<SpoolRecord> reports)
    {
        var head = Encoding.ASCII.GetBytes($"{{\"batch\":\"{batch:D}\",\"reports\":[");
        var buffer = new ArrayBufferWriter<byte>(head.Length + reports.Sum(r => r.Payload.Length + 1) + 2);
        buffer.Write(head);
        for (var i = 0; i < reports.Count; i++)
        {
            if (i > 0) buffer.Write(","u8);
            buffer.Write(reports[i].Payload.Span);
        }
        buffer.Write("]}"u8);
        if (buffer.WrittenCount <= GzipFromBytes) return (buffer.WrittenSpan.ToArray(), false);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(buffer.WrittenSpan);
        return (compressed.ToArray(), true);
    }
}
