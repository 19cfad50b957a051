using System.Globalization;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Parsing;

namespace HostAtlas.Gateway.Hosting;

/// <summary>A TOML text flattened into settings: <c>[ingest] window_seconds = 60</c> is <c>ingest.window_seconds</c>. Pure.</summary>
internal static class TomlSettings
{
    /// <summary>The settings, or the faults of the text with their lines.</summary>
    public static (IReadOnlyList<KeyValuePair<string, string>> Settings, IReadOnlyList<string> Faults) Read(string text)
    {
        var document = SyntaxParser.Parse(text);
        if (document.HasErrors) return ([], [.. document.Diagnostics.Select(d => $"line {d.Span.Start.Line + 1}: {d.Message}")]);
        try
        {
            var settings = new List<KeyValuePair<string, string>>();
            Flatten(string.Empty, TomlSerializer.Deserialize<TomlTable>(text) ?? [], settings);
            return (settings, []);
        }
        catch (TomlException fault)
        {
            return ([], [fault.Message]);
        }
    }

    private static void Flatten(string prefix, TomlTable table, List<KeyValuePair<string, string>> settings)
    {
        foreach (var (key, value) in table)
        {
            if (value is TomlTable inner) Flatten($"{prefix}{key}.", inner, settings);
            else settings.Add(new(prefix + key, Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty));
        }
    }
}
