using System.Text.RegularExpressions;

namespace HostAtlas.Agent.Gate.Rules;

/// <summary>
/// Names that ransom notes have. One is nothing, the same in many folders is. A file's name is anybody's to choose and the host may be
/// busy: so matching goes on in time that grows with the name alone, and has no limit of a clock's that could end a run.
/// </summary>
internal static partial class RansomNote
{
    /// <summary>Whether a name is like that.</summary>
    public static bool IsNamedSo(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(
        @"^[#!_\-\s]*(how[ _\-]?to[ _\-]?(decrypt|recover|restore|unlock|back)|"
        + @"(decrypt|recover|restore|unlock)[ _\-]?(my|your|all|the)?[ _\-]?"
        + @"(files?|data|instructions?|info)|(read|open)[ _\-]?me[ _\-]?(to|for|now|!|decrypt|recover|restore|ransom)|ransom[ _\-]?note|"
        + @"your[ _\-]?files?[ _\-]?(are|were|have)|(files?|data)[ _\-]?(encrypted|decryption|recovery)|.*-readme\.txt$|restore-my-files|"
        + @"_?decrypt_?instructions?).*\.?(txt|html?|hta|md|rtf|url)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
