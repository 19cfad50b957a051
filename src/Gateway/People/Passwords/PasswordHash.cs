using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// A stored password in the PHC string format (https://github.com/P-H-C/phc-string-format), Argon2id (RFC 9106) only:
/// <code>$argon2id$v=19$m=19456,t=2,p=1$salt$hash      base64 without padding</code>
/// The parameters stand in the text, so those of new passwords can rise while old ones stay verifiable.
/// </summary>
internal sealed record PasswordHash(int MemoryKib, int Passes, int Lanes, byte[] Salt, byte[] Hash)
{
    // Our own store holds nothing above these; a damaged row must not make the gateway allocate gigabytes.
    private const int MostMemoryKib = 1024 * 1024, MostPasses = 16, MostLanes = 16, MostBytes = 64;

    /// <summary>The text form.</summary>
    public string Write() => string.Create(
        CultureInfo.InvariantCulture, $"$argon2id$v=19$m={MemoryKib},t={Passes},p={Lanes}${Encode(Salt)}${Encode(Hash)}");

    /// <summary>Never the hash: a record's own text would carry it into a log.</summary>
    public override string ToString() => "PasswordHash(argon2id)";

    /// <summary>Reads the text form; false for other algorithms, versions and parameters out of bounds.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out PasswordHash? hash)
    {
        hash = null;
        if (text.Split('$') is not ["", "argon2id", "v=19", var parameters, var saltText, var hashText]) return false;
        if (parameters.Split(',') is not [var m, var t, var p]) return false;
        if (!TryNumber(m, "m=", MostMemoryKib, out var memory) || !TryNumber(t, "t=", MostPasses, out var passes)
            || !TryNumber(p, "p=", MostLanes, out var lanes) || memory < 8 * lanes) return false;
        if (!TryDecode(saltText, out var salt) || salt.Length < 8 || !TryDecode(hashText, out var bytes) || bytes.Length < 16) return false;
        hash = new PasswordHash(memory, passes, lanes, salt, bytes);
        return true;
    }

    private static bool TryNumber(string text, string name, int most, out int value)
    {
        value = 0;
        return text.StartsWith(name, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value >= 1 && value <= most;
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[MostBytes];
        if (text.Contains('=', StringComparison.Ordinal) || text.Length % 4 == 1
            || !Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length)) return false;
        bytes = bytes[..length];
        return true;
    }
}
