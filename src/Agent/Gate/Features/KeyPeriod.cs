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
    private const int SampleMost = 24 << 10, SampleLeast = 4096, KeyLeast = 16, KeyMost = 16 << 10;

    // By chance one in 256 is equal. Text and programs are equal to themselves one time in fifteen and more.
    private const double ChanceShare = 1.0 / 256, KeyShare = 1.0 / 50;

    /// <summary>The key's length; 0 when there is none.</summary>
    public static int Find(ReadOnlySpan<byte> bytes)
    {
        for (var near = 1; near < KeyLeast; near++)
        {
            if (IsEqual(bytes, near, 2 * ChanceShare)) return 0;
        }
        for (var length = KeyLeast; length <= Math.Min(KeyMost, bytes.Length - SampleLeast); length++)
        {
            if (IsEqual(bytes, length, KeyShare) && (bytes.Length < (2 * length) + SampleLeast || IsEqual(bytes, 2 * length, KeyShare)))
                return AreOthersUnequal(bytes, length) ? length : 0;
        }
        return 0;
    }

    // Beside the key's length nothing is equal; records and instructions are near it as well.
    private static bool AreOthersUnequal(ReadOnlySpan<byte> bytes, int length)
    {
        for (var beside = 1; beside <= 8; beside++)
        {
            if (IsEqual(bytes, length - beside, 2 * ChanceShare)) return false;
        }
        return true;
    }

    private static bool IsEqual(ReadOnlySpan<byte> bytes, int lag, double share)
    {
        // Whole vectors of any width, and as many as there are bytes to compare with.
        var sample = Math.Min(SampleMost, bytes.Length - lag) & ~63;
        var least = Math.Max(share * sample, (ChanceShare * sample) + (6 * Math.Sqrt(ChanceShare * sample)));
        return sample >= SampleLeast && Equal(bytes[..sample], bytes.Slice(lag, sample)) > least;
    }

    private static int Equal(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var here = MemoryMarshal.Cast<byte, Vector<byte>>(one);
        var there = MemoryMarshal.Cast<byte, Vector<byte>>(other);
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
