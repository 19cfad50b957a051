using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Tokens;

/// <summary>
/// SHA-256 of a whole token string (ASCII): all that is ever stored of one. A plain hash suffices because a token holds 256 random bits;
/// passwords, which do not, are hashed slowly elsewhere. Equality takes the same time wherever two hashes differ.
/// </summary>
[JsonConverter(typeof(TokenHashJsonConverter))]
public readonly struct TokenHash : IEquatable<TokenHash>
{
    /// <summary>Bytes of a hash.</summary>
    public const int SizeBytes = 32;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <summary>Wraps 32 stored bytes.</summary>
    public TokenHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeBytes) throw new ArgumentException("A token's hash has 32 bytes.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>Hashes a token's text.</summary>
    public static TokenHash Of(ReadOnlySpan<char> token)
    {
        Span<byte> ascii = stackalloc byte[TokenForm.TextLength];
        if (token.Length != TokenForm.TextLength) throw new ArgumentException("Only a well-formed token is hashed.", nameof(token));
        Encoding.ASCII.GetBytes(token, ascii);
        Span<byte> hash = stackalloc byte[SizeBytes];
        SHA256.HashData(ascii, hash);
        return new TokenHash(hash);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[SizeBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), _low);
        return bytes;
    }

    /// <summary>Compares in constant time: no branch depends on where two hashes differ.</summary>
    public bool Equals(TokenHash other) => ((_high ^ other._high) | (_low ^ other._low)) == UInt128.Zero;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is TokenHash other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _low.GetHashCode();

    /// <summary>Lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToBytes());

    /// <summary>Constant-time equality.</summary>
    public static bool operator ==(TokenHash left, TokenHash right) => left.Equals(right);

    /// <summary>Constant-time inequality.</summary>
    public static bool operator !=(TokenHash left, TokenHash right) => !left.Equals(right);
}

/// <summary>A hash in JSON is 64 lower-case hex digits.</summary>
public sealed class TokenHashJsonConverter : JsonConverter<TokenHash>
{
    /// <inheritdoc />
    public override TokenHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(Convert.FromHexString(reader.GetString() ?? throw new JsonException("A token's hash is a string.")));

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, TokenHash value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
