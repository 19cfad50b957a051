namespace HostAtlas.Agent.Progress;

/// <summary>Work whose whole is known before it begins. Counted from any thread.</summary>
public sealed class WorkProgress(long filesTotal, long bytesTotal) : IProgressCounts
{
    /// <summary>What a file costs beside its bytes, in bytes.</summary>
    public const long FileCost = 48 << 10;

    private long _files, _bytes;

    /// <summary>Files in all.</summary>
    public long FilesTotal => filesTotal;

    /// <summary>Bytes in all.</summary>
    public long BytesTotal => bytesTotal;

    /// <inheritdoc />
    public long Files => Interlocked.Read(ref _files);

    /// <inheritdoc />
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <inheritdoc />
    public (long Files, long Bytes)? Total => (filesTotal, bytesTotal);

    /// <inheritdoc />
    public double Work => Bytes + ((double)Files * FileCost);

    /// <inheritdoc />
    public double? WorkTotal => bytesTotal + ((double)filesTotal * FileCost);

    /// <inheritdoc />
    public long Moved => Bytes;

    /// <inheritdoc />
    public string Note => "";

    /// <summary>Counts.</summary>
    public void Add(long files, long bytes)
    {
        Interlocked.Add(ref _files, files);
        Interlocked.Add(ref _bytes, bytes);
    }
}
