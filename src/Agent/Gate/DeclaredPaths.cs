using System.Text;
using HostAtlas.Agent.Backup.Selection;

namespace HostAtlas.Agent.Gate;

/// <summary>Paths that the host's own configuration declares as encrypted: patterns as of excludes, with what lies below.</summary>
internal sealed class DeclaredPaths(IReadOnlyList<GlobPattern> patterns)
{
    /// <summary>Whether a file is one of them; its path is absolute.</summary>
    public bool Has(string path) => patterns.Count > 0 && Has(Encoding.UTF8.GetBytes(path));

    /// <inheritdoc cref="Has(string)" />
    public bool Has(ReadOnlySpan<byte> path)
    {
        if (patterns.Count == 0) return false;
        for (var end = path.Length; end > 0; end = path[..end].LastIndexOf((byte)'/'))
        {
            var isDirectory = end < path.Length;
            foreach (var pattern in patterns)
            {
                if (!pattern.Negated && pattern.Matches(path[..end], isDirectory)) return true;
            }
        }
        return false;
    }
}
