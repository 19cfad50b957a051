namespace HostAtlas.TestSupport;

/// <summary>The commands that a page tells people to type, so that a test types the very same: page and test cannot part.</summary>
public static class DocumentedCommands
{
    /// <summary>The lines of a section's blocks as words, quotes taken off.</summary>
    /// <param name="page">Below <c>docs</c>.</param>
    /// <param name="section">Its heading, without the signs.</param>
    /// <param name="places">What the page gives as an example, and what stands here in its place; the first fitting a word's start.</param>
    public static IReadOnlyList<string[]> Of(string page, string section, params (string Example, string Here)[] places)
    {
        var (inSection, inBlock, commands) = (false, false, new List<string[]>());
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", page)))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) inSection = line == $"## {section}";
            if (line.StartsWith("```", StringComparison.Ordinal)) inBlock = !inBlock;
            else if (inSection && inBlock) commands.Add([.. line.Split(' ').Select(word => Here(word.Trim('\''), places))]);
        }
        return commands.Count > 0 ? commands
            : throw new InvalidOperationException($"docs/{page} has no commands under '{section}' any more.");
    }

    private static string Here(string word, (string Example, string Here)[] places)
    {
        foreach (var (example, here) in places)
        {
            if (word.StartsWith(example, StringComparison.Ordinal)) return here + word[example.Length..];
        }
        return word;
    }
}
