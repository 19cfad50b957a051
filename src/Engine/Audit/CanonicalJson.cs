using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace HostAtlas.Engine.Audit;

/// <summary>
/// JSON in the one form that RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785) leaves: members in the order of their names by UTF-16 code
/// units, no white space, and only those characters escaped that must be. Numbers are whole and exact here; others are refused, so the
/// rules for fractions are not needed. What is hashed must have one spelling, or two programs would disagree on the same entry.
/// </summary>
public static partial class CanonicalJson
{
    // Beyond it a double no longer tells neighbours apart, and RFC 8785 takes numbers for doubles.
    private const long LargestWhole = 1L << 53;

    /// <summary>The bytes of a value; <see cref="ArgumentException"/> for a number that is not whole or too large.</summary>
    public static byte[] Write(JsonNode? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The object that bytes in this very form say, or null when they are of any other form.</summary>
    public static JsonObject? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var read = JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { MaxDepth = 8 }) as JsonObject;
            return read is not null && Write(read).AsSpan().SequenceEqual(bytes) ? read : null;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            // The second kind: a member twice.
            return null;
        }
    }

    private static void Write(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                text.Append('{');
                var separator = "";
                foreach (var (name, member) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    text.Append(separator);
                    Write(text, name);
                    text.Append(':');
                    Write(text, member);
                    separator = ",";
                }
                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0) text.Append(',');
                    Write(text, items[i]);
                }
                text.Append(']');
                break;
            default:
                WriteScalar(text, value.AsValue());
                break;
        }
    }

    private static void WriteScalar(StringBuilder text, JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                Write(text, value.GetValue<string>());
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            default:
                var number = value.ToJsonString();
                if (!Whole().IsMatch(number) || !long.TryParse(number, out var whole) || whole is < -LargestWhole or > LargestWhole)
                    throw new ArgumentException($"{number} is no whole number that RFC 8785 keeps exact.", nameof(value));
                text.Append(number);
                break;
        }
    }

    // https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2.2
    private static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var unit in value)
        {
            _ = unit switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append($"\\u{(int)unit:x4}"),
                _ => text.Append(unit),
            };
        }
        text.Append('"');
    }

    [GeneratedRegex("^(0|-?[1-9][0-9]{0,15})$")]
    private static partial Regex Whole();
}
