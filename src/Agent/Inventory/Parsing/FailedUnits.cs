using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>Reads <c>systemctl list-units --failed --plain --no-legend</c>: unit, load, active, sub, description. Every version prints it
/// so.</summary>
internal static class FailedUnits
{
    /// <summary>The units. <paramref name="redact"/>: descriptions are text that somebody wrote.</summary>
    public static IReadOnlyList<FailedUnit> Parse(string text, Func<string, string> redact)
    {
        var units = new List<FailedUnit>();
        foreach (var line in text.Split('\n'))
        {
            var fields = line.TrimStart('●', '*', ' ')
                .Split(' ', 5, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields.Length < 4 || !fields[0].Contains('.', StringComparison.Ordinal)) continue;
            units.Add(new FailedUnit(fields[0], fields[1], fields[2], fields[3], fields.Length > 4 ? redact(fields[4]) : ""));
        }
        return units;
    }
}
