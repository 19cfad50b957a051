using System.Buffers.Binary;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>
/// Looks for thousands of byte patterns in one pass over tens of megabytes: at each place the next six bytes are looked up in a bit table,
/// which lets one in hundreds through, and then among the patterns that begin so (Rabin and Karp's idea with a fixed window).
/// </summary>
internal sealed class ManyPatterns
{
    /// <summary>Bytes that a pattern must have.</summary>
    public const int Shortest = 6;

    private const ulong Window = (1UL << (8 * Shortest)) - 1;
    private const int TableBits = 20;

    private readonly List<byte[]> _patterns = [];
    private readonly Dictionary<ulong, List<int>> _byStart = [];
    private readonly ulong[] _mayStart = new ulong[(1 << TableBits) / 64];

    /// <summary>Adds one; it is known by its number, from 0 on.</summary>
    public void Add(byte[] pattern)
    {
        var start = StartAt(pattern, 0);
        if (!_byStart.TryGetValue(start, out var same)) _byStart[start] = same = [];
        same.Add(_patterns.Count);
        _patterns.Add(pattern);
        _mayStart[Slot(start) / 64] |= 1UL << (Slot(start) % 64);
    }

    /// <summary>The numbers of those that occur.</summary>
    public IReadOnlyCollection<int> FindIn(ReadOnlySpan<byte> bytes)
    {
        var found = new SortedSet<int>();
        for (var at = 0; at + Shortest <= bytes.Length; at++)
        {
            var start = StartAt(bytes, at);
            var slot = Slot(start);
            if ((_mayStart[slot / 64] & (1UL << (slot % 64))) == 0 || !_byStart.TryGetValue(start, out var candidates)) continue;
            foreach (var candidate in candidates)
            {
                if (bytes[at..].StartsWith(_patterns[candidate])) found.Add(candidate);
            }
        }
        return found;
    }

    private static int Slot(ulong start) => (int)((start * 0x9E3779B97F4A7C15UL) >> (64 - TableBits));

    private static ulong StartAt(ReadOnlySpan<byte> bytes, int at)
    {
        if (at + sizeof(ulong) <= bytes.Length) return BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) & Window;
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        bytes.Slice(at, Math.Min(bytes.Length - at, Shortest)).CopyTo(last);
        return BinaryPrimitives.ReadUInt64LittleEndian(last) & Window;
    }
}
