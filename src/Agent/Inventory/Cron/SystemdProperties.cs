namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>
/// Reads what <c>systemctl show --property=…</c> prints of several units: lines <c>Name=value</c>, a name again for each further value, an
/// empty line between two units. Pure.
/// </summary>
internal static class SystemdProperties
{
    /// <summary>By the unit's <c>Id</c>; units without one are passed over.</summary>
    public static IReadOnlyDictionary<string, ILookup<string, string>> Read(string text)
    {
        var units = new Dictionary<string, ILookup<string, string>>(StringComparer.Ordinal);
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var properties = block.Split('\n').Select(line => (Line: line, At: line.IndexOf('=', StringComparison.Ordinal)))
                .Where(pair => pair.At > 0)
                .ToLookup(pair => pair.Line[..pair.At], pair => pair.Line[(pair.At + 1)..], StringComparer.Ordinal);
            if (properties["Id"].FirstOrDefault() is { Length: > 0 } id) units[id] = properties;
        }
        return units;
    }

    /// <summary>One field of a value like <c>{ OnCalendar=*-*-* 06:00:00 ; next_elapse=… }</c>; null when it has none.</summary>
    public static string? Field(string value, string name)
    {
        var begin = value.IndexOf($" {name}=", StringComparison.Ordinal);
        if (begin < 0) return null;
        begin += name.Length + 2;
        var end = value.IndexOf(" ; ", begin, StringComparison.Ordinal);
        if (end < 0) end = value.LastIndexOf(" }", StringComparison.Ordinal);
        return end < begin ? value[begin..] : value[begin..end];
    }
}
