using HostAtlas.Agent.Redaction;
using Tomlyn.Model;

namespace HostAtlas.Agent.Configuration;

/// <summary>Reads <c>[redaction]</c>; like <see cref="AgentToml"/> it is pure and lists every fault.</summary>
public static class RedactionToml
{
    /// <summary>The keys of the table.</summary>
    public static readonly string[] Keys = ["rules"];

    /// <summary>Reads the owner's rules; null when there is a fault.</summary>
    public static OwnerRules? Read(TomlTable table, List<string> faults)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(faults);
        if (!table.TryGetValue("rules", out var value)) return OwnerRules.None;
        if (value is not TomlArray array || array.Any(entry => entry is not string))
        {
            faults.Add("redaction.rules: must be a list of regular expressions in quotes");
            return null;
        }
        var wrong = new List<string>();
        var rules = OwnerRules.TryParse([.. array.Cast<string>()], wrong);
        faults.AddRange(wrong.Select(fault => $"redaction.rules: {fault}"));
        return rules;
    }
}
