using Tomlyn.Model;

namespace HostAtlas.Agent.Configuration;

/// <summary>Reads <c>[commands]</c>; like <see cref="AgentToml"/> it is pure and lists every fault.</summary>
public static class CommandToml
{
    /// <summary>The keys of the table.</summary>
    public static readonly string[] Keys = ["enabled", "kinds"];

    /// <summary>Reads the table.</summary>
    public static CommandOptions Read(TomlTable table, List<string> faults)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(faults);
        var enabled = true;
        if (table.TryGetValue("enabled", out var flag))
        {
            if (flag is bool given) enabled = given;
            else faults.Add("commands.enabled: must be true or false");
        }
        if (!table.TryGetValue("kinds", out var value)) return new CommandOptions { Enabled = enabled };
        if (value is not TomlArray array || array.Any(entry => entry is not string))
        {
            faults.Add("commands.kinds: must be a list of texts in quotes");
            return new CommandOptions { Enabled = enabled };
        }
        var kinds = array.Cast<string>().Distinct(StringComparer.Ordinal).ToList();
        faults.AddRange(kinds.Except(CommandOptions.Known)
            .Select(kind => $"commands.kinds: there is no command '{kind}'; there are {string.Join(", ", CommandOptions.Known)}"));
        return new CommandOptions { Enabled = enabled, Kinds = kinds };
    }
}
