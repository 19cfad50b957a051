using System.Text;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>Cuts configurations into words: blanks part them, quotes of either kind hold them together, a backslash takes the next sign as
/// it is, <c>#</c> begins a comment where a word could begin. Pure, one pass, and bounded in what it keeps of one word.</summary>
internal static class ConfigWords
{
    private const int WordMax = 4096, WordsMax = 64;

    /// <summary>The words of each line that has any. <paramref name="continued"/>: a backslash at a line's end joins the next to
    /// it.</summary>
    public static IEnumerable<IReadOnlyList<string>> Lines(string text, bool continued)
    {
        if (continued) text = text.Replace("\\\r\n", " ", StringComparison.Ordinal).Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var words = Cut(line, ends: "");
            if (words.Count > 0) yield return words[0];
        }
    }

    /// <summary>The words of each statement; <c>;</c>, <c>{</c> and <c>}</c> end one.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Statements(string text) => Cut(text, ends: ";{}");

    /// <summary>Joins each line that begins with a blank to the one before, and drops comments.</summary>
    public static string JoinIndented(string text)
    {
        var joined = new StringBuilder(text.Length);
        foreach (var line in text.Split('\n').Where(line => line.AsSpan().Trim() is { Length: > 0 } words && words[0] != '#'))
        {
            if (line[0] is ' ' or '\t') joined.Append(' ').Append(line.AsSpan().Trim());
            else joined.Append('\n').Append(line.AsSpan().TrimEnd());
        }
        return joined.ToString();
    }

    private static List<IReadOnlyList<string>> Cut(string text, string ends)
    {
        var statements = new List<IReadOnlyList<string>>();
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, inWord) = ('\0', false);
        for (var i = 0; i < text.Length; i++)
        {
            var sign = text[i];
            if (quote != '\0')
            {
                if (sign == quote) quote = '\0';
                else if (sign == '\\' && quote == '"' && i + 1 < text.Length) Append(word, text[++i]);
                else Append(word, sign);
            }
            else if (sign == '#' && !inWord)
            {
                while (i + 1 < text.Length && text[i + 1] != '\n') i++;
            }
            else if (sign is '"' or '\'') (quote, inWord) = (sign, true);
            else if (sign == '\\' && i + 1 < text.Length)
            {
                Append(word, text[++i]);
                inWord = true;
            }
            else if (char.IsWhiteSpace(sign)) inWord = EndWord(words, word, inWord);
            else if (ends.Contains(sign, StringComparison.Ordinal))
            {
                inWord = EndWord(words, word, inWord);
                if (words.Count > 0) statements.Add([.. words]);
                words.Clear();
            }
            else
            {
                Append(word, sign);
                inWord = true;
            }
        }
        EndWord(words, word, inWord);
        if (words.Count > 0) statements.Add(words);
        return statements;
    }

    private static bool EndWord(List<string> words, StringBuilder word, bool inWord)
    {
        if (inWord && words.Count < WordsMax) words.Add(word.ToString());
        word.Clear();
        return false;
    }

    private static void Append(StringBuilder word, char sign)
    {
        if (word.Length < WordMax) word.Append(sign);
    }
}
