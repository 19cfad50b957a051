using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// How often each byte value occurs, and what that says. The distance from uniform is Pearson's chi-square over 256 values,
/// <c>z = (chi2 − 255) / 22.58</c>: of ciphertext, of any length above a few KiB, z is a standard normal deviate, of text of n bytes it is
/// about 0.6·n, of deflate's output of 64 KiB some tens to thousands.
/// </summary>
internal sealed class ByteCounts
{
    /// <summary>Byte values.</summary>
    public const int Values = 256;

    /// <summary>The mean of chi-square with 255 degrees of freedom, and the root of its variance, 510.</summary>
    public const double Mean = 255, Deviation = 22.583;

    private const int Tables = 4, FloorValues = 80;

    // Variance by mean: of counts of chance 1, of the rarer third of them 0.2; of machine code 10 and more.
    private const double UnevenMost = 5;

    // What is counted at once: a sum of all tables fits a table's entry.
    private const int CountedMost = 32 << 10;

    private readonly ushort[] _tables = new ushort[Tables * Values];

    /// <summary>The counts.</summary>
    public long[] Counts { get; } = new long[Values];

    /// <summary>All bytes.</summary>
    public long Total { get; private set; }

    /// <summary>Distance from uniform in standard deviations; 0 without bytes.</summary>
    public double Z => ZOf(Counts, Total);

    /// <summary>The value that occurs most often.</summary>
    public byte Commonest
    {
        get
        {
            var most = 0;
            for (var value = 1; value < Values; value++) most = Counts[value] > Counts[most] ? value : most;
            return (byte)most;
        }
    }

    /// <summary>Shannon's entropy, bits a byte, 0–8.</summary>
    public double Entropy
    {
        get
        {
            if (Total == 0) return 0;
            var sum = 0.0;
            foreach (var count in Counts)
            {
                if (count > 0) sum -= (double)count / Total * Math.Log2((double)count / Total);
            }
            return sum;
        }
    }

    /// <summary>
    /// Whether so large a share of the bytes can be uniformly random. Each of those would show every value alike: so the rarest values are
    /// not rare, and the rarer third of them is nearly as even as chance leaves it, where programs' own is many times as uneven.
    /// </summary>
    /// <param name="share">The share, 0–1.</param>
    public bool HasFloor(double share)
    {
        if (Total == 0) return false;
        // The eighth rarest: the rarest of 256 is low by chance. Most files' blocks are done with here, without sorting.
        var (below, least) = (0, share * Total / Values);
        foreach (var count in Counts) below += count < least ? 1 : 0;
        if (below > 7) return false;
        Span<long> sorted = stackalloc long[Values];
        Counts.CopyTo(sorted);
        sorted.Sort();
        var (sum, squares) = (0.0, 0.0);
        foreach (var count in sorted[..FloorValues])
        {
            sum += count;
            squares += (double)count * count;
        }
        var mean = sum / FloorValues;
        return (squares / FloorValues) - (mean * mean) < UnevenMost * mean;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(Counts);
        Total = 0;
    }

    /// <summary>Adds other counts.</summary>
    public void Add(ReadOnlySpan<int> counts, int total)
    {
        for (var i = 0; i < Values; i += Vector<int>.Count)
        {
            Vector.Widen(new Vector<int>(counts[i..]), out var low, out var high);
            (new Vector<long>(Counts, i) + low).CopyTo(Counts, i);
            (new Vector<long>(Counts, i + Vector<long>.Count) + high).CopyTo(Counts, i + Vector<long>.Count);
        }
        Total += total;
    }

    /// <summary>Adds other counts.</summary>
    public void Add(ByteCounts other)
    {
        for (var i = 0; i < Values; i += Vector<long>.Count)
            (new Vector<long>(Counts, i) + new Vector<long>(other.Counts, i)).CopyTo(Counts, i);
        Total += other.Total;
    }

    /// <summary>Adds so many bytes of one value.</summary>
    public void Add(byte value, long count)
    {
        Counts[value] += count;
        Total += count;
    }

    /// <summary>Counts these bytes alone, and gives their z.</summary>
    public double ZOnly(ReadOnlySpan<byte> bytes)
    {
        Clear();
        Add(bytes);
        return Z;
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Span<int> counts = stackalloc int[Values];
        for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, CountedMost)..])
        {
            var part = bytes[..Math.Min(bytes.Length, CountedMost)];
            CountInto(part, counts);
            Add(counts, part.Length);
        }
    }

    /// <summary>
    /// Counts the values of some bytes. Four tables side by side: two equal bytes in a row do not wait for each other's store.
    /// </summary>
    public void CountInto(ReadOnlySpan<byte> bytes, Span<int> counts)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(_tables);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            Unsafe.Add(ref table, (nint)(byte)word)++;
            Unsafe.Add(ref table, Values + (nint)(byte)(word >> 8))++;
            Unsafe.Add(ref table, (2 * Values) + (nint)(byte)(word >> 16))++;
            Unsafe.Add(ref table, (3 * Values) + (nint)(byte)(word >> 24))++;
            Unsafe.Add(ref table, (nint)(byte)(word >> 32))++;
            Unsafe.Add(ref table, Values + (nint)(byte)(word >> 40))++;
            Unsafe.Add(ref table, (2 * Values) + (nint)(byte)(word >> 48))++;
            Unsafe.Add(ref table, (3 * Values) + (nint)(word >> 56))++;
        }
        foreach (var b in bytes[(words.Length * sizeof(ulong))..]) Unsafe.Add(ref table, (nint)b)++;
        for (var i = 0; i < Values; i += Vector<ushort>.Count)
        {
            var sum = Vector.LoadUnsafe(ref table, (nuint)i) + Vector.LoadUnsafe(ref table, (nuint)(i + Values))
                + Vector.LoadUnsafe(ref table, (nuint)(i + (2 * Values))) + Vector.LoadUnsafe(ref table, (nuint)(i + (3 * Values)));
            for (var t = 0; t < Tables; t++) Vector<ushort>.Zero.StoreUnsafe(ref table, (nuint)(i + (t * Values)));
            Vector.Widen(sum, out var low, out var high);
            low.As<uint, int>().CopyTo(counts[i..]);
            high.As<uint, int>().CopyTo(counts[(i + Vector<int>.Count)..]);
        }
    }

    /// <summary>z of a page's counts.</summary>
    public static double ZOf(ReadOnlySpan<int> counts, int total)
    {
        if (total == 0) return 0;
        // A page's squares fit an int: 4096².
        var squares = Vector<int>.Zero;
        for (var i = 0; i < Values; i += Vector<int>.Count)
        {
            var part = new Vector<int>(counts[i..]);
            squares += part * part;
        }
        return ((Vector.Sum(squares) * 256.0 / total) - total - Mean) / Deviation;
    }

    /// <summary>z of counts.</summary>
    public static double ZOf(ReadOnlySpan<long> counts, long total)
    {
        if (total == 0) return 0;
        var squares = 0.0;
        foreach (var count in counts) squares += (double)count * count;
        return ((squares * 256.0 / total) - total - Mean) / Deviation;
    }
}
