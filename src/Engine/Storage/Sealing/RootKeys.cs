using System.Buffers.Binary;
using System.Security.Cryptography;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// The ring of the platform's root keys, which wrap the teams' data keys. The newest wraps, every one of them unwraps. They come from a
/// file outside of every database: a stolen database is ciphertext. A rotation adds a newer one while the process runs; thread-safe.
/// </summary>
public sealed class RootKeys
{
    /// <summary>Bytes of a root key.</summary>
    public const int KeyBytes = 32;

    /// <summary>How many the ring may hold; more would be a file that nobody ever tidied.</summary>
    public const int MostKeys = 32;

    private const int NonceBytes = 12, TagBytes = 16, PlaceBytes = ResourceId.SizeBytes + sizeof(int);

    private readonly Lock _turn = new();
    private volatile RootKey[] _ring;

    /// <summary>Reads the ring: 32 bytes a key, the newest first. <see cref="ArgumentException"/> for any other length.</summary>
    public RootKeys(ReadOnlySpan<byte> ring)
    {
        if (!IsRing(ring.Length)) throw new ArgumentException("A key ring has 32 bytes a key, 1-32 keys.", nameof(ring));
        _ring = new RootKey[ring.Length / KeyBytes];
        for (var i = 0; i < _ring.Length; i++) _ring[i] = new RootKey(ring.Slice(i * KeyBytes, KeyBytes).ToArray());
    }

    /// <summary>
    /// The root keys themselves, newest first: for deriving the platform's other keys. Another list after each <see cref="Prepend"/>.
    /// </summary>
    public IReadOnlyList<byte[]> Roots => [.. _ring.Select(key => key.Root)];

    /// <summary>The keys' ids, newest first.</summary>
    public IReadOnlyList<long> Ids => [.. _ring.Select(key => key.Id)];

    /// <summary>The newest key's id.</summary>
    public long NewestId => _ring[0].Id;

    /// <summary>The newest key with its id.</summary>
    public (long Id, byte[] Root) Newest
    {
        get
        {
            var key = _ring[0];
            return (key.Id, key.Root);
        }
    }

    /// <summary>The key of an id, or null when the ring does not hold it.</summary>
    public byte[]? Find(long id) => _ring.FirstOrDefault(key => key.Id == id)?.Root;

    /// <summary>The ring as it lies in <c>root.key</c>.</summary>
    public byte[] ToBytes() => [.. _ring.SelectMany(key => key.Root)];

    /// <summary>
    /// Adds a key as the newest; it must lie in <c>root.key</c> before. <see cref="InvalidOperationException"/> when the ring is full.
    /// </summary>
    public void Prepend(byte[] root)
    {
        lock (_turn)
        {
            if (_ring.Length >= MostKeys) throw new InvalidOperationException($"The ring holds {MostKeys} keys already.");
            _ring = [new RootKey(root), .. _ring];
        }
    }

    /// <summary>Whether a ring can have so many bytes.</summary>
    public static bool IsRing(int length) => length > 0 && length % KeyBytes == 0 && length <= MostKeys * KeyBytes;

    /// <summary>Eight bytes derived from a root key: tells keys apart and says nothing about them.</summary>
    public static long IdOf(ReadOnlySpan<byte> root) => BinaryPrimitives.ReadInt64BigEndian(Derive(root, "root key id v1"u8, sizeof(long)));

    /// <summary>Seals a data key under the newest root key: nonce 12 ‖ ciphertext ‖ tag 16, bound to team and number.</summary>
    public WrappedKey Wrap(TeamId team, int number, ReadOnlySpan<byte> key, DateTimeOffset madeAt)
    {
        var root = _ring[0];
        var wrapped = new byte[NonceBytes + key.Length + TagBytes];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(root.WrapKey, TagBytes);
        aes.Encrypt(wrapped.AsSpan(0, NonceBytes), key, wrapped.AsSpan(NonceBytes, key.Length), wrapped.AsSpan(NonceBytes + key.Length),
            Place(team, number));
        return new WrappedKey(team, number, root.Id, wrapped, madeAt, null);
    }

    /// <summary>
    /// Opens a data key. <see cref="CryptographicException"/> when its root key is not in the ring, or it is not what was wrapped.
    /// </summary>
    public byte[] Unwrap(WrappedKey wrapped)
    {
        var root = _ring.FirstOrDefault(key => key.Id == wrapped.RootId);
        if (root is null || wrapped.Wrapped.Length < NonceBytes + TagBytes)
            throw new CryptographicException(
                $"Key {wrapped.Number} of team {wrapped.Team} is wrapped by a root key that root.key does not hold.");
        var key = new byte[wrapped.Wrapped.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(root.WrapKey, TagBytes);
        aes.Decrypt(wrapped.Wrapped.AsSpan(0, NonceBytes), wrapped.Wrapped.AsSpan(NonceBytes, key.Length),
            wrapped.Wrapped.AsSpan(NonceBytes + key.Length), key, Place(wrapped.Team, wrapped.Number));
        return key;
    }

    private static byte[] Place(TeamId team, int number)
    {
        var place = new byte[PlaceBytes];
        team.Write(place);
        BinaryPrimitives.WriteInt32BigEndian(place.AsSpan(ResourceId.SizeBytes), number);
        return place;
    }

    private static byte[] Derive(ReadOnlySpan<byte> root, ReadOnlySpan<byte> info, int length)
    {
        var key = new byte[length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, key, "hostatlas"u8, info);
        return key;
    }

    private sealed class RootKey(byte[] root)
    {
        public byte[] Root => root;

        public long Id { get; } = IdOf(root);

        public byte[] WrapKey { get; } = Derive(root, "team key wrap v1"u8, KeyBytes);
    }
}
