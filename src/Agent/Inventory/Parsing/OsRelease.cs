namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>What os-release(5) says. <paramref name="Like"/>: the distributions that it stems from.</summary>
internal sealed record OsRelease(string? Name, string? Id, string? Version, IReadOnlyList<string> Like)
{
    /// <summary>Fedora, Red Hat and what stems from them.</summary>
    public bool IsRedHat => Id is "fedora" or "rhel" or "centos" || Like.Any(id => id is "fedora" or "rhel" or "centos");

    /// <summary>Reads the text: shell assignments, one a line.</summary>
    public static OsRelease Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Take(200))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#') values[line[..equals].Trim()] = Unquote(line[(equals + 1)..].Trim());
        }
        return new OsRelease(values.GetValueOrDefault("PRETTY_NAME") ?? values.GetValueOrDefault("NAME"), values.GetValueOrDefault("ID"),
            values.GetValueOrDefault("VERSION_ID"), values.GetValueOrDefault("ID_LIKE")?.Split(' ') ?? []);
    }

    private static string Unquote(string text) =>
        text.Length >= 2 && text[0] == text[^1] && text[0] is ('"' or '\'')
            ? text[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\$", "$", StringComparison.Ordinal) : text;
}
