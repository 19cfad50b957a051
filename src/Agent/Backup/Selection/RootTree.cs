using System.Text;

namespace HostAtlas.Agent.Backup.Selection;

/// <summary>The roots as the way to them: a node a name, from "/" on.</summary>
internal sealed class RootTree
{
    private readonly SortedDictionary<byte[], RootTree> _children = new(ByBytes.Instance);

    private RootTree() { }

    /// <summary>This path is a root itself.</summary>
    public bool IsRoot { get; private set; }

    /// <summary>The names below that lead to roots, in the order of their bytes.</summary>
    public IEnumerable<byte[]> Names => _children.Keys;

    /// <summary>The tree of these roots.</summary>
    public static RootTree Of(IEnumerable<string> roots)
    {
        var top = new RootTree();
        foreach (var root in roots)
        {
            var node = top;
            foreach (var part in root.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                var name = Encoding.UTF8.GetBytes(part);
                if (!node._children.TryGetValue(name, out var child)) node._children.Add(name, child = new RootTree());
                node = child;
            }
            node.IsRoot = true;
        }
        return top;
    }

    /// <summary>The node of a name, or null when no root lies there.</summary>
    public RootTree? Child(byte[] name) => _children.GetValueOrDefault(name);

    private sealed class ByBytes : IComparer<byte[]>
    {
        public static readonly ByBytes Instance = new();

        public int Compare(byte[]? left, byte[]? right) => left.AsSpan().SequenceCompareTo(right);
    }
}
