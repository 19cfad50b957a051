using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Shell;

namespace HostAtlas.Agent.Redaction;

/// <summary>All built-in rules on one line, but for blocks of keys, which know of the lines before.</summary>
internal static class LineRules
{
    /// <summary>Notes what they find.</summary>
    public static void Find(Findings findings, RedactionMode mode)
    {
        TokenRule.FindOwn(findings);
        TokenRule.Find(findings);
        SchemeRule.Find(findings);
        UrlRule.Find(findings);
        NamedValueRule.Find(findings);
        SqlRule.Find(findings);
        if (mode == RedactionMode.Cron)
        {
            CrontabRule.Find(findings);
            return;
        }
        LogCommandRule.Find(findings);
        AuditRule.Find(findings);
    }
}
