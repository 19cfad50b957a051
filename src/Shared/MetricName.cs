using System.Buffers;
using System.Text;

namespace HostAtlas.Shared;

/// <summary>
/// The grammar of a metric's name, as both ends check it, over UTF-8:
/// <code>
/// name   = 1*120 [a-z0-9_.:/-] [ "{" label *("," label) "}" ]        at most 512 bytes and 8 labels in all
/// label  = [a-z_][a-z0-9_]* "=" DQUOTE value DQUOTE                     value: no quote, backslash or control character
/// </code>
/// </summary>
public static class MetricName
{
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.:/-"u8);
    private static readonly SearchValues<byte> LabelBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_"u8);
    private static readonly SearchValues<byte> ForbiddenValueBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\', 0x7F]);

    /// <summary>Whether the UTF-8 text is a name.</summary>
    public static bool IsValid(ReadOnlySpan<byte> name)
    {
        if (name.Length > Limits.LabelledNameBytes) return false;
        var end = name.IndexOfAnyExcept(NameBytes);
        if (end < 0) return name.Length is >= 1 and <= Limits.MetricNameLength;
        return end is >= 1 and <= Limits.MetricNameLength && name[end] == '{' && AreLabels(name[(end + 1)..]);
    }

    /// <summary>Whether the text is a name.</summary>
    public static bool IsValid(string name) => IsValid(Encoding.UTF8.GetBytes(name));

    /// <summary>Splits a query's <c>names=a,b{x="1,2"},c</c> at the commas that stand outside of braces and quotes.</summary>
    public static List<string> SplitList(string list)
    {
        var names = new List<string>();
        var (start, inBraces, inQuotes) = (0, false, false);
        for (var i = 0; i < list.Length; i++)
        {
            switch (list[i])
            {
                case '"': inQuotes = !inQuotes; break;
                case '{' when !inQuotes: inBraces = true; break;
                case '}' when !inQuotes: inBraces = false; break;
                case ',' when !inBraces && !inQuotes: names.Add(list[start..i]); start = i + 1; break;
            }
        }
        names.Add(list[start..]);
        return names;
    }

    private static bool AreLabels(ReadOnlySpan<byte> rest)
    {
        for (var count = 1; count <= Limits.LabelsPerMetric; count++)
        {
            var equals = rest.IndexOfAnyExcept(LabelBytes);
            if (equals < 1 || rest[0] is >= (byte)'0' and <= (byte)'9' || !rest[equals..].StartsWith("=\""u8)) return false;
            rest = rest[(equals + 2)..];
            var quote = rest.IndexOfAny(ForbiddenValueBytes);
            if (quote < 0 || rest[quote] != '"') return false;
            rest = rest[(quote + 1)..];
            if (rest.SequenceEqual("}"u8)) return true;
            if (rest.IsEmpty || rest[0] != ',') return false;
            rest = rest[1..];
        }
        return false;
    }
}
