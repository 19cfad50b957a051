using System.Buffers;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// Buffers for bodies. The shared pool keeps an array of each size for every thread that ever returned one: with bodies of some MiB and a
/// few dozen threads that is hundreds of MiB which whoever sends large bodies makes the platform keep. So large ones come from a pool that
/// keeps two of a size, about 32 MiB in all, and leaves the rest to the collector.
/// </summary>
internal static class BodyBuffers
{
    /// <summary>Up to here the shared pool serves: nearly every report, and what its threads keep does not add up.</summary>
    private const int SharedUpToBytes = 64 * 1024;

    private const int KeptOfEachSize = 2;

    private static readonly ArrayPool<byte> Large = ArrayPool<byte>.Create(Limits.DecodedBodyBytes, KeptOfEachSize);

    /// <summary>A buffer of at least that many bytes.</summary>
    public static byte[] Rent(int bytes) => bytes <= SharedUpToBytes ? ArrayPool<byte>.Shared.Rent(bytes) : Large.Rent(bytes);

    /// <summary>Gives it back. The pools' arrays are powers of two, so its own length tells where it came from.</summary>
    public static void Return(byte[] buffer) => (buffer.Length <= SharedUpToBytes ? ArrayPool<byte>.Shared : Large).Return(buffer);

    /// <summary>A larger buffer with the same first bytes; the old one is given back.</summary>
    /// <param name="buffer">The full buffer.</param>
    /// <param name="atMostBytes">How large the content can become; above the buffer's own length.</param>
    public static byte[] Grow(byte[] buffer, int atMostBytes)
    {
        var larger = Rent(Math.Min(2 * buffer.Length, atMostBytes));
        buffer.CopyTo(larger, 0);
        Return(buffer);
        return larger;
    }
}
