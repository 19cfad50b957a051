namespace HostAtlas.Agent.Gate.Rules;

/// <summary>
/// How files that are meant to be encrypted begin. Their content cannot be told from an attack's, but an attack that goes over them takes
/// their framing away.
/// </summary>
internal static class EncryptedFraming
{
    /// <summary>The framing's name; null when there is none that is known.</summary>
    public static string? Of(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("age-encryption.org/"u8) || head.StartsWith("-----BEGIN AGE ENCRYPTED FILE-----"u8)) return "age";
        if (head.StartsWith((ReadOnlySpan<byte>)[(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xBA, 0xBE])) return "luks";
        if (head.StartsWith("-----BEGIN PGP MESSAGE-----"u8)) return "pgp-armor";
        if (head.StartsWith("Salted__"u8)) return "openssl";
        if (head.StartsWith("\0\0\0\0HostAtlas"u8)) return "hostatlas";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x03, 0xD9, 0xA2, 0x9A])) return "keepass";
        if (head.StartsWith("$ANSIBLE_VAULT;"u8)) return "ansible-vault";
        return IsPgp(head) ? "pgp" : null;
    }

    // RFC 9580: a session key, by public key (tag 1, version 3 or 6) or by pass phrase (tag 3, version 4, 5 or 6), comes first.
    private static bool IsPgp(ReadOnlySpan<byte> head)
    {
        if (head.Length < 16 || (head[0] & 0x80) == 0) return false;
        var isNew = (head[0] & 0x40) != 0;
        var tag = isNew ? head[0] & 63 : (head[0] >> 2) & 15;
        var header = isNew ? (head[1] < 192 ? 2 : head[1] < 224 ? 3 : 6) : (head[0] & 3) switch { 0 => 2, 1 => 3, 2 => 5, _ => 0 };
        return header > 0 && ((tag == 1 && head[header] is 3 or 6) || (tag == 3 && head[header] is 4 or 5 or 6));
    }
}
