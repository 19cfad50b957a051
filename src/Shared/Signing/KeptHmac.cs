using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace HostAtlas.Shared.Signing;

/// <summary>
/// HMAC-SHA256 under a key that stays the same. Making a context costs more than hashing a short message with it (1.3 us against 0.6), so
/// contexts are kept, about one a thread, and lent to one caller at a time. One that has given its code is back in its first state; one
/// that threw is not taken back.
/// </summary>
internal sealed class KeptHmac(byte[] key)
{
    private readonly ConcurrentBag<IncrementalHash> _idle = [];

    /// <summary>Writes the code of a message, 32 bytes.</summary>
    public void Compute(ReadOnlySpan<byte> message, Span<byte> mac)
    {
        if (!_idle.TryTake(out var context)) context = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        context.AppendData(message);
        context.GetHashAndReset(mac);
        _idle.Add(context);
    }
}
