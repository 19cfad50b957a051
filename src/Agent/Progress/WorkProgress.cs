namespace HostAtlas.Agent.Progress;

/// <summary>How much is done and how much there is. Counted from any thread.</summary>
public sealed class WorkProgress(long filesTotal, long bytesTotal)
{
    private long _files, _bytes;

    /// <summary>Files in all.</summary>
    public long FilesTotal => filesTotal;

    /// <summary>Bytes in all.</summary>
    public long BytesTotal => bytesTotal;

    /// <summary>Files done.</summary>
    public long Files => Interlocked.Read(ref _files);

    /// <summary>Bytes done.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Counts.</summary>
    public void Add(long files, long bytes)
    {
        Interlocked.Add(ref _files, files);
        Interlocked.Add(ref _bytes, bytes);
    }
}
