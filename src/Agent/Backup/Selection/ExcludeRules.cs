namespace HostAtlas.Agent.Backup.Selection;

/// <summary>The patterns of <c>[backup] exclude</c> in their order: the last one that speaks of a path decides. Below a directory that is
/// excluded nothing can be taken back, because nobody looks there.</summary>
public sealed class ExcludeRules
{
    private readonly IReadOnlyList<GlobPattern> _patterns;

    private ExcludeRules(IReadOnlyList<GlobPattern> patterns) => _patterns = patterns;

    /// <summary>Excludes nothing.</summary>
    public static ExcludeRules None { get; } = new([]);

    /// <summary>Reads the patterns; null when one of them is none, with all faults.</summary>
    public static ExcludeRules? TryParse(IEnumerable<string> patterns, out IReadOnlyList<string> faults)
    {
        var (read, wrong) = (new List<GlobPattern>(), new List<string>());
        foreach (var text in patterns)
        {
            if (GlobPattern.TryParse(text, out var fault) is { } pattern) read.Add(pattern);
            else wrong.Add(fault);
        }
        faults = wrong;
        return wrong.Count == 0 ? new ExcludeRules(read) : null;
    }

    /// <summary>Whether the path is left out.</summary>
    public bool Exclude(ReadOnlySpan<byte> path, bool isDirectory)
    {
        for (var i = _patterns.Count - 1; i >= 0; i--)
        {
            if (_patterns[i].Matches(path, isDirectory)) return !_patterns[i].Negated;
        }
        return false;
    }
}
