using System.Globalization;
using System.Text;

namespace HostAtlas.Agent.CommandLine.Manual;

/// <summary>The page <c>hostatlas-agent(8)</c> in man(7)'s language: verbs and options as the command line has them, and what stands around
/// them.</summary>
internal static class ManualPage
{
    /// <summary>Writes the page.</summary>
    public static string Write(VerbShape program, string version)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $".TH HOSTATLAS\\-AGENT 8 \"\" \"HostAtlas {version}\" \"HostAtlas\"");
        text.AppendLine(".SH NAME").AppendLine("hostatlas\\-agent \\- watches this host for HostAtlas and backs it up");
        text.AppendLine(".SH SYNOPSIS").AppendLine(".B hostatlas\\-agent").AppendLine(".I VERB").AppendLine("[\\fIOPTION\\fR]...");
        text.AppendLine(".SH DESCRIPTION").AppendLine(Escape(program.Description));
        text.AppendLine("The first step on a new host is").AppendLine(".BR enroll ;");
        text.AppendLine("then systemd keeps").AppendLine(".B run").AppendLine("going:").AppendLine(".B systemctl start hostatlas\\-agent");
        text.AppendLine(".SH VERBS");
        foreach (var verb in program.All.Where(verb => verb.Path.Length > 0)) Verb(text, verb);
        text.AppendLine(".SH OPTIONS OF EVERY VERB");
        foreach (var option in program.Options) Option(text, option);
        text.AppendLine(".SH EXIT STATUS");
        foreach (var (code, meaning) in Codes)
            text.AppendLine(".TP").AppendLine(CultureInfo.InvariantCulture, $".B {code}").AppendLine(Escape(meaning));
        text.AppendLine(".SH FILES");
        foreach (var (path, meaning) in Files) text.AppendLine(".TP").AppendLine($".I {Escape(path)}").AppendLine(Escape(meaning));
        text.AppendLine(".SH SEE ALSO").AppendLine(".BR agent.toml (5),").AppendLine(".BR systemctl (1),").AppendLine(".BR journalctl (1)");
        return text.ToString();
    }

    private static readonly (int Code, string Meaning)[] Codes =
    [
        (ExitCode.Done, "Done. status: reports are accepted, backups run."),
        (ExitCode.Failed, "Failed; the reason stands on standard error."),
        (ExitCode.Usage, "Wrong usage, or a configuration or state folder that cannot be used."),
        (ExitCode.Frozen, "Nothing was committed, because the gate stopped it or the backups are frozen; canaries list: one changed."),
        (ExitCode.Partly, "Partly done: what failed or was left out was named."),
    ];

    private static readonly (string Path, string Meaning)[] Files =
    [
        ("/etc/hostatlas/agent.toml", "The configuration; enroll makes it when there is none and never edits one."),
        ("/var/lib/hostatlas", "The token, what waits to be sent, and the keys of the backups. Root's alone (0700)."),
    ];

    private static void Verb(StringBuilder text, VerbShape verb)
    {
        var arguments = string.Concat(verb.Arguments.Select(name => $" {name}"));
        text.AppendLine(CultureInfo.InvariantCulture, $".SS {Escape(verb.Path + arguments)}").AppendLine(Escape(verb.Description));
        foreach (var option in verb.Options) Option(text, option);
    }

    private static void Option(StringBuilder text, OptionShape option)
    {
        var value = option.Value.Length == 0 ? "" : $" \\fI{Escape(option.Value)}\\fR";
        text.AppendLine(".TP").AppendLine($"\\fB{Escape(option.Name)}\\fR{value}").AppendLine(Escape(option.Description));
    }

    // A backslash, a dash that is to be copied, and a line that would begin with a request.
    private static string Escape(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.Length > 0 && escaped[0] is '.' or '\'' ? "\\&" + escaped : escaped;
    }
}
