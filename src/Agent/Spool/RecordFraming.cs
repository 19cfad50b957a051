using System.Buffers.Binary;

namespace HostAtlas.Agent.Spool;

/// <summary>
/// A report as it lies in a segment file, little-endian:
/// <code>
/// magic 4 "HAr1" ‖ length 4 ‖ sequence 8 ‖ at 8 (Unix ms) ‖ CRC-32C of the payload 4 ‖ CRC-32C of the 28 bytes before 4 ‖ payload
/// </code>
/// The header has a checksum of its own: with a damaged payload the length still holds and the next record is where it should be. With a
/// damaged header the reader looks for the next magic whose checksums are right. Sequences have no holes, so what is missing can be
/// counted.
/// </summary>
internal static class RecordFraming
{
    public const int HeaderBytes = 32;

    /// <summary>Largest payload. A report with the most names the protocol allows stays below it.</summary>
    public const int PayloadMaxBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "HAr1"u8;

    public static int SizeBytes(int payloadBytes) => HeaderBytes + payloadBytes;

    public static void Write(Span<byte> destination, long sequence, long atMs, ReadOnlySpan<byte> payload)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], atMs);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Crc32C.Of(payload));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], Crc32C.Of(destination[..28]));
        payload.CopyTo(destination[HeaderBytes..]);
    }

    /// <summary>Finds all whole records of a segment. Never throws, whatever the bytes.</summary>
    public static SegmentScan Scan(ReadOnlyMemory<byte> segment)
    {
        var records = new List<SpoolRecord>();
        long highest = 0;
        int at = 0, end = 0;
        while (at < segment.Length)
        {
            var bytes = segment.Span[at..];
            if (!TryReadHeader(bytes, out var length, out var sequence, out var atMs, out var crc))
            {
                var next = bytes[1..].IndexOf(Magic);
                if (next < 0) break;
                at += 1 + next;
                continue;
            }
            if (bytes.Length < SizeBytes(length)) break;
            var payload = segment.Slice(at + HeaderBytes, length);
            at += SizeBytes(length);
            end = at;
            highest = Math.Max(highest, sequence);
            // A payload that was damaged leaves a hole in the sequence and nothing else. One that stands out of order is no record of this
            // log.
            if (Crc32C.Of(payload.Span) == crc && (records.Count == 0 || sequence > records[^1].Sequence))
                records.Add(new SpoolRecord(sequence, atMs, payload, end));
        }
        return new SegmentScan(records, highest, end);
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> bytes, out int length, out long sequence, out long atMs, out uint crc)
    {
        (length, sequence, atMs, crc) = (0, 0, 0, 0);
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) != Crc32C.Of(bytes[..28])) return false;
        length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        atMs = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]);
        return length is >= 0 and <= PayloadMaxBytes && sequence > 0;
    }
}

/// <summary>
/// One report: its place in the log, its time (Unix ms) and its JSON. <paramref name="EndBytes"/>: where it ends in the bytes that were
/// scanned.
/// </summary>
public readonly record struct SpoolRecord(long Sequence, long AtMs, ReadOnlyMemory<byte> Payload, int EndBytes);

/// <summary>
/// What a segment holds. <paramref name="HighestSequence"/> counts damaged payloads too, so that no number is given twice; behind
/// <paramref name="EndBytes"/> nothing whole follows: a torn tail.
/// </summary>
internal sealed record SegmentScan(IReadOnlyList<SpoolRecord> Records, long HighestSequence, int EndBytes);
