using System.Text;
using HostAtlas.Shared;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Writes a metric's name with one label, as the grammar of <see cref="MetricName"/> wants it.</summary>
internal static class SeriesName
{
    /// <summary>
    /// <paramref name="metric"/> and <paramref name="label"/> are ASCII; e.g. <c>disk.used_bytes{mount="/srv"}</c>. What a label's value
    /// must not hold (quote, backslash, control characters, broken UTF-8) becomes <c>?</c>; a value too long for a name is cut and ends
    /// in <c>?</c>. Two odd names can thus meet in one; the first stays.
    /// </summary>
    public static string With(string metric, string label, string value)
    {
        var room = Limits.LabelledNameBytes - metric.Length - label.Length - "{=\"\"}".Length - "?".Length;
        var name = new StringBuilder(metric).Append('{').Append(label).Append("=\"");
        foreach (var rune in value.EnumerateRunes())
        {
            var allowed = IsAllowed(rune) ? rune : new Rune('?');
            room -= allowed.Utf8SequenceLength;
            if (room < 0)
            {
                name.Append('?');
                break;
            }
            name.Append(allowed.ToString());
        }
        return name.Append("\"}").ToString();
    }

    // EnumerateRunes gives U+FFFD for half a surrogate pair, and so did the decoder for bytes that are no UTF-8.
    private static bool IsAllowed(Rune rune) => rune.Value is not ('"' or '\\' or 0xFFFD) && !Rune.IsControl(rune);
}
