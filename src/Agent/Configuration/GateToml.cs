using HostAtlas.Agent.Backup.Selection;
using Tomlyn.Model;

namespace HostAtlas.Agent.Configuration;

/// <summary>What the gate is told by the host itself, never by the platform.</summary>
public sealed record GateOptions
{
    /// <summary>What is meant to be encrypted; of it only the framing is looked at.</summary>
    internal IReadOnlyList<GlobPattern> EncryptedPaths { get; init; } = [];

    /// <summary>Files of the owner's own that nobody has a reason to change; watched beside those that were planted.</summary>
    public IReadOnlyList<string> Canaries { get; init; } = [];

    /// <summary>The platform hears the paths of hits, not only their ids.</summary>
    public bool ClearPaths { get; init; }
}

/// <summary>Reads <c>[gate]</c>; like <see cref="AgentToml"/> it is pure and lists every fault.</summary>
internal static class GateToml
{
    /// <summary>The keys of the table.</summary>
    public static readonly string[] Keys = ["encrypted_paths", "canaries", "clear_paths"];

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
        var clear = table.TryGetValue("clear_paths", out var value) ? value as bool? : false;
        if (clear is null) faults.Add("gate.clear_paths: must be true or false");
        return new GateOptions { EncryptedPaths = patterns, Canaries = canaries, ClearPaths = clear ?? false };
    }

    private static List<string> Texts(TomlTable table, string key, List<string> faults)
    {
        if (!table.TryGetValue(key, out var value)) return [];
        if (value is TomlArray array && array.All(entry => entry is string)) return [.. array.Cast<string>()];
        faults.Add($"gate.{key}: must be a list of paths in quotes");
        return [];
    }
}
