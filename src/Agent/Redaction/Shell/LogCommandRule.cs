using System.Buffers;
using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// Commands within lines of logs: what sudo (<c>COMMAND=</c>), cron (<c>CMD (</c>), a traced script (<c>+ x</c>), a pipeline (<c>$ x</c>)
/// and
/// systemd (<c>ExecStart=</c>) write as such, programs of the table wherever they stand, also as a list of quoted arguments.
/// </summary>
internal static class LogCommandRule
{
    private static readonly string[] Openings = ["COMMAND=", "CMD (", "CMDEND (", "ExecStart=", "ExecStartPre=", "ExecStartPost=",
        "ExecReload=", "ExecStop=", "cmdline="];

    private static readonly SearchValues<string> Marks = SearchValues.Create(Openings, StringComparison.Ordinal);

    /// <summary>Finds the secrets of the line's commands.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        var start = Written(text, out var end);
        if (start >= 0) CommandRule.Find(findings, ShellParser.Parse(text, start, end), assignments: true);
        var (from, to) = (start < 0 ? text.Length : start, Math.Max(end, 0));
        if (text.Contains('-') || text.Contains('/') || text.Contains("using", StringComparison.Ordinal))
        {
            Programs(findings, from, to);
            return;
        }
        // Without any flag it may be a sentence (vault login failed): only what looks like a secret counts.
        var inner = new Findings(text) { IsCommand = findings.IsCommand };
        Programs(inner, from, to);
        foreach (var (found, behind, rule) in inner.All)
        {
            var value = text.AsSpan(found, behind - found);
            if (Looks.Password(value) || Looks.Token(value)) findings.AddWord(found, behind, rule);
        }
    }

    private static int Written(string text, out int end)
    {
        end = text.Length;
        var mark = text.AsSpan().IndexOfAny(Marks);
        if (mark >= 0)
        {
            var opening = text.AsSpan(mark).IndexOfAny("=(");
            if (text[mark + opening] == '(' && text.LastIndexOf(')') is var close && close > mark) end = close;
            return mark + opening + 1;
        }
        var first = Blank.Skip(text, 0);
        if (first + 1 < text.Length && text[first] is '$' or '+' && (Blank.Is(text[first + 1]) || text[first + 1] == '+')) return first + 1;
        if (text.IndexOf(" : RUN ", StringComparison.Ordinal) is > 0 and var run) return run + 7;
        if (text.IndexOf("] RUN ", StringComparison.Ordinal) is > 0 and var step) return step + 6;
        return -1;
    }

    // Words that are programs; what lies within the command that was found already is not looked at again.
    private static void Programs(Findings findings, int skipFrom, int skipTo)
    {
        var text = findings.Text;
        var lastPipe = text.LastIndexOf('|');
        var quotes = new OpenQuotes(text);
        var at = 0;
        while (at < text.Length)
        {
            if (at >= skipFrom && at < skipTo)
            {
                at = skipTo;
                continue;
            }
            if (!IsNamePart(text[at]))
            {
                at++;
                continue;
            }
            var end = at;
            while (end < text.Length && IsNamePart(text[end])) end++;
            var isFeeding = text.AsSpan(at, end - at) is "echo" or "printf" && end < lastPipe;
            if ((isFeeding || ProgramTable.Find(text.AsSpan(at, end - at)) is not null) && end < text.Length)
                at = Arguments(findings, quotes, at, end);
            else at = end;
        }
    }

    private static int Arguments(Findings findings, OpenQuotes quotes, int start, int end)
    {
        var text = findings.Text;
        if (text[end] is '"' or '\'' && start > 0 && text[start - 1] == text[end]
            && TryList(findings, start - 1, out var next)) return next;
        if (!Blank.Is(text[end])) return end;
        var limit = quotes.EndBehind(start);
        CommandRule.Find(findings, ShellParser.Parse(text, start, limit), assignments: false);
        return limit;
    }

    // ['mysqldump', '-px'] and ["mysqldump","-px"]
    private static bool TryList(Findings findings, int at, out int next)
    {
        var text = findings.Text;
        var command = new ShellCommand();
        next = at;
        while (ValueScanner.TryReadQuoted(text, at, out var item))
        {
            var word = new ShellWord { IsQuoted = true, EndInLine = item.Next };
            for (var i = item.Start; i < item.End; i++) word.Add(text[i], i);
            command.Words.Add(word);
            next = item.Next;
            at = Blank.Skip(text, item.Next);
            if (at < text.Length && text[at] == ',') at = Blank.Skip(text, at + 1);
            else if (at == item.Next) break;
        }
        if (command.Words.Count < 2) return false;
        var pipeline = new ShellPipeline();
        pipeline.Commands.Add(command);
        CommandRule.Find(findings, [pipeline], assignments: false);
        return true;
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '\\';
}
