using System.Buffers.Binary;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>
/// Numbers that look random and are the same on every machine and runtime (SplitMix64, https://prng.di.unimi.it/splitmix64.c): a tree that
/// is made anew is the same tree, which <see cref="Random"/> does not promise.
/// </summary>
internal struct Noise(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>In [0, <paramref name="limit"/>).</summary>
    public int Below(int limit) => (int)(((UInt128)Next() * (ulong)limit) >> 64);

    /// <summary>In [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Fills a span.</summary>
    public void Fill(Span<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
        for (var rest = Next(); !bytes.IsEmpty; bytes = bytes[1..], rest >>= 8) bytes[0] = (byte)rest;
    }
}
