using System.Text;
using HostAtlas.Agent.Backup.Selection;

namespace HostAtlas.Agent.Gate;

/// <summary>Paths that the host's own configuration declares as encrypted: patterns as of excludes, with what lies below.</summary>
internal sealed class DeclaredPaths(IReadOnlyList<GlobPattern> patterns)
{
    /// <summary>Whether a file is one of them; its path is absolute.</summary>
    public bool Has(string path)
    {
        if (patterns.Count == 0) return false;
        var bytes = Encoding.UTF8.GetBytes(path);
        for (var end = bytes.Length; end > 0; end = bytes.AsSpan(0, end).LastIndexOf((byte)'/'))
        {
            var isDirectory = end < bytes.Length;
            foreach (var pattern in patterns)
            {
                if (!pattern.Negated && pattern.Matches(bytes.AsSpan(0, end), isDirectory)) return true;
            }
        }
        return false;
    }
}
