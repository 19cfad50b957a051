using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// What a job calls an address with is there to let it in: <c>wget "https://h/cron.php?key=4c1a9fe07bd2"</c>. In a log's address such a
/// short value behind <c>key=</c> is rather what was looked for.
/// </summary>
internal static class QueryKeys
{
    /// <summary>Notes the keys in the query of a word.</summary>
    public static void Find(Findings findings, ShellWord word)
    {
        var text = word.Text;
        for (var at = text.IndexOf('?', StringComparison.Ordinal); at >= 0 && at < text.Length;)
        {
            var end = ++at;
            while (end < text.Length && text[end] is not ('&' or '#')) end++;
            var sign = text.IndexOf('=', at, end - at);
            if (sign > at && Opens(text.AsSpan(at, sign - at)) && Looks.Mixed(text.AsSpan(sign + 1, end - sign - 1)))
                CommandRule.Note(findings, word, sign + 1, end, RuleNames.NamedValue);
            at = end;
        }
    }

    // key=, cronkey=, auth=; cache_key= does not.
    private static bool Opens(ReadOnlySpan<char> name)
    {
        var isKey = name.EndsWith("key", StringComparison.OrdinalIgnoreCase);
        return KeyName.Classify(name) switch
        {
            KeyKind.Weak => isKey || name.Contains("auth", StringComparison.OrdinalIgnoreCase)
                || name.Contains("cred", StringComparison.OrdinalIgnoreCase),
            KeyKind.None => isKey && name.Length > 3 && char.IsAsciiLetter(name[^4]) && !KeyWords.OtherKeys.Has(name[..^3]),
            _ => false,
        };
    }
}
