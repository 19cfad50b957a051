using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Keys;

/// <summary>
/// The owner's copy of a master key, as text:
/// <code>
/// "hbk_" + base64url without padding ( keyId 8 ‖ master 32 ‖ crc32 4 )       63 characters
/// </code>
/// People type it from paper: the checksum tells a slip, and the search below tells where it is. One spelling only. All buffers are cleared
/// behind it; the text is a buffer too, not a string, because a string cannot be cleared.
/// </summary>
public static class RecoveryKey
{
    /// <summary>Characters of the text.</summary>
    public const int TextLength = 63;

    private const string Prefix = "hbk_";
    private const int RawBytes = BackupKeyId.SizeBytes + RepositoryKeys.MasterBytes + sizeof(uint), SummedBytes = RawBytes - sizeof(uint);
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>Writes the 63 characters, ASCII.</summary>
    public static void Write(MasterKey key, Span<byte> text)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> raw = stackalloc byte[RawBytes];
        BinaryPrimitives.WriteUInt64BigEndian(raw, key.KeyId.Value);
        key.Bytes.CopyTo(raw[BackupKeyId.SizeBytes..]);
        BinaryPrimitives.WriteUInt32BigEndian(raw[SummedBytes..], Crc32.Of(raw[..SummedBytes]));
        System.Text.Encoding.ASCII.GetBytes(Prefix, text);
        Base64Url.EncodeToUtf8(raw, text[Prefix.Length..TextLength]);
        CryptographicOperations.ZeroMemory(raw);
    }

    /// <summary>Reads the text (white space around it is cut), or says what is wrong with it, without repeating any of it.</summary>
    public static MasterKey? TryRead(ReadOnlySpan<byte> pasted, out string fault)
    {
        var text = pasted.Trim(" \t\r\n"u8);
        fault = FormFault(text);
        if (fault.Length > 0) return null;
        Span<byte> copy = stackalloc byte[TextLength];
        text.CopyTo(copy);
        var body = copy[Prefix.Length..];
        var key = TryDecode(body);
        if (key is null) fault = SlipIn(body);
        CryptographicOperations.ZeroMemory(copy);
        return key;
    }

    private static string FormFault(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return "the recovery key is empty";
        if (text.StartsWith("hat_"u8) || text.StartsWith("hak_"u8) || text.StartsWith("hai_"u8))
            return "this is a token of the platform, not a recovery key; a recovery key begins with hbk_";
        if (!text.StartsWith("hbk_"u8)) return "a recovery key begins with hbk_";
        if (text.ContainsAny(" \t\r\n"u8)) return "a recovery key is one word; white space stands within this one";
        for (var i = Prefix.Length; i < text.Length; i++)
        {
            if (!Alphabet.Contains((char)text[i], StringComparison.Ordinal))
                return $"its {Ordinal(i)} character is none that a recovery key has (letters, digits, - and _)";
        }
        if (text.Length < TextLength)
            return $"a recovery key has {TextLength} characters, this one {text.Length}: {Missing(TextLength - text.Length)}";
        return text.Length > TextLength
            ? $"a recovery key has {TextLength} characters, this one {text.Length}: {text.Length - TextLength} too many" : "";
    }

    private static string Missing(int count) => count == 1 ? "one is missing" : $"{count} are missing, cut off?";

    // 59 characters carry 354 bits, the 44 bytes 352: the last two must be zero, or one key would have four spellings.
    private static MasterKey? TryDecode(ReadOnlySpan<byte> body)
    {
        Span<byte> raw = stackalloc byte[RawBytes], again = stackalloc byte[TextLength - Prefix.Length];
        try
        {
            if (!Base64Url.TryDecodeFromUtf8(body, raw, out var length) || length != RawBytes) return null;
            Base64Url.EncodeToUtf8(raw, again);
            if (!again.SequenceEqual(body)
                || BinaryPrimitives.ReadUInt32BigEndian(raw[SummedBytes..]) != Crc32.Of(raw[..SummedBytes])) return null;
            var key = new MasterKey(raw[BackupKeyId.SizeBytes..SummedBytes]);
            if (key.KeyId.Value == BinaryPrimitives.ReadUInt64BigEndian(raw)) return key;
            key.Dispose();
            return null;
        }
        catch (FormatException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(raw);
            CryptographicOperations.ZeroMemory(again);
        }
    }

    // It is never put right in silence: whoever typed it may have the rest of the paper wrong too. Saying where the slip is helps enough.
    private static string SlipIn(Span<byte> body)
    {
        for (var i = 0; i < body.Length; i++)
        {
            var typed = body[i];
            foreach (var candidate in Alphabet)
            {
                body[i] = (byte)candidate;
                if (candidate != typed && IsKey(body)) return $"one character is wrong, the {Ordinal(Prefix.Length + i)}; look at it again";
            }
            body[i] = typed;
            if (i == 0) continue;
            (body[i - 1], body[i]) = (body[i], body[i - 1]);
            if (IsKey(body)) return $"its {Ordinal(Prefix.Length + i - 1)} and {Ordinal(Prefix.Length + i)} characters are swapped";
            (body[i - 1], body[i]) = (body[i], body[i - 1]);
        }
        return "its checksum does not fit: more than one character is wrong; copy it again";
    }

    private static bool IsKey(ReadOnlySpan<byte> body)
    {
        using var key = TryDecode(body);
        return key is not null;
    }

    // Counted from one, as people do.
    private static string Ordinal(int index) => (index + 1) switch
    {
        var n when n % 100 is 11 or 12 or 13 => $"{n}th",
        var n when n % 10 == 1 => $"{n}st",
        var n when n % 10 == 2 => $"{n}nd",
        var n when n % 10 == 3 => $"{n}rd",
        var n => $"{n}th",
    };
}
