using HostAtlas.Agent.Backup.Format;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Restore;

/// <summary>Writes a file's content chunk by chunk, some chunks read ahead. Holes stay holes where the content is zeros.</summary>
internal static class FileContent
{
    // Of one file; how many bytes that may be in all is the reader's budget.
    private const int ChunksAhead = 4;

    /// <summary>Writes the content of an entry.</summary>
    /// <param name="file">A new file.</param>
    /// <param name="entry">What it should hold.</param>
    /// <param name="blobs">Where the chunks are.</param>
    /// <param name="written">Told of the bytes as they are written.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    /// <exception cref="ChunkUnavailableException">A chunk cannot be had.</exception>
    /// <exception cref="TreeBrokenException">The chunks are not the file's length.</exception>
    public static async Task WriteAsync(
        SafeFileHandle file, TreeEntry entry, BlobReader blobs, Action<long> written, CancellationToken cancellation)
    {
        if (entry.Holes.Count > 0) RandomAccess.SetLength(file, entry.Size);
        var place = new Place(file, entry, written);
        if (entry.Chunks is { Depth: 0, Ids: [var only] })
        {
            // Small files are restored side by side; reading ahead within one gains nothing.
            using var blob = await blobs.ReadContentAsync(only, isAhead: false, cancellation);
            place.Write(blob);
        }
        else if (entry.Chunks is { IsEmpty: false } chunks) await WriteAsync(place, chunks, blobs, cancellation);
        place.End();
    }

    private static async Task WriteAsync(Place place, Reference chunks, BlobReader blobs, CancellationToken cancellation)
    {
        var ahead = new Queue<Reading>();
        Reading? last = null;
        try
        {
            await foreach (var id in ReferenceReader.ReadAsync(chunks, blobs, cancellation))
            {
                // The same chunk again, as in a long run of zeros, is opened once.
                if (last?.Id == id && ahead.Count > 0)
                {
                    last.Times++;
                    continue;
                }
                last = new Reading(id, blobs.ReadContentAsync(id, isAhead: true, cancellation));
                ahead.Enqueue(last);
                if (ahead.Count >= ChunksAhead) await WriteNextAsync(place, ahead, cancellation);
            }
            while (ahead.Count > 0) await WriteNextAsync(place, ahead, cancellation);
        }
        finally
        {
            foreach (var reading in ahead) await GiveBackAsync(reading.Blob);
        }
    }

    private static async Task WriteNextAsync(Place place, Queue<Reading> ahead, CancellationToken cancellation)
    {
        // Dequeued only when it is there: a fault leaves it in the queue, whose rest is given back.
        var reading = ahead.Peek();
        using var blob = await reading.Blob;
        ahead.Dequeue();
        for (; reading.Times > 0; reading.Times--)
        {
            cancellation.ThrowIfCancellationRequested();
            place.Write(blob);
        }
    }

    private static async Task GiveBackAsync(Task<Blob> reading)
    {
        try
        {
            (await reading).Dispose();
        }
        catch (Exception fault) when (fault is ChunkUnavailableException or OperationCanceledException)
        {
            // The first fault is on its way already.
        }
    }

    private sealed class Reading(ChunkId id, Task<Blob> blob)
    {
        public ChunkId Id => id;

        public Task<Blob> Blob => blob;

        public int Times { get; set; } = 1;
    }

    /// <summary>How far a file is.</summary>
    private sealed class Place(SafeFileHandle file, TreeEntry entry, Action<long> written)
    {
        private long _at;
        private int _hole;

        public void Write(Blob blob)
        {
            if (blob.Length > entry.Size - _at) throw Length();
            ReadOnlySpan<byte> bytes = blob.Bytes.Span;
            var from = _at;
            while (!bytes.IsEmpty)
            {
                while (_hole < entry.Holes.Count && entry.Holes[_hole].Offset + entry.Holes[_hole].Length <= from) _hole++;
                var inHole = _hole < entry.Holes.Count && entry.Holes[_hole].Offset <= from;
                var until = _hole == entry.Holes.Count ? long.MaxValue
                    : inHole ? entry.Holes[_hole].Offset + entry.Holes[_hole].Length : entry.Holes[_hole].Offset;
                var part = bytes[..(int)Math.Min(bytes.Length, until - from)];
                if (!inHole || part.ContainsAnyExcept((byte)0)) RandomAccess.Write(file, part, from);
                from += part.Length;
                bytes = bytes[part.Length..];
            }
            _at = from;
            written(blob.Length);
        }

        public void End()
        {
            if (_at != entry.Size) throw Length();
        }

        private TreeBrokenException Length() => new($"a file of {entry.Size} bytes has chunks of another length.");
    }
}
