using HostAtlas.Agent.Backup.Schedule;
using HostAtlas.Agent.Backup.Selection;
using Tomlyn.Model;

namespace HostAtlas.Agent.Configuration;

/// <summary>Reads <c>[backup]</c>; like <see cref="AgentToml"/> it is pure and lists every fault.</summary>
public static class BackupToml
{
    /// <summary>The keys of the table.</summary>
    public static readonly string[] Keys =
    [
        "roots", "exclude", "exclude_larger", "schedule", "window", "limit", "pre", "post", "include_private_keys", "drill", "drill_size",
        "repack_size",
    ];

    /// <summary>Reads the table; null when there is a fault. <paramref name="quiet"/>: hours in which no run begins or goes on.</summary>
    public static BackupOptions? Read(TomlTable table, HourSpan? quiet, List<string> faults)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(faults);
        var before = faults.Count;
        var roots = Roots(table, faults);
        var exclude = ExcludeRules.TryParse(Texts(table, "exclude", faults), out var wrong);
        faults.AddRange(wrong.Select(fault => $"backup.exclude: {fault}"));
        var largest = Size(table, "exclude_larger", faults);
        var schedule = Schedule(table, quiet, faults);
        var limit = Limit(table, faults);
        var includeKeys = Flag(table, "include_private_keys", faults);
        var drills = Drills(table, schedule is not null, quiet, faults);
        var drillBytes = Size(table, "drill_size", faults) ?? BackupOptions.DrillDefaultBytes;
        var repackBytes = Size(table, "repack_size", faults, mayBeNone: true) ?? BackupOptions.RepackDefaultBytes;
        var (pre, post) = (Command(table, "pre", faults), Command(table, "post", faults));
        return faults.Count > before ? null : new BackupOptions
        {
            Selected = new Selected
            {
                Roots = roots,
                Exclude = exclude!,
                LargestFileBytes = largest,
                IncludePrivateKeys = includeKeys,
            },
            Schedule = schedule,
            LimitBytesPerSecond = limit,
            Pre = pre,
            Post = post,
            Drills = drills,
            DrillBytes = drillBytes,
            RepackBytes = repackBytes,
        };
    }

    /// <summary>Reads a rate like <c>20MiB/s</c>.</summary>
    public static bool TryReadRate(string text, out long bytesPerSecond)
    {
        bytesPerSecond = 0;
        return text.EndsWith("/s", StringComparison.Ordinal) && UnitText.TryParseSize(text[..^2], out bytesPerSecond)
            && bytesPerSecond >= BackupOptions.LimitMinBytes;
    }

    private static List<string> Roots(TomlTable table, List<string> faults)
    {
        var roots = new List<string>();
        foreach (var text in Texts(table, "roots", faults))
        {
            if (Selected.ReadRoot(text) is { } root) roots.Add(root);
            else faults.Add($"backup.roots: '{text}' is not an absolute path without . and ..");
        }
        if (!table.ContainsKey("roots")) faults.Add("backup.roots: missing; what is backed up, e.g. roots = [\"/etc\", \"/srv\"]");
        else if (roots.Count == 0 && table["roots"] is TomlArray { Count: 0 }) faults.Add("backup.roots: names nothing");
        return [.. roots.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static BackupSchedule? Schedule(TomlTable table, HourSpan? quiet, List<string> faults)
    {
        var window = Text(table, "window", faults);
        if (Text(table, "schedule", faults) is not { } line)
        {
            if (window is not null) faults.Add("backup.window: without schedule it says nothing");
            return null;
        }
        if (BackupSchedule.TryParse(line, window, out var fault) is not { } schedule) faults.Add($"backup.{fault}");
        else if (schedule.With(quiet) is { } audible) return audible;
        else faults.Add("backup.window: lies within quiet_hours, so no backup would ever run");
        return null;
    }

    // A host that makes backups by the clock also sees by the clock whether they can be restored, unless its owner says otherwise.
    private static BackupSchedule? Drills(TomlTable table, bool isScheduled, HourSpan? quiet, List<string> faults)
    {
        var text = Text(table, "drill", faults) ?? (isScheduled ? "weekly" : "never");
        var line = text switch
        {
            "never" => null,
            "daily" => "30 4 * * *",
            "weekly" => "30 4 * * 0",
            "monthly" => "30 4 1 * *",
            _ => text,
        };
        if (line is null) return null;
        if (BackupSchedule.TryParse(line, null, out _) is { } schedule) return schedule.With(quiet);
        faults.Add($"backup.drill: '{text}' is neither never, daily, weekly, monthly nor a cron line of five fields");
        return null;
    }

    private static long? Limit(TomlTable table, List<string> faults)
    {
        if (Text(table, "limit", faults) is not { } text) return null;
        if (TryReadRate(text, out var rate)) return rate;
        faults.Add($"backup.limit: '{text}' is not a rate of at least 32KiB/s, e.g. \"20MiB/s\"");
        return null;
    }

    private static long? Size(TomlTable table, string key, List<string> faults, bool mayBeNone = false)
    {
        if (Text(table, key, faults) is not { } text) return null;
        if (UnitText.TryParseSize(text, out var bytes) && (bytes > 0 || mayBeNone)) return bytes;
        faults.Add($"backup.{key}: '{text}' is not a size, e.g. \"10GiB\"");
        return null;
    }

    private static string? Command(TomlTable table, string key, List<string> faults)
    {
        if (Text(table, key, faults) is not { } text) return null;
        if (!string.IsNullOrWhiteSpace(text) && !text.Contains('\0', StringComparison.Ordinal)) return text;
        faults.Add($"backup.{key}: names no command");
        return null;
    }

    private static bool Flag(TomlTable table, string key, List<string> faults)
    {
        if (!table.TryGetValue(key, out var value)) return false;
        if (value is bool flag) return flag;
        faults.Add($"backup.{key}: must be true or false");
        return false;
    }

    private static string? Text(TomlTable table, string key, List<string> faults)
    {
        if (!table.TryGetValue(key, out var value)) return null;
        if (value is string text) return text;
        faults.Add($"backup.{key}: must be text in quotes");
        return null;
    }

    private static List<string> Texts(TomlTable table, string key, List<string> faults)
    {
        var texts = new List<string>();
        if (!table.TryGetValue(key, out var value)) return texts;
        if (value is not TomlArray array) faults.Add($"backup.{key}: must be a list of texts in quotes");
        else if (array.Any(entry => entry is not string)) faults.Add($"backup.{key}: an entry is not text");
        else texts.AddRange(array.Cast<string>());
        return texts;
    }
}
