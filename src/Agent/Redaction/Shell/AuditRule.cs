using System.Text;
using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// The kernel's audit log writes arguments one by one (<c>a0="mysql" a1="-px"</c>) and in hex (<c>proctitle=6D79…</c>), where they hide
/// from
/// every other rule: they are put together, looked at, and what holds a secret is replaced.
/// </summary>
internal static class AuditRule
{
    /// <summary>Finds the secrets of the line.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        Title(findings, "proctitle=");
        Title(findings, "cmd=");
        if (text.Contains("type=EXECVE", StringComparison.Ordinal) || text.Contains("argc=", StringComparison.Ordinal)) Arguments(findings);
    }

    private static void Title(Findings findings, string name)
    {
        var text = findings.Text;
        var hit = text.IndexOf(name, StringComparison.Ordinal);
        if (hit < 0) return;
        var start = hit + name.Length;
        var end = start;
        while (end < text.Length && char.IsAsciiHexDigit(text[end])) end++;
        if (end - start < 12 || (end < text.Length && !Blank.Is(text[end]) && text[end] is not ('"' or '\''))) return;
        if (Decode(text.AsSpan(start, end - start)) is { } command && HoldsSecret(command)) findings.Add(start, end, RuleNames.Audit);
    }

    private static void Arguments(Findings findings)
    {
        var text = findings.Text;
        var command = new ShellCommand();
        var encoded = new List<(int Word, int Start, int End)>();
        var at = text.IndexOf(" a0=", StringComparison.Ordinal);
        for (var number = 0; at >= 0 && number < 4096; number++)
        {
            var start = at + 1 + $"a{number}=".Length;
            if (!text.AsSpan(at).StartsWith($" a{number}=")) break;
            var word = new ShellWord { IsQuoted = true };
            int end;
            if (ValueScanner.TryReadQuoted(text, start, out var quoted))
            {
                end = quoted.Next;
                for (var i = quoted.Start; i < quoted.End; i++) word.Add(text[i], i);
            }
            else
            {
                end = Blank.EndOfWord(text, start);
                // In hex a secret cannot be told from the rest: the whole argument counts.
                foreach (var c in Decode(text.AsSpan(start, end - start)) ?? "") word.Add(c, start);
                encoded.Add((command.Words.Count, start, end));
            }
            command.Words.Add(word);
            at = end < text.Length ? end : -1;
        }
        if (command.Words.Count == 0) return;
        var line = string.Join(' ', command.Words.Select(word => word.Text.Contains(' ', StringComparison.Ordinal)
            ? $"'{word.Text}'" : word.Text));
        foreach (var (index, start, end) in encoded)
        {
            if (HoldsSecret(command.Words[index].Text)) findings.Add(start, end, RuleNames.Audit);
        }
        var inner = new Findings(text);
        var pipeline = new ShellPipeline();
        pipeline.Commands.Add(command);
        CommandRule.Find(inner, [pipeline], assignments: true);
        foreach (var (start, end) in inner.Spans)
        {
            var hex = encoded.Find(word => word.Start == start);
            findings.Add(start, hex.End > 0 ? hex.End : end, RuleNames.Audit);
        }
        if (inner.IsEmpty && encoded.Count > 0 && HoldsSecret(line)) findings.Add(encoded[0].Start, encoded[^1].End, RuleNames.Audit);
    }

    private static bool HoldsSecret(string command)
    {
        var inner = new Findings(command) { IsCommand = true };
        LineRules.Find(inner, RedactionMode.Cron);
        return !inner.IsEmpty;
    }

    private static string? Decode(ReadOnlySpan<char> hex)
    {
        if (hex.Length % 2 != 0 || hex.Length == 0) return null;
        var bytes = new byte[hex.Length / 2];
        if (Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return null;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == 0) bytes[i] = (byte)' ';
        }
        return Encoding.UTF8.GetString(bytes);
    }
}
