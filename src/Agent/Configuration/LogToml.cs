using HostAtlas.Agent.Logs.Files;
using Tomlyn.Model;

namespace HostAtlas.Agent.Configuration;

/// <summary>Reads <c>[logs]</c>; like <see cref="AgentToml"/> it is pure and lists every fault.</summary>
internal static class LogToml
{
    private const int UnitLength = 255;

    /// <summary>The keys of the table.</summary>
    public static readonly string[] Keys = ["files", "journald", "lines_per_second", "spool_max_bytes"];

    /// <summary>Reads the table; null when there is a fault.</summary>
    public static LogOptions? Read(TomlTable table, List<string> faults)
    {
        var before = faults.Count;
        var options = new LogOptions
        {
            Files = Files(table, faults),
            Journald = Journald(table, faults),
            LinesPerSecond = Rate(table, faults),
            SpoolMaxBytes = Spool(table, faults),
        };
        return faults.Count > before ? null : options;
    }

    private static List<LogPattern> Files(TomlTable table, List<string> faults)
    {
        var patterns = new List<LogPattern>();
        foreach (var text in Texts(table, "files", faults))
        {
            if (LogPattern.TryParse(text, out var fault) is { } pattern) patterns.Add(pattern);
            else faults.Add($"logs.files: {fault}");
        }
        return patterns;
    }

    // true: the whole journal. false and []: nothing of it.
    private static List<string>? Journald(TomlTable table, List<string> faults)
    {
        if (!table.TryGetValue("journald", out var value)) return null;
        if (value is bool all) return all ? [] : null;
        var units = Texts(table, "journald", faults);
        foreach (var unit in units.Where(unit => unit.Length is 0 or > UnitLength || unit[0] == '-' || !unit.All(IsUnitCharacter)))
            faults.Add($"logs.journald: '{unit}' is no name of a unit, e.g. \"sshd.service\"");
        return units.Count == 0 ? null : units;
    }

    private static int Rate(TomlTable table, List<string> faults)
    {
        if (!table.TryGetValue("lines_per_second", out var value)) return LogOptions.RateDefault;
        if (value is long rate and >= LogOptions.RateMin and <= LogOptions.RateMax) return (int)rate;
        faults.Add("logs.lines_per_second: must be a number from 1 to 100000");
        return LogOptions.RateDefault;
    }

    private static long Spool(TomlTable table, List<string> faults)
    {
        if (!table.TryGetValue("spool_max_bytes", out var value)) return LogOptions.SpoolDefaultBytes;
        if (value is string text && Configuration.UnitText.TryParseSize(text, out var bytes)
            && bytes is >= LogOptions.SpoolMinBytes and <= LogOptions.SpoolMaxBytesLimit) return bytes;
        faults.Add("logs.spool_max_bytes: must be a size from 1MiB to 64GiB in quotes, e.g. \"256MiB\"");
        return LogOptions.SpoolDefaultBytes;
    }

    private static List<string> Texts(TomlTable table, string key, List<string> faults)
    {
        if (!table.TryGetValue(key, out var value)) return [];
        if (value is TomlArray array && array.All(entry => entry is string)) return [.. array.Cast<string>().Distinct()];
        faults.Add($"logs.{key}: must be a list of texts in quotes");
        return [];
    }

    // systemd.unit(5), and * and ? of its patterns.
    private static bool IsUnitCharacter(char c) => char.IsAsciiLetterOrDigit(c) || ":-_.\\@*?".Contains(c, StringComparison.Ordinal);
}
