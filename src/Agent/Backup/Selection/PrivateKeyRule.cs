using System.Buffers;

namespace HostAtlas.Agent.Backup.Selection;

/// <summary>What a file's name and mode say about whether it is a private key.</summary>
public enum KeySuspicion
{
    /// <summary>It is one: it is not even opened.</summary>
    IsKey,

    /// <summary>The first bytes decide.</summary>
    LookInside,
}

/// <summary>
/// Which files are private keys. A backup leaves them out unless the host's own configuration says otherwise: whoever steals the recovery
/// key should not get every other key of the host with it. Told by name and mode without opening the file, else by its first 64 bytes.
/// </summary>
public static class PrivateKeyRule
{
    /// <summary>Bytes from the start of a file that decide.</summary>
    public const int HeadBytes = 64;

    private const int ReadableByOthers = 4;

    // Never anything else, whoever may read them.
    private static readonly string[] Stores = [".p12", ".pfx", ".jks", ".jceks", ".keystore", ".ppk", ".kdbx"];
    private static readonly string[] SshNames = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk", "identity"];

    // Also the names of public things: a package archive's *.key is one. Those are open to everybody; a private key is not.
    private static readonly string[] LikelyEndings = [".key", "_key", "-key.pem", ".priv", ".pk8", ".p8"];
    private static readonly string[] LikelyBeginnings = ["id_", "privkey"];

    private static readonly SearchValues<string> Marks = SearchValues.Create(
        ["PRIVATE KEY", "PuTTY-User-Key-File", "AGE-SECRET-KEY-1", "SSH PRIVATE KEY FILE FORMAT"], StringComparison.Ordinal);

    /// <summary>The verdict of name and mode.</summary>
    public static KeySuspicion ByName(ReadOnlySpan<byte> rawName, int mode)
    {
        var name = System.Text.Encoding.Latin1.GetString(rawName);
        if (name.EndsWith(".pub", StringComparison.Ordinal)) return KeySuspicion.LookInside;
        if (Stores.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            || SshNames.Contains(name, StringComparer.Ordinal)) return KeySuspicion.IsKey;
        var likely = LikelyEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            || LikelyBeginnings.Any(beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
        return likely && (mode & ReadableByOthers) == 0 ? KeySuspicion.IsKey : KeySuspicion.LookInside;
    }

    /// <summary>The verdict of the first bytes.</summary>
    public static bool ByHead(ReadOnlySpan<byte> head)
    {
        head = head[..Math.Min(head.Length, HeadBytes)];
        Span<char> text = stackalloc char[HeadBytes];
        System.Text.Encoding.Latin1.GetChars(head, text);
        return text[..head.Length].ContainsAny(Marks) || IsBinaryKey(head);
    }

    private static ReadOnlySpan<byte> JavaStore => [0xFE, 0xED, 0xFE, 0xED];

    private static ReadOnlySpan<byte> JavaSealedStore => [0xCE, 0xCE, 0xCE, 0xCE];

    private static ReadOnlySpan<byte> LongSequence => [0x30, 0x82];

    // Version 3, and within the next bytes the type of PKCS#7 data.
    private static ReadOnlySpan<byte> Pkcs12 => [0x02, 0x01, 0x03, 0x30];

    private static ReadOnlySpan<byte> Pkcs7Data => [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07];

    // Version 0, then an algorithm of RSA Security.
    private static ReadOnlySpan<byte> Pkcs8 => [0x02, 0x01, 0x00, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48];

    // Version 0, then a long modulus.
    private static ReadOnlySpan<byte> Pkcs1 => [0x02, 0x01, 0x00, 0x02, 0x82];

    // Java's key stores, and the beginning of PKCS#12, PKCS#8 and PKCS#1 in DER: a sequence that begins with a version number.
    private static bool IsBinaryKey(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(JavaStore) || head.StartsWith(JavaSealedStore)) return true;
        if (head.Length < 24 || !head.StartsWith(LongSequence)) return false;
        var body = head[4..];
        return (body.StartsWith(Pkcs12) && body.IndexOf(Pkcs7Data) >= 0) || body.StartsWith(Pkcs8) || body.StartsWith(Pkcs1);
    }
}
