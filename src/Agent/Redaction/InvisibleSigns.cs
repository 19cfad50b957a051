using System.Buffers;
using System.Text;

namespace HostAtlas.Agent.Redaction;

/// <summary>
/// A soft hyphen or a space without width within a word makes it another to a program and none to a reader: <c>pass\u00adword=x</c>. A line
/// with such signs is looked at once more without them.
/// </summary>
internal static class InvisibleSigns
{
    private static readonly SearchValues<char> Signs = SearchValues.Create(
        "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff");

    /// <summary>Notes what <paramref name="find"/> finds in the line without them, where it lies in the line.</summary>
    public static void Find(Findings findings, Action<Findings> find)
    {
        var text = findings.Text;
        if (Ascii.IsValid(text) || text.AsSpan().IndexOfAny(Signs) < 0) return;
        var plain = new StringBuilder(text.Length);
        var places = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (Signs.Contains(text[i])) continue;
            plain.Append(text[i]);
            places.Add(i);
        }
        var inner = new Findings(plain.ToString()) { IsCommand = findings.IsCommand };
        find(inner);
        foreach (var (start, end, rule) in inner.All) findings.AddWord(places[start], places[end - 1] + 1, rule);
    }
}
