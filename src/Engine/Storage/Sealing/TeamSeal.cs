using System.Buffers.Binary;
using System.Security.Cryptography;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// Seals and opens what the database keeps of one team, with AES-256-GCM:
/// <code>
/// version u8 = 1 ‖ data key's number u16 big-endian ‖ nonce 12 ‖ ciphertext ‖ tag 16
/// </code>
/// The newest key seals, each of the ring's opens. Thread-safe.
/// </summary>
public sealed class TeamSeal
{
    /// <summary>How many bytes a sealed value is longer than its plain text.</summary>
    public const int OverheadBytes = HeadBytes + NonceBytes + TagBytes;

    internal const int TagBytes = 16;
    private const int HeadBytes = 1 + sizeof(ushort), NonceBytes = 12;
    private const byte Version = 1;

    private readonly TeamId _team;
    private readonly IReadOnlyList<DataKey> _keys;

    /// <param name="team">Part of every place.</param>
    /// <param name="keys">At least one, in order of their numbers.</param>
    internal TeamSeal(TeamId team, IReadOnlyList<DataKey> keys) => (_team, _keys) = (team, keys);

    /// <summary>The number of the key that seals.</summary>
    public int ActiveNumber => _keys[^1].Number;

    /// <summary>The key number that a sealed value needs; 0 when the bytes are none of ours.</summary>
    public static int KeyNumberOf(ReadOnlySpan<byte> sealedBytes) =>
        sealedBytes.Length >= OverheadBytes && sealedBytes[0] == Version ? BinaryPrimitives.ReadUInt16BigEndian(sealedBytes[1..]) : 0;

    /// <summary>What every value begins with that is sealed by the newest key: version and number.</summary>
    public byte[] Head() => [Version, (byte)(ActiveNumber >> 8), (byte)ActiveNumber];

    /// <summary>The id under which the database knows a server's name list; <paramref name="namesId"/> is <c>NameSet.Id</c>.</summary>
    public long SetId(ServerId server, long namesId) => _keys[^1].SetId(server, namesId);

    /// <summary>Seals a value for its place.</summary>
    public byte[] Seal(in SealPlace place, ReadOnlySpan<byte> plain)
    {
        var sealedBytes = new byte[OverheadBytes + plain.Length];
        var key = _keys[^1];
        sealedBytes[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(sealedBytes.AsSpan(1), (ushort)key.Number);
        var nonce = sealedBytes.AsSpan(HeadBytes, NonceBytes);
        RandomDraws.Fill(nonce);
        Span<byte> bound = stackalloc byte[SealPlace.SizeBytes];
        place.Write(_team, bound);
        var body = sealedBytes.AsSpan(HeadBytes + NonceBytes);
        key.CipherOf(place.Table, place.AtMs).Encrypt(nonce, plain, body[..plain.Length], body[plain.Length..], bound);
        return sealedBytes;
    }

    /// <summary>Opens a value at its place; <see cref="SealBrokenException"/> when it is not what was sealed there.</summary>
    public byte[] Open(in SealPlace place, ReadOnlySpan<byte> sealedBytes)
    {
        var plain = new byte[Math.Max(0, sealedBytes.Length - OverheadBytes)];
        Open(place, sealedBytes, plain);
        return plain;
    }

    /// <summary>Opens into a buffer of at least the plain text's length, which it returns.</summary>
    public int Open(in SealPlace place, ReadOnlySpan<byte> sealedBytes, Span<byte> into)
    {
        var number = KeyNumberOf(sealedBytes);
        if (number == 0) throw new SealBrokenException(place, "it is no sealed value of this version.");
        var key = Find(number) ?? throw new SealBrokenException(place, $"the team {_team} has no key {number}.");
        var length = sealedBytes.Length - OverheadBytes;
        Span<byte> bound = stackalloc byte[SealPlace.SizeBytes];
        place.Write(_team, bound);
        try
        {
            key.CipherOf(place.Table, place.AtMs).Decrypt(
                sealedBytes.Slice(HeadBytes, NonceBytes), sealedBytes.Slice(HeadBytes + NonceBytes, length), sealedBytes[^TagBytes..],
                into[..length], bound);
            return length;
        }
        catch (AuthenticationTagMismatchException broken)
        {
            throw new SealBrokenException(place, $"it was altered, or moved from another place to the team {_team}.", broken);
        }
    }

    /// <summary>The numbers of the keys that open, in order.</summary>
    public IEnumerable<int> Numbers => _keys.Select(key => key.Number);

    private DataKey? Find(int number)
    {
        // The newest is what nearly every value needs, and a ring has a handful of keys.
        for (var i = _keys.Count - 1; i >= 0; i--)
        {
            if (_keys[i].Number == number) return _keys[i];
        }
        return null;
    }
}
