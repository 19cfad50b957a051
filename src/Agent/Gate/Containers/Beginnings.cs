using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>
/// Finds where one of some dozens of beginnings may stand, sixteen places at a time: each beginning belongs to one of eight sets, and a
/// table a nibble says which sets have a beginning with that nibble there. A place where some set agrees with all nibbles is one; wrong
/// now and then, for the sets are mixed, and never blind.
/// </summary>
internal sealed class Beginnings
{
    private const int Nibbles = 16;

    // By the length of what is in them: one that says little would make a set say yes to nearly everything.
    private static readonly (int First, int Count)[] Rooms = [(0, 1), (1, 3), (4, 4)];

    // The first three bytes, and one further on: zeros are everywhere, what comes behind MP4's is not.
    private static readonly int[] Looked = [0, 1, 2, 5];

    private readonly byte[] _low = new byte[Looked.Length * Nibbles], _high = new byte[Looked.Length * Nibbles];

    /// <summary>Takes them.</summary>
    /// <param name="all">
    /// Those of a format together. Of each the first three bytes and the sixth count; where one is shorter, any byte may follow.
    /// </param>
    public Beginnings(IEnumerable<IEnumerable<byte[]>> all)
    {
        var used = new int[Rooms.Length];
        foreach (var beginnings in all.Select(format => format.ToList()))
        {
            var length = Math.Min(beginnings.Min(beginning => beginning.Length), Rooms.Length) - 1;
            var set = Rooms[length].First + (used[length]++ % Rooms[length].Count);
            foreach (var beginning in beginnings)
            {
                for (var i = 0; i < Looked.Length; i++)
                    Add(i, (byte)(1 << set), Looked[i] < beginning.Length ? beginning[Looked[i]] : null);
            }
        }
    }

    /// <summary>The first such place at or behind an offset; negative: there is none before the end.</summary>
    public int Next(ReadOnlySpan<byte> bytes, int from, int until)
    {
        var at = from;
        ref var first = ref MemoryMarshal.GetReference(bytes);
        var (low0, high0, low1, high1) = (Table(_low, 0), Table(_high, 0), Table(_low, 1), Table(_high, 1));
        for (var last = Math.Min(until, bytes.Length - Vector128<byte>.Count - Looked[^1]); at < last; at += Vector128<byte>.Count)
        {
            // Most places are done with after two bytes.
            var sets = Sets(low0, high0, Vector128.LoadUnsafe(ref first, (nuint)at))
                & Sets(low1, high1, Vector128.LoadUnsafe(ref first, (nuint)(at + Looked[1])));
            if (sets == Vector128<byte>.Zero) continue;
            for (var i = 2; i < Looked.Length; i++)
                sets &= Sets(Table(_low, i), Table(_high, i), Vector128.LoadUnsafe(ref first, (nuint)(at + Looked[i])));
            var places = ~Vector128.Equals(sets, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
            if (places == 0) continue;
            var found = at + BitOperations.TrailingZeroCount(places);
            return found < until ? found : -1;
        }
        for (; at < until; at++)
        {
            if (MayBe(bytes[at..])) return at;
        }
        return -1;
    }

    /// <summary>Whether one may stand here: the same, place by place.</summary>
    public bool MayBe(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= Looked[^1]) return true;
        var sets = 255;
        for (var i = 0; i < Looked.Length; i++)
        {
            var value = bytes[Looked[i]];
            sets &= _low[(i * Nibbles) + (value & 15)] & _high[(i * Nibbles) + (value >> 4)];
        }
        return sets != 0;
    }

    private static Vector128<byte> Table(byte[] tables, int at) => Vector128.LoadUnsafe(ref tables[at * Nibbles]);

    private static Vector128<byte> Sets(Vector128<byte> low, Vector128<byte> high, Vector128<byte> bytes) =>
        Vector128.ShuffleNative(low, bytes & Vector128.Create((byte)15)) & Vector128.ShuffleNative(high, bytes >>> 4);

    private void Add(int at, byte set, byte? value)
    {
        for (var nibble = 0; nibble < Nibbles; nibble++)
        {
            if (value is null || (value & 15) == nibble) _low[(at * Nibbles) + nibble] |= set;
            if (value is null || value >> 4 == nibble) _high[(at * Nibbles) + nibble] |= set;
        }
    }
}
