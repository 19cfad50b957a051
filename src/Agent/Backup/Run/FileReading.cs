using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.Backup.Walk;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>How the reading of a file ended.</summary>
internal enum ReadingEnd
{
    /// <summary>All chunks were handed on.</summary>
    Complete,

    /// <summary>It is a private key; nothing was handed on.</summary>
    PrivateKey,
}

/// <summary>
/// Reads a file once and cuts it into chunks. Reads no more than the size it had when it was opened: a log that grows is kept as it was.
/// Reuses one buffer of 4 MiB and a bit; one file at a time.
/// </summary>
internal sealed class FileReading(RepositoryKeys keys, MemoryBudget budget)
{
    // A line of a tree has room for some 100,000; a file with more is kept with the rest of its holes as zeros.
    private const int HolesMax = 10_000, ReadBytes = 256 << 10, BlockBytes = 512;

    private readonly byte[] _open = new byte[Chunker.MaxBytes + ReadBytes];
    private readonly Chunker _chunker = new(keys);
    private ZeroChunk? _zeros;
    private int _filled;

    /// <summary>The holes of the file that was read last.</summary>
    public IReadOnlyList<Hole> Holes { get; private set; } = [];

    /// <summary>Bytes of the file that was read last.</summary>
    public long Length { get; private set; }

    /// <summary>Reads the file.</summary>
    /// <param name="file">Open for reading.</param>
    /// <param name="facts">What it was when it was opened.</param>
    /// <param name="lookForKeys">Stop when the first bytes are those of a private key.</param>
    /// <param name="emit">Takes each chunk, in order.</param>
    /// <param name="look">Takes the same bytes for the gate; null: it does not look at this file.</param>
    /// <param name="cancellation">Stops between reads.</param>
    public async Task<ReadingEnd> ReadAsync(SafeFileHandle file, FileFacts facts, bool lookForKeys, Func<WalkItem, ValueTask> emit,
        FileLook? look, CancellationToken cancellation)
    {
        (_filled, Length) = (0, 0);
        _chunker.Finish();
        Holes = facts.Blocks * BlockBytes < facts.Size ? FindHoles(file, facts.Size) : [];
        var hole = 0;
        while (Length < facts.Size)
        {
            cancellation.ThrowIfCancellationRequested();
            while (hole < Holes.Count && Holes[hole].Offset + Holes[hole].Length <= Length) hole++;
            if (_filled == 0 && hole < Holes.Count && Holes[hole].Offset <= Length && Length > 0)
            {
                if (await SkipZerosAsync(Holes[hole], emit, look, cancellation).ConfigureAwait(false)) continue;
            }
            var wanted = (int)Math.Min(ReadBytes, facts.Size - Length);
            var read = LinuxFiles.Read(file, _open.AsSpan(_filled, wanted), Length);
            if (read == 0) break;
            if (Length == 0 && lookForKeys && PrivateKeyRule.ByHead(_open.AsSpan(0, read))) return ReadingEnd.PrivateKey;
            look?.Push(_open.AsSpan(_filled, read), Length);
            Length += read;
            await CutAsync(read, emit, cancellation).ConfigureAwait(false);
        }
        if (_chunker.Finish()) await EmitAsync(_filled, emit, cancellation).ConfigureAwait(false);
        return ReadingEnd.Complete;
    }

    private async ValueTask CutAsync(int read, Func<WalkItem, ValueTask> emit, CancellationToken cancellation)
    {
        while (read > 0)
        {
            var taken = _chunker.Push(_open.AsSpan(_filled, read), out var ends);
            _filled += taken;
            read -= taken;
            if (!ends) continue;
            var length = _filled;
            await EmitAsync(length, emit, cancellation).ConfigureAwait(false);
            _open.AsSpan(length, read).CopyTo(_open);
            _filled = 0;
        }
    }

    private async ValueTask EmitAsync(int length, Func<WalkItem, ValueTask> emit, CancellationToken cancellation) =>
        await emit(new WalkItem.Chunk(await ChunkBuffer.CopyAsync(_open.AsMemory(0, length), budget, cancellation).ConfigureAwait(false)))
            .ConfigureAwait(false);

    // At the start of a chunk nothing before it matters, so chunks within a hole are all alike: the first is kept, the rest only named. A
    // sparse file of a terabyte costs what its list of ids costs.
    private async ValueTask<bool> SkipZerosAsync(
        Hole hole, Func<WalkItem, ValueTask> emit, FileLook? look, CancellationToken cancellation)
    {
        _zeros ??= ZeroChunk.Of(keys);
        var left = hole.Offset + hole.Length - Length;
        if (left < _zeros.Length) return false;
        if (!_zeros.Emitted)
        {
            _zeros.Emitted = true;
            var chunk = await ChunkBuffer.CopyAsync(new byte[_zeros.Length], budget, cancellation).ConfigureAwait(false);
            await emit(new WalkItem.Chunk(chunk)).ConfigureAwait(false);
            look?.PushZeros(_zeros.Length, Length);
            Length += _zeros.Length;
            return true;
        }
        look?.PushZeros(left / _zeros.Length * _zeros.Length, Length);
        for (; left >= _zeros.Length; left -= _zeros.Length, Length += _zeros.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            await emit(new WalkItem.Hashed(_zeros.Id, null)).ConfigureAwait(false);
        }
        return true;
    }

    private static List<Hole> FindHoles(SafeFileHandle file, long size)
    {
        var holes = new List<Hole>();
        for (long at = 0; at < size && holes.Count < HolesMax;)
        {
            var hole = LinuxFiles.NextHole(file, at, size);
            if (hole >= size) break;
            at = LinuxFiles.NextData(file, hole, size);
            if (at > hole) holes.Add(new Hole(hole, at - hole));
            else break;
        }
        return holes;
    }

    private sealed class ZeroChunk
    {
        public required int Length { get; init; }

        public required ChunkId Id { get; init; }

        public bool Emitted { get; set; }

        public static ZeroChunk Of(RepositoryKeys keys)
        {
            var zeros = new byte[Chunker.MaxBytes];
            var length = new Chunker(keys).Push(zeros, out _);
            return new ZeroChunk { Length = length, Id = ChunkId.Of(keys, zeros.AsSpan(0, length)) };
        }
    }
}
