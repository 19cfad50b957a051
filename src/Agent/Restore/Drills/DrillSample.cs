using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Restore.Drills;

/// <summary>A file of a sample.</summary>
/// <param name="Path">From the snapshot's root, raw.</param>
/// <param name="Entry">What it is.</param>
internal sealed record SampledFile(ReadOnlyMemory<byte> Path, TreeEntry Entry);

/// <summary>
/// Chooses files out of a walk whose length nobody knows, so that every byte has about the same chance to be restored: weighted reservoir
/// sampling (Efraimidis and Spirakis, 2006), a file's size being its weight. Of a large file a part stands for the whole, else one database
/// would be the only file that is ever restored. Pure but for its chance.
/// </summary>
/// <param name="mostBytes">What may be restored.</param>
/// <param name="random">Numbers in [0, 1).</param>
internal sealed class DrillSample(long mostBytes, Func<double> random)
{
    /// <summary>Files of a sample: of a tree of tiny ones these are enough, and each is a question to the vault.</summary>
    public const int FilesMost = 10_000;

    private readonly PriorityQueue<SampledFile, double> _chosen = new();
    private long _bytes;

    /// <summary>Bytes that are restored of one file at most.</summary>
    public long PartBytes { get; } = Math.Max(mostBytes / 4, 1);

    /// <summary>The chosen files.</summary>
    public IEnumerable<SampledFile> Files => _chosen.UnorderedItems.Select(item => item.Element);

    /// <summary>The next file of the walk.</summary>
    public void Offer(SampledFile file)
    {
        // There is nothing to restore of it.
        if (file.Entry.Size == 0) return;
        _chosen.Enqueue(file, Math.Log(1 - random()) / file.Entry.Size);
        _bytes += CostOf(file.Entry);
        while (_chosen.Count > 1 && (_bytes > mostBytes || _chosen.Count > FilesMost)) _bytes -= CostOf(_chosen.Dequeue().Entry);
    }

    private long CostOf(TreeEntry entry) => Math.Min(entry.Size, PartBytes);
}
