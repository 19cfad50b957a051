using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>A name in a line that speaks of a secret, and what stands around it.</summary>
/// <param name="Text">The line.</param>
/// <param name="Start">Where the name begins, a flag's hyphens left out.</param>
/// <param name="End">One behind its last character.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Hyphens">The hyphens before it.</param>
internal readonly record struct Name(string Text, int Start, int End, KeyKind Kind, int Hyphens)
{
    /// <summary>The name itself.</summary>
    public ReadOnlySpan<char> Word => Text.AsSpan(Start, End - Start);

    /// <summary>It is a parameter of an address or of a form.</summary>
    public bool InQuery => Start > 0 && (Text[Start - 1] is '?' or '&' || (Text[Start - 1] == ';' && Before("&amp;"))
        || Before("%26") || Before("%3F"));

    /// <summary>Whether this stands right before the name.</summary>
    public bool Before(string sign) => Text.AsSpan(0, Start).EndsWith(sign, StringComparison.OrdinalIgnoreCase);

    /// <summary>It is <c>key</c> alone: the word before it says of what.</summary>
    public bool IsPlainKey => Kind == KeyKind.Weak && KeyWords.Keys.Has(Word);

    /// <summary>It is the first thing of its line, but for an indent, a list's hyphen, a comment's sign or <c>export</c>.</summary>
    public bool BeginsLine
    {
        get
        {
            if (Start - Hyphens > 64) return false;
            var before = Text.AsSpan(0, Start - Hyphens);
            before = before.Trim(" \t#;\"'-");
            return before.Length == 0 || before is "export" or "set" or "SET" or "+";
        }
    }

    /// <summary>The word before the name, without signs.</summary>
    public ReadOnlySpan<char> WordBefore
    {
        get
        {
            var before = Text.AsSpan(Math.Max(0, Start - 48), Start - Math.Max(0, Start - 48)).TrimEnd(" \t\"'`(:-");
            var blank = before.LastIndexOfAny(' ', '\t');
            return before[(blank + 1)..].TrimStart("\"'`([");
        }
    }
}
