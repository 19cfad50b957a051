namespace HostAtlas.Agent.Restore;

/// <summary>What all parts of one restore share.</summary>
internal sealed class RestoreContext(RestoreOptions options, IRestoreEvents events)
{
    private int _temporaries;

    public RestoreOptions Options => options;

    public IRestoreEvents Events => events;

    /// <summary>A name for an unfinished file, used once.</summary>
    public byte[] TemporaryName() => RestoreCalls.Name(System.Text.Encoding.ASCII.GetBytes(
        $"{options.TemporaryName}-{Interlocked.Increment(ref _temporaries):x}"));

    /// <summary>Whether what is there stays.</summary>
    public bool Keeps(TargetEntry? there, Backup.Format.TreeEntry entry) => there is { } found && options.Overwrite switch
    {
        OverwriteMode.Never => true,
        OverwriteMode.Changed => found.Type == entry.Type && found.Size == entry.Size && found.MtimeNs == entry.MtimeNs
            && entry.Type == Backup.Format.TreeEntryType.File,
        _ => false,
    };
}
