using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>Passwords in statements: <c>IDENTIFIED BY 'x'</c>, and the column of an <c>INSERT</c> that is called after a secret.</summary>
internal static class SqlRule
{
    private const int MostColumns = 64;

    private static readonly System.Buffers.SearchValues<string> Statements =
        System.Buffers.SearchValues.Create(["identified", "insert into", "replace into"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds them.</summary>
    public static void Find(Findings findings)
    {
        SqlPasswords.Find(findings);
        if (findings.Text.AsSpan().IndexOfAny(Statements) < 0) return;
        FindIdentified(findings);
        FindInsert(findings);
    }

    private static void FindIdentified(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && text.AsSpan(at).IndexOf("identified", StringComparison.OrdinalIgnoreCase) is >= 0 and var hit)
        {
            at += hit + 10;
            // IDENTIFIED [WITH plugin] BY|AS [PASSWORD] 'x'
            var place = at;
            for (var words = 0; words < 5; words++)
            {
                place = Blank.Skip(text, place);
                if (place >= text.Length) return;
                if (ValueScanner.TryReadQuoted(text, place, out var quoted))
                {
                    var before = text.AsSpan(at, place - at).TrimEnd();
                    if (before.EndsWith("by", StringComparison.OrdinalIgnoreCase)
                        || before.EndsWith("as", StringComparison.OrdinalIgnoreCase)
                        || before.EndsWith("replace", StringComparison.OrdinalIgnoreCase)
                        || before.EndsWith("values", StringComparison.OrdinalIgnoreCase)
                        || before.EndsWith("password", StringComparison.OrdinalIgnoreCase)) Note(findings, quoted);
                    place = quoted.Next;
                    continue;
                }
                var end = Blank.EndOfWord(text, place);
                var word = text.AsSpan(place, end - place);
                var by = text.AsSpan(at, place - at).TrimEnd().EndsWith("by", StringComparison.OrdinalIgnoreCase);
                if (by && !word.Equals("password", StringComparison.OrdinalIgnoreCase))
                {
                    // Oracle takes it without quotes.
                    var bare = word.TrimEnd(";\"'");
                    Note(findings, new ValueSpan(place, place + bare.Length, end, false));
                    break;
                }
                place = end;
            }
        }
    }

    // INSERT INTO t (a, password) VALUES ('x', 'y'): the value at the column's place, in every row.
    private static void FindInsert(Findings findings)
    {
        var text = findings.Text;
        var insert = text.IndexOf("insert into", StringComparison.OrdinalIgnoreCase);
        if (insert < 0) insert = text.IndexOf("replace into", StringComparison.OrdinalIgnoreCase);
        if (insert < 0) return;
        var open = text.IndexOf('(', insert);
        var close = open < 0 ? -1 : text.IndexOf(')', open);
        if (close < 0) return;
        var values = text.IndexOf("values", close, StringComparison.OrdinalIgnoreCase);
        if (values < 0) return;
        Span<bool> secret = stackalloc bool[MostColumns];
        secret.Clear();
        var count = 0;
        var any = false;
        foreach (var range in text.AsSpan(open + 1, close - open - 1).Split(','))
        {
            if (count == MostColumns) break;
            var column = text.AsSpan(open + 1, close - open - 1)[range].Trim(" \t`\"[]'");
            any |= secret[count++] = KeyName.Classify(column) is KeyKind.Password or KeyKind.Strong or KeyKind.Key;
        }
        if (any) Rows(findings, values + 6, secret[..count]);
    }

    private static void Rows(Findings findings, int at, ReadOnlySpan<bool> secret)
    {
        var text = findings.Text;
        var column = -1;
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '(') column = column < 0 ? 0 : column;
            else if (c == ')') column = -1;
            else if (c == ',' && column >= 0) column++;
            else if (column >= 0 && !Blank.Is(c))
            {
                var value = ValueScanner.TryReadQuoted(text, at, out var quoted) ? quoted : Bare(text, at);
                if (column < secret.Length && secret[column]) Note(findings, value);
                at = Math.Max(at + 1, value.Next);
                continue;
            }
            at++;
        }
    }

    private static ValueSpan Bare(string text, int at)
    {
        var length = text.AsSpan(at).IndexOfAny(",() ");
        var end = length < 0 ? text.Length : at + Math.Max(1, length);
        return new ValueSpan(at, end, end, false);
    }

    private static void Note(Findings findings, ValueSpan value)
    {
        if (!NoSecret.Is(value.In(findings.Text))) findings.Add(value.Start, value.End, RuleNames.Sql);
    }
}
