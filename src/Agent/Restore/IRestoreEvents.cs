using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Restore;

/// <summary>What a restore tells as it goes. Called from several threads at once; paths are raw bytes, relative to the target's
/// root.</summary>
internal interface IRestoreEvents
{
    /// <summary>An entry is in its place, complete.</summary>
    void Restored(ReadOnlyMemory<byte> path, TreeEntry entry);

    /// <summary>Bytes of a file's content were written, or skipped as a hole.</summary>
    void Written(long bytes);

    /// <summary>A file is complete; it may come to its place only with many others.</summary>
    void Completed();

    /// <summary>Something with the name was there and stays.</summary>
    void Kept(ReadOnlyMemory<byte> path, TreeEntry entry);

    /// <summary>An entry, or what lies below a directory, is not or not wholly restored.</summary>
    void Failed(ReadOnlyMemory<byte> path, string why);

    /// <summary>An entry has not its owner, or lacks set-id bits or attributes, because this user or the target cannot give them.</summary>
    void Lessened();

    /// <summary>A file is in the snapshot in its last clean version only.</summary>
    void HeldBack(ReadOnlyMemory<byte> path, DateTimeOffset since, bool isRestored);

    /// <summary>An object of the repository is missing or damaged; whether that costs a file is told with the file.</summary>
    void Damaged(string what);
}
