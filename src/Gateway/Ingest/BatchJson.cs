using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace HostAtlas.Gateway.Ingest;

/// <summary>What the bodies of batches have in common: a first pass that proves them, and the batch's key.</summary>
internal static class BatchJson
{
    /// <summary>What is wrong without a key.</summary>
    public const string KeyMissing = "The member is missing: a fresh UUID v4, kept when the batch is sent again.";

    /// <summary>Four levels are used; members that are not ours may be somewhat deeper. A bound, since depth costs the reader
    /// memory.</summary>
    public static readonly JsonReaderOptions Strict = new() { MaxDepth = 16 };

    /// <summary>
    /// Why the bytes are no JSON object of UTF-8; null when they are one. What has passed here never makes a second pass throw.
    /// </summary>
    public static string? Fault(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) return "The body is not UTF-8.";
        try
        {
            var reader = new Utf8JsonReader(utf8, Strict);
            reader.Read();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
                if (reader.ValueIsEscaped && !JsonText.IsUnicode(reader.ValueSpan)) throw new JsonException("Half of a surrogate pair.");
            }
            return isObject ? null : "The body is no JSON object.";
        }
        catch (JsonException fault)
        {
            return WhyNot(fault);
        }
    }

    /// <summary>For people.</summary>
    public static string WhyNot(JsonException fault) => fault.LineNumber is { } line
        ? $"The body is not JSON (line {line + 1}, byte {fault.BytePositionInLine})."
        : "The body holds text that is not Unicode.";

    /// <summary>Reads the value of <c>batch</c>: eight bytes of a UUID v4.</summary>
    public static long ReadKey(ref Utf8JsonReader reader, ContentFaults faults)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && TryReadUuid4(reader.ValueSpan, out var id))
        {
            Span<byte> bytes = stackalloc byte[16];
            id.TryWriteBytes(bytes, bigEndian: true, out _);
            // The second half: it holds 62 random bits, the first one only 60.
            return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
        }
        faults.Add("/batch", "A UUID v4 in lower case with hyphens is expected.");
        reader.Skip();
        return 0;
    }

    /// <summary>Goes from an element of an array to the array's end.</summary>
    public static void SkipRestOfArray(ref Utf8JsonReader reader)
    {
        do reader.Skip();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray);
    }

    private static bool TryReadUuid4(ReadOnlySpan<byte> text, out Guid id) =>
        Utf8Parser.TryParse(text, out id, out var consumed, 'D') && consumed == text.Length
        && !text.ContainsAnyInRange((byte)'A', (byte)'Z') && id.Version == 4 && (id.Variant & 0xC) == 0x8;
}
