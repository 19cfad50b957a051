using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Shell;

namespace HostAtlas.Agent.Redaction;

/// <summary>All built-in rules on one line, but for blocks of keys, which know of the lines before.</summary>
internal static class LineRules
{
    /// <summary>Notes what they find.</summary>
    public static void Find(Findings findings, RedactionMode mode)
    {
        FindIn(findings, mode);
        InvisibleSigns.Find(findings, inner => FindIn(inner, mode));
    }

    /// <summary>Notes what the rules find that do not read commands: in a word, say, as a shell would hand it on.</summary>
    public static void FindInWord(Findings findings)
    {
        TokenRule.FindOwn(findings);
        TokenRule.Find(findings);
        SchemeRule.Find(findings);
        UrlRule.Find(findings);
        NamedValueRule.Find(findings);
        SqlRule.Find(findings);
        KeyNumbersRule.Find(findings);
        CallArgumentsRule.Find(findings);
        DeviceRule.Find(findings);
    }

    private static void FindIn(Findings findings, RedactionMode mode)
    {
        FindInWord(findings);
        if (mode == RedactionMode.Cron)
        {
            CrontabRule.Find(findings);
            return;
        }
        LogCommandRule.Find(findings);
        AuditRule.Find(findings);
    }
}
