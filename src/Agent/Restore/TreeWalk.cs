using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Restore;

/// <summary>What a walk through a snapshot's trees meets, in order, from one thread at a time.</summary>
/// <typeparam name="T">What the visitor keeps of a directory.</typeparam>
internal interface ITreeVisitor<T> where T : class
{
    /// <summary>A directory; null: do not look into it.</summary>
    ValueTask<T?> EnterAsync(T parent, TreeEntry entry, CancellationToken cancellation);

    /// <summary>Anything else.</summary>
    ValueTask VisitAsync(T parent, TreeEntry entry, CancellationToken cancellation);

    /// <summary>All that could be read of a directory was met.</summary>
    void Leave(T directory);

    /// <summary>A part of a directory cannot be read; entries behind the name are lost.</summary>
    void Lost(T directory, ReadOnlyMemory<byte> after, Exception cause);
}

/// <summary>Walks trees depth first, without recursion: a tree may be deeper than a stack.</summary>
internal static class TreeWalk
{
    /// <summary>Directories within directories that are followed. No path that a program can name is deeper.</summary>
    public const int DepthMax = 4096;

    /// <summary>Walks from a root reference. Damage is told to the visitor and passed by.</summary>
    public static async Task RunAsync<T>(
        Reference root, T rootDirectory, IChunkSource trees, ITreeVisitor<T> visitor, CancellationToken cancellation) where T : class
    {
        var open = new Stack<Level<T>>();
        open.Push(Open(root, rootDirectory));
        try
        {
            while (open.TryPeek(out var level))
            {
                if (await TryNextAsync(level, visitor) is not { } entry)
                {
                    await open.Pop().Entries.DisposeAsync();
                    visitor.Leave(level.Directory);
                }
                else if (entry.Type != TreeEntryType.Directory) await visitor.VisitAsync(level.Directory, entry, cancellation);
                else if (open.Count > DepthMax)
                    visitor.Lost(level.Directory, entry.Name, new TreeBrokenException($"directories lie more than {DepthMax} deep."));
                else if (await visitor.EnterAsync(level.Directory, entry, cancellation) is { } below)
                    open.Push(Open(entry.Subtree!, below));
            }
        }
        finally
        {
            while (open.TryPop(out var level)) await level.Entries.DisposeAsync();
        }

        Level<T> Open(Reference reference, T directory)
        {
            void Lost(TreeGap gap) => visitor.Lost(directory, gap.After, gap.Cause);
            return new Level<T>(
                directory, TreeReader.ReadAsync(reference, trees, Lost, cancellation).GetAsyncEnumerator(cancellation));
        }
    }

    private static async ValueTask<TreeEntry?> TryNextAsync<T>(Level<T> level, ITreeVisitor<T> visitor) where T : class
    {
        try
        {
            if (!await level.Entries.MoveNextAsync()) return null;
            level.Last = level.Entries.Current.Name;
            return level.Entries.Current;
        }
        catch (TreeBrokenException fault)
        {
            visitor.Lost(level.Directory, level.Last, fault);
            return null;
        }
    }

    private sealed class Level<T>(T directory, IAsyncEnumerator<TreeEntry> entries)
    {
        public T Directory => directory;

        public IAsyncEnumerator<TreeEntry> Entries => entries;

        public ReadOnlyMemory<byte> Last { get; set; }
    }
}
