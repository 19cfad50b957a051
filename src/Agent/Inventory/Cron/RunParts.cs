using System.Text.RegularExpressions;

namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>
/// Which names in a folder run-parts and cron take (run-parts(8) of Debian; run-parts of Red Hat's crontabs package), and which folders a
/// command gives to run-parts. Pure.
/// </summary>
internal static partial class RunParts
{
    private static readonly string[] RedHatLeftOut = ["~", ".bak", ".cfsaved", ".rpmsave", ".rpmorig", ".rpmnew", ".swp", ",v"];

    /// <summary>Whether a name counts. <paramref name="redHat"/>: names with dots do there, but for leftovers of editors and
    /// packages.</summary>
    public static bool IsName(string name, bool redHat) =>
        redHat ? name.Length > 0 && name[0] is not ('.' or '#' or ',')
            && !RedHatLeftOut.Any(end => name.EndsWith(end, StringComparison.Ordinal))
            : name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>The folder that a command runs the programs of; null for every other command.</summary>
    public static string? FolderOf(string command) => RunPartsCall().Match(command) is { Success: true } call ? call.Groups[1].Value : null;

    /// <summary>Whether a command does so only where anacron is not installed.</summary>
    public static bool LeavesToAnacron(string command) => command.Contains("anacron", StringComparison.Ordinal);

    [GeneratedRegex(@"\brun-parts\s+(?:-\S+\s+)*(/[\w./-]+)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RunPartsCall();
}
