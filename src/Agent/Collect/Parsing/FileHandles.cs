namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Open files of the whole host, and how many there may be; null: no limit.</summary>
internal readonly record struct FileHandles(ulong Open, ulong? Most)
{
    // systemd sets the limit to the largest number there is: nobody will ever see half of it.
    private const ulong NoLimit = 1UL << 53;

    /// <summary>Reads <c>/proc/sys/fs/file-nr</c> (proc_sys_fs(5)): handles allocated, of these free (0 since Linux 2.6), limit.</summary>
    public static Parsed<FileHandles> Parse(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        if (!lines.TryNext(out var line) || !line.TryNextCounter(out var allocated) || !line.TryNextCounter(out var free)
            || !line.TryNextCounter(out var most) || free > allocated) return new ParseFault("not three counts");
        return new FileHandles(allocated - free, most is > 0 and < NoLimit ? most : null);
    }
}
