using System.Threading.Channels;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>What the graph works with; all of it belongs to one run.</summary>
internal sealed record BackupGraphParts(
    ObjectSealer Sealer, ObjectOpener Opener, KnownIds Known, ObjectSender Sender, SealedCopies Copies, IndexGathering Gathering,
    Func<ObjectId> Draw)
{
    /// <summary>The gate of this pass; null: nobody looks.</summary>
    public RunGate? Gate { get; init; }
}

/// <summary>What a pass through the graph made.</summary>
internal sealed record GraphResult(Reference Root, long NewBytes, IReadOnlyList<ObjectId> Indexes);

/// <summary>
/// The stream of a run:
/// <code>
/// walk, read ahead, gate, cut -> id, known?, compress (a core each) -> verdicts, trees, packs -> seal, open again, put (2 at a time)
///   -> index -> put
/// </code>
/// Everything is ordered and pulls: a slow vault slows the reading. What it can hold is bounded: chunks by their budget (12 MiB), packs by
/// their places (one open of 16 and one of 6 MiB, two that are sealed, opened again and on their way: 54 MiB at most). The walk holds a
/// file's open chunk (4 MiB) and what the gate looks at (a window of 4 MiB, and what a container decodes to: 12 MiB at most); all of it
/// stays below 96 MiB whatever the tree.
/// </summary>
internal static class BackupGraph
{
    /// <summary>Bytes of chunks, and of their compressed forms, on their way to a pack.</summary>
    public const int ChunkBudgetBytes = 12 << 20;

    private const int PacksAtOnce = 2, ItemsAhead = 64;

    /// <summary>Runs one pass. What goes wrong in any part ends all of them and is thrown.</summary>
    /// <param name="system">Lives as long as the run.</param>
    /// <param name="parts">What it works with.</param>
    /// <param name="walk">Tells the tree, item by item.</param>
    /// <param name="cancellation">Stops everything; what was stored stays in the journal.</param>
    public static async Task<GraphResult> RunAsync(ActorSystem system, BackupGraphParts parts,
        Func<Func<WalkItem, ValueTask>, CancellationToken, Task> walk, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var work = new ChunkWork(parts.Sealer.Keys, parts.Known);
        using var assembly = new TreeAssembly(parts.Sealer, parts.Known, parts.Gate);
        using var verifier = new PackVerifier(parts.Opener);
        using var materializer = system.Materializer();
        var indexes = new List<ObjectId>();
        var ahead = Channel.CreateBounded<WalkItem>(new BoundedChannelOptions(ItemsAhead) { SingleReader = true, SingleWriter = true });

        var stream = ChannelSource.FromReader(ahead.Reader)
            .SelectAsync(Math.Clamp(Environment.ProcessorCount, 2, 8), work.DoAsync)
            .Async()
            .SelectMany(assembly.Take)
            .SelectAsync(PacksAtOnce, full => SealAndPutAsync(full, parts, verifier, stop.Token))
            .SelectMany(pack => parts.Gathering.Add(pack.Id, pack.Entries) is { } index ? [index] : Array.Empty<SealedIndex>())
            .SelectAsync(1, index => PutIndexAsync(index, parts, stop.Token))
            .RunForeach(indexes.Add, materializer);

        var walking = WalkAsync(walk, ahead.Writer, stop.Token);
        // A stream that failed takes nothing more: the walk would wait for ever.
        _ = stream.ContinueWith(static (_, source) => ((CancellationTokenSource)source!).Cancel(), stop, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await FinishAsync(stream, walking, cancellation).ConfigureAwait(false);
        return new GraphResult(assembly.Root ?? throw new InvalidOperationException("The walk ended without its root."), assembly.NewBytes,
            indexes);
    }

    private static async Task WalkAsync(Func<Func<WalkItem, ValueTask>, CancellationToken, Task> walk, ChannelWriter<WalkItem> ahead,
        CancellationToken stop)
    {
        try
        {
            await Task.Run(() => walk(item => ahead.WriteAsync(item, stop), stop), stop).ConfigureAwait(false);
            await ahead.WriteAsync(WalkItem.End.Instance, stop).ConfigureAwait(false);
            ahead.Complete();
        }
        catch (Exception fault)
        {
            ahead.Complete(fault);
            throw;
        }
    }

    // Both have to be over before anything that they use is given back. The first cause is the one to tell.
    private static async Task FinishAsync(Task stream, Task walking, CancellationToken cancellation)
    {
        await Task.WhenAny(Task.WhenAll(stream, walking)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        var fault = Root(stream.Exception) is { } first and not OperationCanceledException ? first
            : Root(walking.Exception) ?? Root(stream.Exception);
        if (fault is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        await Task.WhenAll(stream, walking).ConfigureAwait(false);
    }

    private static Exception? Root(AggregateException? fault)
    {
        Exception? inner = fault;
        while (inner is AggregateException { InnerException: { } next }) inner = next;
        return inner;
    }

    private static SealedPack Seal(FullPack full, BackupGraphParts parts, PackVerifier verifier)
    {
        using var builder = full.Builder;
        var pack = builder.Seal(parts.Draw());
        // One pack at a time: the other one is on its way meanwhile, and a second verifier would be 9 MiB more.
        lock (verifier) verifier.Verify(pack);
        return pack;
    }

    private static async Task<(ObjectId Id, IReadOnlyList<BlobEntry> Entries)> SealAndPutAsync(
        FullPack full, BackupGraphParts parts, PackVerifier verifier, CancellationToken stop)
    {
        var (id, _, entries) = await PutPackAsync(full, parts, verifier, stop).ConfigureAwait(false);
        return (id, entries);
    }

    /// <summary>Seals a pack, opens it again and sends it; its id, its object's size and its table.</summary>
    public static async Task<(ObjectId Id, long SizeBytes, IReadOnlyList<BlobEntry> Entries)> PutPackAsync(
        FullPack full, BackupGraphParts parts, PackVerifier verifier, CancellationToken stop)
    {
        using var pack = await Task.Run(() => Seal(full, parts, verifier), stop).ConfigureAwait(false);
        await parts.Sender.SendAsync(pack.Object, pack.Entries, [], stop).ConfigureAwait(false);
        if (full.Trees) parts.Copies.Keep(pack.Object.Name, pack.Object.Bytes.Span);
        return (pack.Id, pack.Object.Bytes.Length, pack.Entries);
    }

    /// <summary>Sends an index and keeps a copy; its id.</summary>
    public static async Task<ObjectId> PutIndexAsync(SealedIndex index, BackupGraphParts parts, CancellationToken stop)
    {
        using var sealedIndex = index.Object;
        await parts.Sender.SendAsync(sealedIndex, [], index.Covers, stop).ConfigureAwait(false);
        parts.Copies.Keep(sealedIndex.Name, sealedIndex.Bytes.Span);
        return sealedIndex.Name.Id;
    }
}
