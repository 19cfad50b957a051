using System.Runtime.CompilerServices;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>A part of a directory's tree that cannot be read, and the name of the last entry before it (empty: none).</summary>
public sealed record TreeGap(ReadOnlyMemory<byte> After, Exception Cause);

/// <summary>
/// Reads a directory's tree chunk by chunk. Where a chunk cannot be had, its entries are lost and the reading goes on behind it, at the
/// next whole line: a damaged object costs what lies in it.
/// </summary>
public static class TreeReader
{
    /// <summary>The directory's entries in order.</summary>
    /// <param name="subtree">The directory's reference.</param>
    /// <param name="trees">Where its chunks come from.</param>
    /// <param name="lost">Told of each part that cannot be read; null: the first one is thrown.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    /// <exception cref="TreeBrokenException">The bytes are authentic but no tree.</exception>
    /// <exception cref="ChunkUnavailableException">A chunk cannot be had and <paramref name="lost"/> is null.</exception>
    public static async IAsyncEnumerable<TreeEntry> ReadAsync(Reference subtree, IChunkSource trees, Action<TreeGap>? lost = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trees);
        var lines = new Lines();
        await foreach (var chunk in ChunksAsync(subtree, trees, gap => Tell(gap, lost, lines), cancellation))
        {
            lines.Push(chunk);
            while (lines.TryNext(out var entry)) yield return entry;
        }
        lines.End();
    }

    private static void Tell(Exception cause, Action<TreeGap>? lost, Lines lines)
    {
        if (lost is null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        lost(new TreeGap(lines.LastName, cause));
        lines.Break();
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync(Reference subtree, IChunkSource trees, Action<Exception> lost,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var ids = ReferenceReader.ReadAsync(subtree, trees, cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            ReadOnlyMemory<byte>? chunk = null;
            var listLost = true;
            try
            {
                if (!await ids.MoveNextAsync()) yield break;
                listLost = false;
                chunk = await trees.ReadAsync(ids.Current, cancellation);
            }
            catch (ChunkUnavailableException unavailable)
            {
                lost(unavailable);
            }
            if (listLost) yield break;
            if (chunk is { } bytes) yield return bytes;
        }
    }

    /// <summary>The lines of a stream that comes in pieces.</summary>
    private sealed class Lines
    {
        private readonly List<byte> _half = [];
        private ReadOnlyMemory<byte> _rest;
        private bool _afterGap;

        public ReadOnlyMemory<byte> LastName { get; private set; }

        public void Push(ReadOnlyMemory<byte> chunk) => _rest = chunk;

        public void Break()
        {
            _half.Clear();
            _rest = default;
            _afterGap = true;
        }

        public bool TryNext(out TreeEntry entry)
        {
            entry = null!;
            while (true)
            {
                var end = _rest.Span.IndexOf((byte)'\n');
                var part = end < 0 ? _rest : _rest[..end];
                if (_half.Count + part.Length > TreeLine.MaxBytes) throw new TreeBrokenException("a line is longer than 4 MiB.");
                if (end < 0)
                {
                    _half.AddRange(part.Span);
                    _rest = default;
                    return false;
                }
                _rest = _rest[(end + 1)..];
                if (TryParse(part, out entry)) return true;
            }
        }

        public void End()
        {
            if (_half.Count > 0 && !_afterGap) throw new TreeBrokenException("it ends in the middle of a line.");
        }

        // Behind a gap stands the end of a line whose beginning is lost, or by chance a whole one.
        private bool TryParse(ReadOnlyMemory<byte> part, out TreeEntry entry)
        {
            var afterGap = _afterGap;
            _afterGap = false;
            _half.AddRange(_half.Count > 0 ? part.Span : []);
            var line = _half.Count > 0 ? System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_half) : part.Span;
            try
            {
                entry = TreeLineParser.Parse(line);
            }
            catch (TreeBrokenException) when (afterGap)
            {
                _half.Clear();
                entry = null!;
                return false;
            }
            _half.Clear();
            if (LastName.Span.SequenceCompareTo(entry.Name.Span) >= 0)
                throw new TreeBrokenException("its entries are not in the order of their names, or one stands twice.");
            LastName = entry.Name;
            return true;
        }
    }
}
