using System.Text.RegularExpressions;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>
/// Reads what <c>apt-get --simulate dist-upgrade</c> would do: <c>Inst name [from] (to Origin:version/archive, … [arch]) …</c>. What has no
/// [from] is a new package and no update. A security archive carries the word in its origin (Debian) or its name (Ubuntu).
/// </summary>
internal static partial class AptSimulation
{
    /// <summary>The updates.</summary>
    public static IReadOnlyList<PackageUpdate> Parse(string text)
    {
        var updates = new List<PackageUpdate>();
        foreach (Match match in Install().Matches(text))
        {
            updates.Add(new PackageUpdate(match.Groups["name"].Value, match.Groups["from"].Value, match.Groups["to"].Value,
                match.Groups["origins"].Value.Contains("security", StringComparison.OrdinalIgnoreCase)));
        }
        return updates;
    }

    [GeneratedRegex(@"^Inst (?<name>\S{1,200}) \[(?<from>[^\]\n]{1,200})\] \((?<to>\S{1,200}) (?<origins>[^)\n]*)\)",
        RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Install();
}
