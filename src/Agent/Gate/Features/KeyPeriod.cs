using System.Numerics;
using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Finds the length of a key that was repeated over a text (XOR): bytes a key's length apart are equal as often as bytes of the text are,
/// one in fifteen, all others one in 256 (Friedman's index of coincidence). Compressed data is equal nowhere, a table of records everywhere
/// near.
/// </summary>
internal static class KeyPeriod
{
    private const int SampleBytes = 24 << 10, KeyLeast = 16, KeyMost = 16 << 10;

    // By chance 96 of 24 Ki are equal, with a deviation of 10; of English text 1,600.
    private const int EqualLeast = 400, EqualNearMost = 220;

    /// <summary>The key's length; 0 when there is none.</summary>
    public static int Find(ReadOnlySpan<byte> bytes)
    {
        for (var near = 1; near < KeyLeast; near++)
        {
            if (Equal(bytes, near) > EqualNearMost) return 0;
        }
        for (var length = KeyLeast; length <= Math.Min(KeyMost, (bytes.Length - SampleBytes) / 2); length++)
        {
            if (Equal(bytes, length) >= EqualLeast && Equal(bytes, 2 * length) >= EqualLeast) return length;
        }
        return 0;
    }

    private static int Equal(ReadOnlySpan<byte> bytes, int lag)
    {
        if (bytes.Length < SampleBytes + lag) return 0;
        var here = MemoryMarshal.Cast<byte, Vector<byte>>(bytes[..SampleBytes]);
        var there = MemoryMarshal.Cast<byte, Vector<byte>>(bytes.Slice(lag, SampleBytes));
        var equal = 0;
        // An equal byte is 255, that is −1: 128 of them fit a byte's count.
        for (var at = 0; at < here.Length;)
        {
            var sum = Vector<byte>.Zero;
            for (var end = Math.Min(here.Length, at + 128); at < end; at++) sum -= Vector.Equals(here[at], there[at]);
            Vector.Widen(sum, out var low, out var high);
            equal += Vector.Sum(low + high);
        }
        return equal;
    }
}
