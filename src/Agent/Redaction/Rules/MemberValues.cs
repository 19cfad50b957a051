using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// A secret whose name stands beside it or above it: <c>{"name": "DB_PASSWORD", "value": "x"}</c> in either order and with others between,
/// <c>{"password": {"value": "x"}}</c>, <c>&lt;property value="x" name="password"/&gt;</c>. Reads the members of one object or element.
/// </summary>
internal static class MemberValues
{
    private const int Most = 1024, LookBack = 512, MostName = 32;

    private static readonly KeyWords.Set Naming = new("name key k n id field property param parameter parameterkey parameter_key variable "
        + "var env header option attribute label setting fieldname field_name envname env_name title keyname key_name");

    /// <summary>
    /// Notes the members that hold a value, from here to the bracket that closes the object or the element, in objects within it too.
    /// </summary>
    /// <param name="findings">The line.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="from">Where the members begin.</param>
    /// <param name="beside">The name is one of them: then a text or data beside it is another matter.</param>
    public static void Find(Findings findings, in Name name, int from, bool beside = false)
    {
        var text = findings.Text;
        var depth = 0;
        var last = Math.Min(text.Length, from + Most);
        for (var at = from; at < last;)
        {
            var c = text[at];
            if (c is '{') depth++;
            if (c is '>' || (c == '}' && --depth <= 0)) return;
            if (!TryMember(text, at, out var member, out var value))
            {
                at = Math.Max(at + 1, member.Next);
                continue;
            }
            if (text[value] is '{' or '[')
            {
                at = value;
                continue;
            }
            var content = ValueScanner.Read(text, value);
            if (IsContent(member.In(text), beside)) NamedValues.Note(findings, name, content);
            at = Math.Max(at + 1, content.Quoted ? content.Next : content.End);
        }
    }

    /// <summary>The value of the object or the element in which this name is the value of a member called name, key or alike.</summary>
    public static void FindBeside(Findings findings, in Name name)
    {
        var text = findings.Text;
        var near = text.AsSpan(Math.Max(0, name.Start - LookBack), name.Start - Math.Max(0, name.Start - LookBack));
        if (!IsNamed(near)) return;
        var open = near.LastIndexOfAny('{', '<', '}');
        if (open < 0 || near[open] == '}') return;
        Find(findings, name, name.Start - near.Length + open + (near[open] == '<' ? 1 : 0), beside: true);
    }

    // "name": " or name=" or k: stands before.
    private static bool IsNamed(ReadOnlySpan<char> before)
    {
        // The beginning of the value, which a path may precede: /prod/db/password.
        var end = before.Length;
        while (end > 0 && (KeyName.IsPart(before[end - 1]) || before[end - 1] == '/')) end--;
        before = before[..end].TrimEnd("\\\"' ");
        if (before.IsEmpty || before[^1] is not ('=' or ':' or '>')) return false;
        before = before.TrimEnd("=:>").TrimEnd("\\\"' ");
        var start = before.Length;
        while (start > 0 && (char.IsAsciiLetterOrDigit(before[start - 1]) || before[start - 1] == '_')) start--;
        return start < before.Length && Naming.Has(before[start..]);
    }

    // name: or "name": or name=; value: where its value begins.
    private static bool TryMember(string text, int at, out ValueSpan member, out int value)
    {
        value = at;
        member = new ValueSpan(at, at, at, false);
        int end;
        if (ValueScanner.TryReadQuoted(text, at, out var quoted))
        {
            member = quoted;
            end = quoted.Next;
        }
        else
        {
            end = at;
            var last = Math.Min(text.Length, at + MostName);
            while (end < last && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '$' or '#')) end++;
            if (end == at) return false;
            member = new ValueSpan(at, end, end, false);
        }
        var separator = Separator.Read(text, end);
        if (separator.Sign is SeparatorSign.None or SeparatorSign.Call or SeparatorSign.Encoded) return false;
        value = Blank.Skip(text, separator.End);
        return value < text.Length;
    }

    private static bool IsContent(ReadOnlySpan<char> name, bool beside) =>
        (beside ? name is "v" or "V" or "val" or "values" or "contents" or "SecretString" : KeyWords.Contents.Has(name))
        || name.EndsWith("value", StringComparison.OrdinalIgnoreCase);
}
