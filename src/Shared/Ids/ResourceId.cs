using System.Diagnostics.CodeAnalysis;

namespace HostAtlas.Shared.Ids;

/// <summary>
/// Reading, writing and making of resource ids. Text is lower case with hyphens (RFC 9562, 36 characters) and nothing else; bytes are
/// big-endian. Both forms are canonical: two spellings of one id would be two addresses of one tenant.
/// </summary>
public static class ResourceId
{
    /// <summary>Bytes of an id.</summary>
    public const int SizeBytes = 16;

    /// <summary>Characters of an id's text form.</summary>
    public const int TextLength = 36;

    /// <summary>Reads the text form; false for any other spelling and for every UUID that is not version 4, variant 1.</summary>
    public static bool TryParse<T>([NotNullWhen(true)] string? text, out T id) where T : struct, IResourceId<T>
    {
        id = default;
        if (text is null || text.Length != TextLength || text.AsSpan().ContainsAnyInRange('A', 'Z')
            || !Guid.TryParseExact(text, "D", out var value) || !IsVersion4(value)) return false;
        id = T.Wrap(value);
        return true;
    }

    /// <summary>Reads the text form or throws <see cref="FormatException"/>: for text that this platform wrote itself.</summary>
    public static T Parse<T>(string text) where T : struct, IResourceId<T> =>
        TryParse<T>(text, out var id) ? id : throw new FormatException($"'{text}' is not a UUID v4 in lower case with hyphens.");

    /// <summary>Reads 16 big-endian bytes; false unless they are a UUID v4.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> bytes, out T id) where T : struct, IResourceId<T>
    {
        id = default;
        if (bytes.Length != SizeBytes) return false;
        var value = new Guid(bytes, bigEndian: true);
        if (!IsVersion4(value)) return false;
        id = T.Wrap(value);
        return true;
    }

    /// <summary>Makes a new id of 16 random bytes, which the caller draws from the system's CSPRNG: ids must not be guessable.</summary>
    public static T FromRandom<T>(ReadOnlySpan<byte> random) where T : struct, IResourceId<T>
    {
        if (random.Length != SizeBytes) throw new ArgumentException("An id is made of 16 random bytes.", nameof(random));
        Span<byte> bytes = stackalloc byte[SizeBytes];
        random.CopyTo(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return T.Wrap(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Writes the 16 big-endian bytes.</summary>
    public static void Write<T>(this T id, Span<byte> destination) where T : struct, IResourceId<T> =>
        id.Value.TryWriteBytes(destination, bigEndian: true, out _);

    /// <summary>The 16 big-endian bytes.</summary>
    public static byte[] ToBytes<T>(this T id) where T : struct, IResourceId<T> => id.Value.ToByteArray(bigEndian: true);

    private static bool IsVersion4(Guid value) => value.Version == 4 && (value.Variant & 0xC) == 0x8;
}
