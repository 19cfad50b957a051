using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using HostAtlas.Agent.Logs.Cursors;

namespace HostAtlas.Agent.Logs;

/// <summary>
/// A line as the spool keeps it: <c>length of the mark 4, little-endian ‖ mark ‖ JSON of the line as it is sent</c>. The mark stays on the
/// host.
/// </summary>
internal static class LogRecord
{
    // Text in other scripts stays as short as it is: what reads it is a parser, not a page.
    private static readonly JsonWriterOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(LogMark mark, long atMs, string source, string text)
    {
        var markBytes = mark.ToBytes();
        using var bytes = new MemoryStream(markBytes.Length + text.Length + source.Length + 64);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, markBytes.Length);
        bytes.Write(length);
        bytes.Write(markBytes);
        using (var writer = new Utf8JsonWriter(bytes, AsItIs))
        {
            writer.WriteStartObject();
            writer.WriteNumber("at", atMs);
            writer.WriteString("source", source);
            writer.WriteString("text", text);
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>What of a record is sent.</summary>
    public static ReadOnlyMemory<byte> Json(ReadOnlyMemory<byte> payload) => payload[(4 + MarkBytes(payload))..];

    /// <summary>What of a record stays.</summary>
    public static LogMark Mark(ReadOnlyMemory<byte> payload) => LogMark.Read(payload.Slice(4, MarkBytes(payload)));

    private static int MarkBytes(ReadOnlyMemory<byte> payload) => BinaryPrimitives.ReadInt32LittleEndian(payload.Span);
}
