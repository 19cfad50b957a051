using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// The key, nonce and commitment of one Cobblestone-256 message, and the sealing and opening of its chunks. One AES key schedule serves the
/// whole message. Not thread-safe.
/// </summary>
public sealed class CobblestoneCipher : IDisposable
{
    private const int NonceBytes = 12, DerivedBytes = Cobblestone256.KeyBytes + NonceBytes + Cobblestone256.CommitmentBytes;

    private readonly AesGcm _aes;
    private readonly byte[] _commitment;
    private readonly byte[] _nonce = new byte[NonceBytes];
    private readonly ulong _nonceLow;

    /// <summary>Derives the message's key.</summary>
    /// <param name="inputKey">32 uniformly random bytes.</param>
    /// <param name="salt">24 bytes, the message's own.</param>
    /// <param name="context">What the message is bound to; any length, also none.</param>
    public CobblestoneCipher(ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> context)
    {
        if (inputKey.Length != Cobblestone256.KeyBytes) throw new ArgumentException("An input key has 32 bytes.", nameof(inputKey));
        if (salt.Length != Cobblestone256.SaltBytes) throw new ArgumentException("A salt has 24 bytes.", nameof(salt));
        Span<byte> derived = stackalloc byte[DerivedBytes];
        Expand(inputKey, salt, context, derived);
        _aes = new AesGcm(derived[..Cobblestone256.KeyBytes], Cobblestone256.TagBytes);
        derived.Slice(Cobblestone256.KeyBytes, NonceBytes).CopyTo(_nonce);
        _nonceLow = BinaryPrimitives.ReadUInt64BigEndian(_nonce.AsSpan(NonceBytes - sizeof(ulong)));
        _commitment = derived[(Cobblestone256.KeyBytes + NonceBytes)..].ToArray();
        CryptographicOperations.ZeroMemory(derived);
    }

    /// <summary>
    /// The 32 bytes that bind the message to this one key. AES-GCM alone does not: a ciphertext can be made that opens under two keys, to
    /// two contents.
    /// </summary>
    public ReadOnlySpan<byte> Commitment => _commitment;

    /// <summary>Whether a message's commitment is this one; asked before the first chunk is opened.</summary>
    public bool IsCommitment(ReadOnlySpan<byte> commitment) => CryptographicOperations.FixedTimeEquals(commitment, _commitment);

    /// <summary>Seals a chunk where it lies: <paramref name="chunk"/> is its plaintext (at most 16,384 bytes) and 16 bytes for the
    /// tag.</summary>
    /// <param name="number">From zero. A number must be used once only: two texts under one nonce give both away.</param>
    /// <param name="chunk">Plaintext before the call, ciphertext and tag after it.</param>
    public void SealChunk(long number, Span<byte> chunk)
    {
        var text = chunk[..^Cobblestone256.TagBytes];
        _aes.Encrypt(NonceOf(number), text, text, chunk[^Cobblestone256.TagBytes..]);
    }

    /// <summary>
    /// Opens one chunk into <paramref name="plain"/>, which has room for it and may be the chunk's own place. False when it is not what was
    /// sealed under this number; <paramref name="plain"/> then holds zeros.
    /// </summary>
    public bool TryOpenChunk(long number, ReadOnlySpan<byte> chunk, Span<byte> plain)
    {
        if (chunk.Length < Cobblestone256.TagBytes) return false;
        var text = chunk[..^Cobblestone256.TagBytes];
        try
        {
            _aes.Decrypt(NonceOf(number), text, chunk[^Cobblestone256.TagBytes..], plain[..text.Length]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_nonce);
    }

    // The base nonce XOR the chunk's number as a big-endian integer of the nonce's width; the number never reaches beyond its low 8 bytes.
    private byte[] NonceOf(long number)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_nonce.AsSpan(NonceBytes - sizeof(ulong)), _nonceLow ^ (ulong)number);
        return _nonce;
    }

    /// <summary>
    /// key 32 ‖ base nonce 12 ‖ commitment 32 = HKDF-Expand-SHA-512(prk = input key,
    /// info = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM" ‖ 0x00 ‖ salt ‖ context)
    /// </summary>
    /// <remarks>
    /// <see cref="HKDF.Expand(HashAlgorithmName, ReadOnlySpan{byte}, Span{byte}, ReadOnlySpan{byte})"/> refuses a pseudorandom key shorter
    /// than the hash (RFC 5869, 2.3: "at least HashLen octets"), and ours has 32 bytes where SHA-512 has 64. That rule keeps a key from
    /// having less entropy than what is expanded from it seems to have; it is not needed for the proof. Expand is HMAC in feedback mode,
    /// and HMAC is a pseudorandom function under any uniformly random key (shorter ones are padded with zeros to the block of 128 bytes);
    /// the strength is that of the key, 256 bits, which is all that AES-256 can use. The public construction asks for exactly this, so the
    /// two blocks are written out: T(1) = HMAC(prk, info ‖ 0x01), T(2) = HMAC(prk, T(1) ‖ info ‖ 0x02), 128 bytes of which 76 are taken.
    /// </remarks>
    private static void Expand(ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> context, Span<byte> derived)
    {
        var label = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"u8;
        const int block = HMACSHA512.HashSizeInBytes;
        Span<byte> input = new byte[block + label.Length + salt.Length + context.Length + 1];
        var info = input[block..];
        label.CopyTo(info);
        salt.CopyTo(info[label.Length..]);
        context.CopyTo(info[(label.Length + salt.Length)..]);
        Span<byte> output = stackalloc byte[2 * block];
        info[^1] = 1;
        HMACSHA512.HashData(inputKey, info, output);
        output[..block].CopyTo(input);
        info[^1] = 2;
        HMACSHA512.HashData(inputKey, input, output[block..]);
        output[..derived.Length].CopyTo(derived);
        CryptographicOperations.ZeroMemory(output);
        CryptographicOperations.ZeroMemory(input);
    }
}
