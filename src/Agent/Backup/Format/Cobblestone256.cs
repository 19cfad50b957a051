namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Cobblestone-256: the chunked encryption of https://c2sp.org/chunked-encryption with SHA-512 and AEAD_AES_256_GCM.
/// <code>
/// message = salt 24 ‖ commitment 32 ‖ chunk 0 ‖ chunk 1 ‖ … ‖ last chunk
/// chunk   = AES-256-GCM of 16,384 bytes ‖ tag 16            the last one holds 0–16,383 bytes, never 16,384
/// </code>
/// What is cut off at a chunk's end is missing its short last chunk, what is cut elsewhere has a broken tag, and chunks cannot change
/// places, because their number is part of the nonce. Byte i of the plaintext is byte i mod 16,384 of chunk i / 16,384, so any part can be
/// opened alone.
/// </summary>
public static class Cobblestone256
{
    /// <summary>Bytes of the input key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of the salt in front, which must never repeat under one input key.</summary>
    public const int SaltBytes = 24;

    /// <summary>Bytes of the key commitment behind the salt.</summary>
    public const int CommitmentBytes = 32;

    /// <summary>Bytes before the first chunk.</summary>
    public const int PrefixBytes = SaltBytes + CommitmentBytes;

    /// <summary>Bytes of plaintext in every chunk but the last.</summary>
    public const int ChunkBytes = 16 << 10;

    /// <summary>Bytes of a chunk's tag.</summary>
    public const int TagBytes = 16;

    /// <summary>Bytes of every sealed chunk but the last.</summary>
    public const int SealedChunkBytes = ChunkBytes + TagBytes;

    /// <summary>The length of the message that holds so many bytes.</summary>
    public static long SealedLength(long plainLength) => PrefixBytes + plainLength + (TagBytes * ((plainLength / ChunkBytes) + 1));

    /// <summary>How many bytes a message of this length holds; false when no message has this length: it was cut.</summary>
    public static bool TryPlainLength(long sealedLength, out long plainLength)
    {
        var chunks = sealedLength - PrefixBytes;
        var last = chunks % SealedChunkBytes;
        plainLength = (chunks / SealedChunkBytes * ChunkBytes) + last - TagBytes;
        if (chunks >= TagBytes && last >= TagBytes) return true;
        plainLength = 0;
        return false;
    }

    /// <summary>Seals a message whole: salt, commitment and chunks.</summary>
    /// <param name="inputKey">32 uniformly random bytes.</param>
    /// <param name="salt">24 bytes that never repeat under this key; random.</param>
    /// <param name="context">What the message is bound to; it opens under no other.</param>
    /// <param name="plain">What to seal.</param>
    public static byte[] Seal(ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plain)
    {
        var message = new byte[SealedLength(plain.Length)];
        using var cipher = new CobblestoneCipher(inputKey, salt, context);
        salt.CopyTo(message);
        cipher.Commitment.CopyTo(message.AsSpan(SaltBytes));
        var to = message.AsSpan(PrefixBytes);
        for (var number = 0L; ; number++)
        {
            var length = Math.Min(plain.Length, ChunkBytes);
            plain[..length].CopyTo(to);
            cipher.SealChunk(number, to[..(length + TagBytes)]);
            if (length < ChunkBytes) return message;
            plain = plain[length..];
            to = to[SealedChunkBytes..];
        }
    }

    /// <summary>Opens a message whole; null when it was altered or cut, or when key or context are others.</summary>
    public static byte[]? TryOpen(ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> context, ReadOnlySpan<byte> message)
    {
        if (!TryPlainLength(message.Length, out var plainLength)) return null;
        using var cipher = new CobblestoneCipher(inputKey, message[..SaltBytes], context);
        if (!cipher.IsCommitment(message[SaltBytes..PrefixBytes])) return null;
        var plain = new byte[plainLength];
        var to = plain.AsSpan();
        message = message[PrefixBytes..];
        for (var number = 0L; !message.IsEmpty; number++)
        {
            var length = Math.Min(message.Length, SealedChunkBytes);
            if (!cipher.TryOpenChunk(number, message[..length], to)) return null;
            message = message[length..];
            to = to[(length - TagBytes)..];
        }
        return plain;
    }
}
