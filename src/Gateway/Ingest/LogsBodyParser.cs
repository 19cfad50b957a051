using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// Bytes of <c>POST /api/agent/logs</c> -> batch. Pure. The texts of all lines go into one piece of memory; no line is an object.
/// <code>
/// {"batch": uuid v4, "lines": [{"at": unix ms, "source": "/var/log/auth.log", "text": "…"}]}
/// </code>
/// </summary>
internal static class LogsBodyParser
{
    private static readonly string TextTooLong = $"A line has at most {Limits.LogTextBytes} bytes of UTF-8.",
        SourceExpected = $"A source of 1 to {Limits.LogSourceLength} characters is expected.";

    /// <summary>Parses a decoded body; <paramref name="signature"/> is the request's.</summary>
    public static AgentBody Parse(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> signature)
    {
        if (BatchJson.Fault(utf8) is { } malformed) return AgentBody.NotJson(malformed);
        var faults = new ContentFaults();
        using var lines = new Lines(utf8.Length);
        var reader = new Utf8JsonReader(utf8, BatchJson.Strict);
        reader.Read();
        long? key = null;
        var hasLines = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !faults.IsFull)
        {
            if (reader.ValueTextEquals("batch"u8))
            {
                if (key is not null) faults.Add("/batch", "The member is given twice.");
                key = BatchJson.ReadKey(ref reader, faults);
            }
            else if (reader.ValueTextEquals("lines"u8))
            {
                // A second list would be more than there is room for, and is refused anyway.
                if (!hasLines) ReadLines(ref reader, utf8, lines, faults);
                else
                {
                    faults.Add("/lines", "The member is given twice.");
                    reader.Skip();
                }
                hasLines = true;
            }
            else
            {
                reader.Skip();
            }
        }
        if (!faults.IsFull && key is null) faults.Add("/batch", BatchJson.KeyMissing);
        if (!faults.IsFull && !hasLines) faults.Add("/lines", "The member is missing.");
        return faults.Errors is { } errors
            ? AgentBody.Invalid(errors)
            : AgentBody.Of(new LogsPayload(lines.Batch(key!.Value, BinaryPrimitives.ReadInt64BigEndian(signature))));
    }

    private static void ReadLines(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, Lines lines, ContentFaults faults)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            faults.Add("/lines", "A list of lines is expected.");
            reader.Skip();
            return;
        }
        var index = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index == Limits.LinesPerBatch)
            {
                faults.Add("/lines", $"A batch holds at most {Limits.LinesPerBatch} lines.");
                BatchJson.SkipRestOfArray(ref reader);
                return;
            }
            ReadLine(ref reader, utf8, index++, lines, faults);
            if (faults.IsFull) return;
        }
        if (index == 0) faults.Add("/lines", "At least one line is expected.");
    }

    private static void ReadLine(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, int index, Lines lines, ContentFaults faults)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            faults.Add(Pointer(index, ""), "A line is an object.");
            reader.Skip();
            return;
        }
        long? at = null;
        Token? source = null, text = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("at"u8))
            {
                if (at is not null) faults.Add(Pointer(index, "/at"), "The member is given twice.");
                at = ReadTime(ref reader, index, faults);
            }
            else if (reader.ValueTextEquals("source"u8)) source = ReadText(ref reader, source, index, "/source", faults);
            else if (reader.ValueTextEquals("text"u8)) text = ReadText(ref reader, text, index, "/text", faults);
            else reader.Skip();
            if (faults.IsFull) return;
        }
        if (at is null) faults.Add(Pointer(index, "/at"), "The member is missing: Unix milliseconds.");
        if (source is null) faults.Add(Pointer(index, "/source"), "The member is missing.");
        if (text is null) faults.Add(Pointer(index, "/text"), "The member is missing.");
        if (at is not { } time || source is not { } from || text is not { } what) return;
        var (sourceFits, textFits) = lines.Add(utf8, time, index, from, what);
        if (!sourceFits) faults.Add(Pointer(index, "/source"), SourceExpected);
        if (!textFits) faults.Add(Pointer(index, "/text"), TextTooLong);
    }

    private static long ReadTime(ref Utf8JsonReader reader, int index, ContentFaults faults)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var at) && at >= 0) return at;
        faults.Add(Pointer(index, "/at"), "A whole number of Unix milliseconds is expected.");
        reader.Skip();
        return 0;
    }

    private static Token ReadText(ref Utf8JsonReader reader, Token? before, int index, string member, ContentFaults faults)
    {
        if (before is not null) faults.Add(Pointer(index, member), "The member is given twice.");
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return new Token((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
        faults.Add(Pointer(index, member), "A text is expected.");
        reader.Skip();
        // Stands in; with a fault among them nobody looks at the lines.
        return new Token(0, 1, IsEscaped: false);
    }

    private static string Pointer(int index, string member) => string.Create(CultureInfo.InvariantCulture, $"/lines/{index}{member}");

    /// <summary>A text between its quotes, as it stands in the body.</summary>
    private readonly record struct Token(int Start, int Length, bool IsEscaped);

    /// <summary>The entries so far, in a rented piece of memory that holds any body's: no text is longer than it was sent.</summary>
    private sealed class Lines(int bodyBytes) : IDisposable
    {
        private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(bodyBytes + (Limits.LinesPerBatch * LogEntry.HeadBytes));
        private readonly List<LogRow> _rows = [];
        private int _length;

        public (bool SourceFits, bool TextFits) Add(ReadOnlySpan<byte> utf8, long at, int number, Token source, Token text)
        {
            var start = _length;
            var from = start + LogEntry.HeadBytes;
            var sourceBytes = Copy(utf8, source, from);
            var textBytes = Copy(utf8, text, from + sourceBytes);
            var characters = Encoding.UTF8.GetCharCount(_bytes.AsSpan(from, sourceBytes));
            if (characters is < 1 or > Limits.LogSourceLength) return (false, textBytes <= Limits.LogTextBytes);
            if (textBytes > Limits.LogTextBytes) return (true, false);
            LogEntry.WriteHead(_bytes.AsSpan(start), sourceBytes);
            _length = from + sourceBytes + textBytes;
            _rows.Add(new LogRow(at, number, start, _length - start));
            return (true, true);
        }

        public LogBatch Batch(long key, long signatureKey) => new(key, signatureKey, _bytes.AsSpan(0, _length).ToArray(), _rows);

        public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

        private int Copy(ReadOnlySpan<byte> utf8, Token token, int to)
        {
            var sent = utf8.Slice(token.Start, token.Length);
            if (!token.IsEscaped)
            {
                sent.CopyTo(_bytes.AsSpan(to));
                return sent.Length;
            }
            var reader = new Utf8JsonReader(utf8.Slice(token.Start - 1, token.Length + 2));
            reader.Read();
            return reader.CopyString(_bytes.AsSpan(to));
        }
    }
}
