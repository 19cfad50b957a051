using System.Collections.Concurrent;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// Reads chunks by their ids. Every place that is said to hold one is tried until the bytes there hash to the id; what lies elsewhere is
/// looked for once in the whole repository. Thread-safe.
/// </summary>
/// <param name="repository">Where the packs are.</param>
/// <param name="loader">What knows where chunks lie.</param>
/// <param name="broken">Told of each place that does not hold what it should, also when another one does.</param>
/// <param name="piecesMax">Mebibytes of packs that are kept for the next chunk; for trees alone few are enough.</param>
internal sealed class BlobReader(
    RepositoryReader repository, BlobTableLoader loader, Action<BlobPlace, Exception> broken, int piecesMax = 24)
    : IChunkSource, IDisposable
{
    // What is read ahead of the writing: with the pieces of packs, the trees and the runtime this stays well under 200 MB. Four files of
    // two cores want some 20 MiB; more read ahead only waits for the disk.
    private readonly ByteBudget _budget = new(28 << 20);

    // Not the shared pool: it rounds up to powers of two and keeps some of each for every core, which came to half as much again.
    private readonly BoundedPool _pool = BoundedPool.ForRestoredChunks();
    private readonly SegmentCache _pieces = new(repository.Source, piecesMax);
    private readonly ConcurrentBag<BlobCompressor> _compressors = [];
    private readonly SemaphoreSlim _widening = new(1);
    private BlobTable _table = loader.Build();

    /// <summary>A chunk of a tree or a list.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(ChunkId id, CancellationToken cancellation)
    {
        using var blob = await ReadBlobAsync(id, cancellation);
        return blob.Bytes.ToArray();
    }

    /// <summary>
    /// A chunk of a file, within the budget. The place in the queue for it is taken before this returns, so that of two chunks of one file
    /// the first never waits for the second.
    /// </summary>
    /// <param name="id">The chunk.</param>
    /// <param name="isAhead">Whether somebody else's work goes on meanwhile: then it is opened on another thread.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ChunkUnavailableException">No place that should hold it does.</exception>
    public async Task<Blob> ReadContentAsync(ChunkId id, bool isAhead, CancellationToken cancellation)
    {
        var bytes = Volatile.Read(ref _table).Find(id).Select(place => place.RawLength).DefaultIfEmpty(BlobEntry.RawMaxBytes).Max();
        await _budget.TakeAsync(bytes);
        try
        {
            if (isAhead) await Task.Yield();
            var blob = await ReadBlobAsync(id, cancellation);
            blob.GivenBack = () => _budget.Give(bytes);
            return blob;
        }
        catch
        {
            _budget.Give(bytes);
            throw;
        }
    }

    public void Dispose()
    {
        _pieces.Dispose();
        foreach (var compressor in _compressors) compressor.Dispose();
        _widening.Dispose();
    }

    private async Task<Blob> ReadBlobAsync(ChunkId id, CancellationToken cancellation)
    {
        var table = Volatile.Read(ref _table);
        var (blob, fault) = await TryPlacesAsync(table, id, cancellation);
        if (blob is null && await WidenAsync(table, cancellation) is { } wider)
            (blob, fault) = await TryPlacesAsync(wider, id, cancellation);
        return blob ?? throw new ChunkUnavailableException(id, fault?.Message ?? loader.WhyUnknown, fault);
    }

    private async Task<(Blob? Blob, Exception? Fault)> TryPlacesAsync(BlobTable table, ChunkId id, CancellationToken cancellation)
    {
        Exception? first = null;
        foreach (var place in table.Find(id))
        {
            try
            {
                return (await ReadAsync(place, id, cancellation), null);
            }
            catch (Exception fault) when (fault is ObjectBrokenException or IOException or UnauthorizedAccessException)
            {
                first ??= fault;
                broken(place, fault);
            }
        }
        return (null, first);
    }

    private async Task<BlobTable?> WidenAsync(BlobTable tried, CancellationToken cancellation)
    {
        await _widening.WaitAsync(cancellation);
        try
        {
            if (await loader.WidenAsync(cancellation)) Volatile.Write(ref _table, loader.Build());
            return ReferenceEquals(tried, _table) ? null : _table;
        }
        finally
        {
            _widening.Release();
        }
    }

    private async Task<Blob> ReadAsync(BlobPlace place, ChunkId id, CancellationToken cancellation)
    {
        var head = await repository.HeadAsync(place.From.Pack, cancellation);
        var blob = new Blob(place.RawLength, _pool);
        var stored = place.Codec == BlobCodec.Raw ? null : _pool.Rent(place.StoredLength);
        var compressor = _compressors.TryTake(out var free) ? free : new BlobCompressor();
        try
        {
            using var opened = repository.Opener.Begin(place.From.Pack, head.Prefix, head.SizeBytes);
            if (place.Offset + place.StoredLength > opened.PlainLength)
                throw Broken(place, "an index says that a chunk lies beyond its end.");
            var sealedIn = stored is null ? blob.Bytes : stored.AsMemory(0, place.StoredLength);
            await OpenAsync(opened, head, place.Offset, sealedIn, cancellation);
            if ((stored is not null && !compressor.TryRestore(place.Codec, sealedIn.Span, blob.Bytes.Span))
                || ChunkId.Of(opened.Keys, blob.Bytes.Span) != id) throw Broken(place, WrongChunk(place));
            return blob;
        }
        catch
        {
            blob.Dispose();
            throw;
        }
        finally
        {
            _compressors.Add(compressor);
            if (stored is not null) _pool.Return(stored);
        }
    }

    private async Task OpenAsync(OpenObject opened, ObjectHead head, long offset, Memory<byte> into, CancellationToken cancellation)
    {
        while (!into.IsEmpty)
        {
            var number = (int)(offset / SegmentCache.PlainBytes);
            var length = (int)Math.Min(into.Length, ((number + 1L) * SegmentCache.PlainBytes) - offset);
            var piece = await _pieces.RentAsync(head.Name, head.SizeBytes, number, cancellation);
            try
            {
                var (at, count) = opened.SealedRange(offset, length);
                opened.Open(offset, piece.Bytes.AsSpan((int)(at - piece.At), count), into.Span[..length]);
            }
            finally
            {
                _pieces.Return(piece);
            }
            offset += length;
            into = into[length..];
        }
    }

    private static string WrongChunk(BlobPlace place) => place.From.Index is { } index
        ? $"the bytes from {place.Offset} on are not the chunk that {index} says lies there."
        : $"the bytes from {place.Offset} on are not the chunk that its own table says lies there.";

    private static ObjectBrokenException Broken(BlobPlace place, string why) => new(place.From.Pack, ObjectFault.Content, why);
}
