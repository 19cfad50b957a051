using System.Buffers.Binary;

namespace HostAtlas.Engine.Logs;

/// <summary>
/// One request's lines as the gateway parsed them: all texts in one piece of memory, as they will be sealed. No line is an object.
/// </summary>
/// <param name="Key">Eight bytes of the batch id; with server, time and number it makes a row unique.</param>
/// <param name="SignatureKey">Eight bytes of the signature: tells a replay from a retry when a row is there already.</param>
/// <param name="Bytes">The entries (<see cref="LogEntry"/>) one behind another.</param>
/// <param name="Rows">One row a line.</param>
public sealed record LogBatch(long Key, long SignatureKey, byte[] Bytes, IReadOnlyList<LogRow> Rows)
{
    /// <summary>The entry of a row.</summary>
    public ReadOnlySpan<byte> EntryOf(LogRow row) => Bytes.AsSpan(row.Offset, row.Length);
}

/// <summary>One line.</summary>
/// <param name="AtMs">Unix milliseconds, from the signed body. Lines of a batch may share one.</param>
/// <param name="Number">Its place in the body as sent, from 0: the same in each send of the batch, whatever has expired meanwhile.</param>
/// <param name="Offset">Where its entry begins in <see cref="LogBatch.Bytes"/>.</param>
/// <param name="Length">The entry's bytes.</param>
public readonly record struct LogRow(long AtMs, int Number, int Offset, int Length);

/// <summary>
/// What is sealed of a line: <c>length of the source u16 big-endian ‖ source (UTF-8) ‖ text (UTF-8)</c>. Where a line comes from says as
/// much of a host as what is in it, so the database sees neither.
/// </summary>
public static class LogEntry
{
    /// <summary>Bytes before the source.</summary>
    public const int HeadBytes = sizeof(ushort);

    /// <summary>Writes the length before a source that is in its place already.</summary>
    public static void WriteHead(Span<byte> entry, int sourceBytes) => BinaryPrimitives.WriteUInt16BigEndian(entry, (ushort)sourceBytes);

    /// <summary>Source and text; <see cref="InvalidDataException"/> when the bytes are no entry.</summary>
    public static void Read(ReadOnlySpan<byte> entry, out ReadOnlySpan<byte> source, out ReadOnlySpan<byte> text)
    {
        if (entry.Length < HeadBytes || entry.Length < HeadBytes + BinaryPrimitives.ReadUInt16BigEndian(entry))
            throw new InvalidDataException("A line of the log is no entry of this version.");
        var length = BinaryPrimitives.ReadUInt16BigEndian(entry);
        source = entry.Slice(HeadBytes, length);
        text = entry[(HeadBytes + length)..];
    }
}
