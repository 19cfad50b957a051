using HostAtlas.Agent.Backup.Selection;
using Tomlyn.Model;

namespace HostAtlas.Agent.Configuration;

/// <summary>What the gate is told by the host itself, never by the platform.</summary>
public sealed record GateOptions
{
    /// <summary>What is meant to be encrypted; of it only the framing is looked at.</summary>
    internal IReadOnlyList<GlobPattern> EncryptedPaths { get; init; } = [];

    /// <summary>Folders in which canaries are planted.</summary>
    public IReadOnlyList<string> Canaries { get; init; } = [];
}

/// <summary>Reads <c>[gate]</c>; like <see cref="AgentToml"/> it is pure and lists every fault.</summary>
internal static class GateToml
{
    /// <summary>The keys of the table.</summary>
    public static readonly string[] Keys = ["encrypted_paths", "canaries"];

    /// <summary>Reads the table.</summary>
    public static GateOptions Read(TomlTable table, List<string> faults)
    {
        var patterns = new List<GlobPattern>();
        foreach (var text in Texts(table, "encrypted_paths", faults))
        {
            if (text.StartsWith('!'))
                faults.Add($"gate.encrypted_paths: '{text}': a ! takes nothing back here; name only what is encrypted");
            else if (GlobPattern.TryParse(text, out var fault) is { } pattern) patterns.Add(pattern);
            else faults.Add($"gate.encrypted_paths: {fault}");
        }
        var canaries = Texts(table, "canaries", faults);
        faults.AddRange(canaries.Where(path => !Path.IsPathFullyQualified(path)).Select(path =>
            $"gate.canaries: '{path}' is not an absolute path"));
        return new GateOptions { EncryptedPaths = patterns, Canaries = canaries };
    }

    private static List<string> Texts(TomlTable table, string key, List<string> faults)
    {
        if (!table.TryGetValue(key, out var value)) return [];
        if (value is TomlArray array && array.All(entry => entry is string)) return [.. array.Cast<string>()];
        faults.Add($"gate.{key}: must be a list of paths in quotes");
        return [];
    }
}
