namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// An ordered list of chunk ids: the content of a file, of a directory, of a snapshot's root. Beyond 1,000 ids the list is stored as chunks
/// itself (32 bytes an id, one after the other), and the reference is that of the list. In JSON:
/// <code>
/// ["id", …]                          depth 0: the chunks of the content
/// {"list": ["id", …]}                depth 1: the chunks of the list of the chunks of the content
/// {"list": {"list": ["id", …]}}      depth 2, from about 30 TB on
/// </code>
/// </summary>
public sealed record Reference
{
    /// <summary>Most ids that stand in a reference themselves.</summary>
    public const int DirectMaxIds = 1000;

    /// <summary>Most levels of lists; a deeper reference is refused. Four levels would reach beyond 2^80 bytes.</summary>
    public const int DepthMax = 3;

    /// <summary>No chunks: an empty file or directory.</summary>
    public static Reference Empty { get; } = new(0, []);

    /// <param name="depth">0–3.</param>
    /// <param name="ids">At most 1,000.</param>
    public Reference(int depth, IReadOnlyList<ChunkId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, DepthMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ids.Count, DirectMaxIds);
        (Depth, Ids) = (depth, ids);
    }

    /// <summary>How many lists lie between the ids and the content.</summary>
    public int Depth { get; }

    /// <summary>The chunks of the content, or of the outermost list.</summary>
    public IReadOnlyList<ChunkId> Ids { get; }

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Ids.Count == 0;

    /// <summary>Same depth and ids.</summary>
    public bool Equals(Reference? other) => other is not null && Depth == other.Depth && Ids.SequenceEqual(other.Ids);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Depth, Ids.Count, Ids.Count == 0 ? 0 : Ids[0].GetHashCode());
}
