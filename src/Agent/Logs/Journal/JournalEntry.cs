using System.Globalization;
using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Logs.Journal;

/// <summary>
/// One entry of <c>journalctl -o json</c> (systemd.journal-fields(7)). Only what is asked for is read; any member may be missing, null, an
/// array of bytes, or an array of values.
/// </summary>
/// <param name="Cursor">Its place in the journal.</param>
/// <param name="At">When journald received it; null when it does not say.</param>
/// <param name="Source">E.g. <c>journald:sshd.service</c>.</param>
/// <param name="Message">UTF-8 or what stood there; may have several lines.</param>
internal sealed record JournalEntry(string Cursor, DateTimeOffset? At, string Source, byte[] Message)
{
    /// <summary>What journalctl is asked for.</summary>
    public const string Fields = "MESSAGE,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER,_TRANSPORT";

    private const int SourceLength = 1024;

    /// <summary>Reads a line; null when it is no entry with a cursor.</summary>
    public static JournalEntry? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            var entry = document.RootElement;
            if (entry.ValueKind != JsonValueKind.Object || Text(entry, "__CURSOR") is not { Length: > 0 } cursor) return null;
            return new JournalEntry(cursor, TimeOf(Text(entry, "__REALTIME_TIMESTAMP")), SourceOf(entry), Bytes(entry, "MESSAGE"));
        }
        catch (JsonException)
        {
            // A line that was cut, by a journalctl that was killed.
            return null;
        }
    }

    /// <summary>An entry that is too long to be read: only where it stands is taken from its pieces.</summary>
    /// <param name="pieces">Its beginning and its end.</param>
    public static JournalEntry? TooLong(ReadOnlySpan<byte> pieces)
    {
        // In a value the quotes would be escaped: this can only be the member.
        var member = "\"__CURSOR\":\""u8;
        var at = pieces.IndexOf(member);
        if (at < 0) return null;
        var value = pieces[(at + member.Length)..];
        var end = value.IndexOf((byte)'"');
        return end <= 0 ? null
            : new JournalEntry(Encoding.UTF8.GetString(value[..end]), null, "journald:other", Encoding.UTF8.GetBytes(Placeholder.Filtered));
    }

    // What systemd itself says about a unit carries the unit's name in UNIT; of anybody else that field is only a claim.
    private static string SourceOf(JsonElement entry)
    {
        var unit = Text(entry, "_SYSTEMD_UNIT");
        if (unit is "init.scope" && Text(entry, "UNIT") is { Length: > 0 } about) unit = about;
        var name = unit is { Length: > 0 } ? unit
            : Text(entry, "_TRANSPORT") is "kernel" ? "kernel"
            : Text(entry, "SYSLOG_IDENTIFIER") is { Length: > 0 } identifier ? identifier : "other";
        var source = "journald:" + new string([.. name.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return source.Length <= SourceLength ? source : source[..SourceLength];
    }

    private static DateTimeOffset? TimeOf(string? microseconds) =>
        long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var since1970)
            && since1970 / 1000 <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(since1970 / 1000) : null;

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Text; bytes as numbers when they are no UTF-8 or have control characters; several when the field was given more than once.
    private static byte[] Bytes(JsonElement entry, string name)
    {
        if (!entry.TryGetProperty(name, out var value)) return [];
        return value.ValueKind switch
        {
            JsonValueKind.String => Encoding.UTF8.GetBytes(value.GetString()!),
            JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number) =>
                [.. value.EnumerateArray().Select(item => item.TryGetByte(out var b) ? b : (byte)'?')],
            JsonValueKind.Array => Encoding.UTF8.GetBytes(string.Join('\n', value.EnumerateArray()
                .Select(item => item.ValueKind == JsonValueKind.String ? item.GetString() : Placeholder.Filtered))),
            // Too large for journalctl to print.
            JsonValueKind.Null => Encoding.UTF8.GetBytes(Placeholder.Filtered),
            _ => [],
        };
    }
}
