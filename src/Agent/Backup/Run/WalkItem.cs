using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Gate.Evidence;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>What flows through the graph: the tree in its order, told step by step, the files' contents in between.</summary>
internal abstract record WalkItem
{
    private WalkItem() { }

    /// <summary>A directory's entries follow, down to its <see cref="Leave"/>. "/" itself is not announced.</summary>
    public sealed record Enter(TreeEntry Directory) : WalkItem;

    /// <summary>The directory's entries are complete.</summary>
    public sealed record Leave : WalkItem
    {
        /// <summary>There is only one.</summary>
        public static Leave Instance { get; } = new();
    }

    /// <summary>An entry that is complete: no regular file, an empty or an unchanged one.</summary>
    public sealed record Whole(TreeEntry Entry) : WalkItem;

    /// <summary>The next chunk of the file whose <see cref="EndFile"/> follows.</summary>
    public sealed record Chunk(ChunkBuffer Bytes) : WalkItem;

    /// <summary>The same chunk, hashed and, unless it is stored already (no bytes), compressed.</summary>
    public sealed record Hashed(ChunkId Id, ChunkBuffer? Bytes) : WalkItem;

    /// <summary>The file is complete but for its chunks. Judged: what the gate made of it; null when it was not asked.</summary>
    public sealed record EndFile(TreeEntry Entry, JudgedFile? Judged = null) : WalkItem;

    /// <summary>A file that the last snapshot has in this directory is gone. It comes where it would stand.</summary>
    public sealed record Gone(TreeEntry Entry) : WalkItem;

    /// <summary>The file could not be read to its end; it is left out.</summary>
    public sealed record DropFile : WalkItem
    {
        /// <summary>There is only one.</summary>
        public static DropFile Instance { get; } = new();
    }

    /// <summary>The walk is over.</summary>
    public sealed record End : WalkItem
    {
        /// <summary>There is only one.</summary>
        public static End Instance { get; } = new();
    }
}
