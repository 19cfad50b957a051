using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// Counts failed credentials by network (IPv4 /32, IPv6 /64: what one subscriber holds) with a token bucket each: 1,000 at once, then 10 a
/// second. It is asked only after a verification has failed, so a valid token is never refused for what its neighbours do.
/// </summary>
/// <remarks>
/// Bounded: at most <see cref="NetworksAtMost"/> networks are counted one by one. When more fail at a time, forgotten ones make room; if
/// none is, the newcomers share one bucket, so that a flood from a million addresses is answered 429 and takes no more memory.
/// </remarks>
internal sealed class FailedCredentials(TimeProvider time)
{
    /// <summary>Failures that a network may have at once.</summary>
    public const int Burst = 1_000;

    /// <summary>Failures a second that are forgiven.</summary>
    public const int RefillPerSecond = 10;

    /// <summary>Networks that have a bucket of their own: about 4 MB.</summary>
    public const int NetworksAtMost = 50_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Bucket> _buckets = [];
    private readonly Bucket _crowd = new() { Tokens = Burst };
    private long _sweptAt;

    /// <summary>How many networks are counted.</summary>
    public int Count
    {
        get { lock (_lock) return _buckets.Count; }
    }

    /// <summary>Counts a failure; false when the network has had too many and is to be told 429 instead of 401.</summary>
    public bool TryCount(IPAddress? address)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            var bucket = Find(NetworkOf(address), now);
            Refill(bucket, now);
            if (bucket.Tokens < 1) return false;
            bucket.Tokens--;
            return true;
        }
    }

    /// <summary>The network an address belongs to. An IPv4 address in IPv6 clothes is the same one.</summary>
    internal static UInt128 NetworkOf(IPAddress? address)
    {
        if (address is null) return UInt128.Zero;
        Span<byte> bytes = stackalloc byte[16];
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        address.TryWriteBytes(bytes, out var length);
        return address.AddressFamily == AddressFamily.InterNetwork && length == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes) | (UInt128)1 << 64
            : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private Bucket Find(UInt128 network, long now)
    {
        if (_buckets.TryGetValue(network, out var bucket)) return bucket;
        if (_buckets.Count >= NetworksAtMost && !Sweep(now)) return _crowd;
        return _buckets[network] = new Bucket { Tokens = Burst, At = now };
    }

    // Full buckets say nothing any more. Looking at all of them is worth it once a second at most.
    private bool Sweep(long now)
    {
        if (_sweptAt != 0 && time.GetElapsedTime(_sweptAt, now) < TimeSpan.FromSeconds(1)) return false;
        _sweptAt = now;
        foreach (var (network, bucket) in _buckets)
        {
            Refill(bucket, now);
            if (bucket.Tokens >= Burst) _buckets.Remove(network);
        }
        return _buckets.Count < NetworksAtMost;
    }

    private void Refill(Bucket bucket, long now)
    {
        bucket.Tokens = Math.Min(Burst, bucket.Tokens + (time.GetElapsedTime(bucket.At, now).TotalSeconds * RefillPerSecond));
        bucket.At = now;
    }

    private sealed class Bucket
    {
        public double Tokens { get; set; }

        public long At { get; set; }
    }
}
