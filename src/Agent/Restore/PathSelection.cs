namespace HostAtlas.Agent.Restore;

/// <summary>How far a path got in a selection's patterns.</summary>
internal sealed record PathState(ulong[] Include, ulong[] Exclude, bool IsSelected, bool MayContain);

/// <summary>Which paths are wanted: those that a pattern includes (all without one), less those that a pattern excludes.</summary>
internal sealed class PathSelection(IReadOnlyList<PathGlob> include, IReadOnlyList<PathGlob> exclude)
{
    /// <summary>Everything.</summary>
    public static PathSelection All { get; } = new([], []);

    /// <summary>Whether all paths are wanted, so that a snapshot's own counts hold.</summary>
    public bool IsAll => include.Count == 0 && exclude.Count == 0;

    /// <summary>The root, which is never selected itself when something particular is wanted.</summary>
    public PathState Root { get; } = new(
        [.. include.Select(glob => glob.Start)], [.. exclude.Select(glob => glob.Start)], include.Count == 0, MayContain: true);

    /// <summary>The state of an entry of a directory.</summary>
    public PathState Follow(PathState parent, ReadOnlySpan<byte> name, bool isDirectory)
    {
        if (IsAll) return parent;
        var excludes = Follow(exclude, parent.Exclude, name);
        for (var i = 0; i < excludes.Length; i++)
        {
            if (exclude[i].IsWhole(excludes[i], isDirectory)) return new PathState([], [], IsSelected: false, MayContain: false);
        }
        // Below what is included everything is, so the patterns need not be followed further.
        if (parent.IsSelected) return parent with { Exclude = excludes };
        var includes = Follow(include, parent.Include, name);
        var selected = false;
        var may = false;
        for (var i = 0; i < includes.Length; i++)
        {
            selected |= include[i].IsWhole(includes[i], isDirectory);
            may |= includes[i] != 0;
        }
        return new PathState(includes, excludes, selected, isDirectory && (selected || may));
    }

    private static ulong[] Follow(IReadOnlyList<PathGlob> globs, ulong[] states, ReadOnlySpan<byte> name)
    {
        var next = new ulong[states.Length];
        for (var i = 0; i < next.Length; i++) next[i] = globs[i].Follow(states[i], name);
        return next;
    }
}
