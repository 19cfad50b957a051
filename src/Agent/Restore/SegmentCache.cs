using System.Buffers;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// Sealed bytes of packs, read in pieces of 64 sealed chunks (about a mebibyte): small files lie one behind the other in a pack, and a
/// request to a vault for each of them would take longer than the restore. Pieces in use are never dropped; of the others the longest
/// unused goes first. Thread-safe.
/// </summary>
internal sealed class SegmentCache(IRepositorySource source, int piecesMax) : IDisposable
{
    /// <summary>Sealed chunks of a piece.</summary>
    public const int ChunksPerPiece = 64;

    /// <summary>Bytes of plaintext that a piece holds.</summary>
    public const int PlainBytes = ChunksPerPiece * Cobblestone256.ChunkBytes;

    private const int SealedBytes = ChunksPerPiece * Cobblestone256.SealedChunkBytes;

    // Pooled here and not shared: what is rented goes back within moments, and the shared pool would keep arrays for each core.
    private readonly ArrayPool<byte> _pool = ArrayPool<byte>.Create(SealedBytes, piecesMax);
    private readonly Lock _lock = new();
    private readonly Dictionary<(ObjectName, int), Piece> _pieces = [];
    private long _uses;

    /// <summary>Rents the piece of an object with that number; <see cref="Return"/> it.</summary>
    /// <exception cref="ObjectBrokenException">The object is missing or shorter.</exception>
    public async ValueTask<Piece> RentAsync(ObjectName name, long objectBytes, int number, CancellationToken cancellation)
    {
        Piece? piece;
        var load = false;
        lock (_lock)
        {
            if (!_pieces.TryGetValue((name, number), out piece))
            {
                load = true;
                MakeRoom();
                var at = ObjectHeader.PrefixBytes + ((long)number * SealedBytes);
                piece = new Piece(name, number, at, (int)Math.Min(SealedBytes, objectBytes - at), _pool.Rent(SealedBytes));
                _pieces[(name, number)] = piece;
            }
            piece.Users++;
            piece.LastUse = ++_uses;
        }
        if (load) await LoadAsync(piece, cancellation);
        try
        {
            await piece.Loaded.Task;
            return piece;
        }
        catch
        {
            Return(piece);
            throw;
        }
    }

    /// <summary>Gives a piece back.</summary>
    public void Return(Piece piece)
    {
        lock (_lock)
        {
            if (--piece.Users == 0 && piece.IsDropped) _pool.Return(piece.Bytes);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var piece in _pieces.Values) Drop(piece);
            _pieces.Clear();
        }
    }

    private async Task LoadAsync(Piece piece, CancellationToken cancellation)
    {
        try
        {
            await source.ReadAsync(piece.Name, piece.At, piece.Bytes.AsMemory(0, piece.Length), cancellation);
            piece.Loaded.SetResult();
        }
        catch (Exception fault)
        {
            // Whoever asks next tries again.
            lock (_lock)
            {
                _pieces.Remove((piece.Name, piece.Number));
                piece.IsDropped = true;
            }
            piece.Loaded.SetException(fault);
        }
    }

    private void MakeRoom()
    {
        while (_pieces.Count >= piecesMax)
        {
            var oldest = _pieces.Values.Where(piece => piece.Users == 0).MinBy(piece => piece.LastUse);
            if (oldest is null) return;
            _pieces.Remove((oldest.Name, oldest.Number));
            Drop(oldest);
        }
    }

    private void Drop(Piece piece)
    {
        piece.IsDropped = true;
        if (piece.Users == 0) _pool.Return(piece.Bytes);
    }

    internal sealed class Piece(ObjectName name, int number, long at, int length, byte[] bytes)
    {
        public ObjectName Name => name;

        public int Number => number;

        public long At => at;

        public int Length => length;

        public byte[] Bytes => bytes;

        public TaskCompletionSource Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Users { get; set; }

        public long LastUse { get; set; }

        public bool IsDropped { get; set; }
    }
}
