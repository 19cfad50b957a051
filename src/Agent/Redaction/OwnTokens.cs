using HostAtlas.Agent.Redaction.Rules;

namespace HostAtlas.Agent.Redaction;

/// <summary>
/// The platform's own tokens in a text that passes no other rule, since it is no line of anything: names in certificates, paths, users.
/// They go first and unconditionally, wherever they stand.
/// </summary>
internal static class OwnTokens
{
    /// <summary>The text without them.</summary>
    public static string Replace(string text)
    {
        var findings = new Findings(text);
        TokenRule.FindOwn(findings);
        InvisibleSigns.Find(findings, TokenRule.FindOwn);
        return findings.IsEmpty ? text : findings.Replace(Placeholder.Filtered, new HashSet<string>());
    }
}
