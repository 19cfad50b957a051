using System.Security.Cryptography;
using System.Text;
using HostAtlas.Shared.Tokens;
using OtpNet;

namespace HostAtlas.Engine.Users;

/// <summary>
/// Codes of a second factor. One-time codes are those of RFC 6238 as every app makes them: SHA-1, 6 digits, 30 s; one step to either side
/// is accepted for clocks that differ (RFC 6238, 5.2). Recovery codes are 80 random bits in base32, of which SHA-256 is kept: that many
/// bits need no slow hash. Pure.
/// </summary>
public static class OneTimeCodes
{
    /// <summary>Bytes of a secret (RFC 4226, 4, R6) and of a recovery code.</summary>
    public const int SecretBytes = 20, RecoveryBytes = 10;

    /// <summary>Recovery codes a person holds.</summary>
    public const int RecoveryCodes = 10;

    /// <summary>Seconds of a time step; digits of a code.</summary>
    public const int StepSeconds = 30, Digits = 6;

    private const int RecoveryLetters = 16, GroupLetters = 4, MostLetters = 64;

    /// <summary>
    /// What of the factor a code spends, or null for a wrong one. A step that was used, and every one before it, counts no more (RFC 6238,
    /// 5.2). Every recovery code is compared, in constant time each, whichever fits.
    /// </summary>
    internal static SpentCode? Match(StoredSecondFactor factor, string code, DateTimeOffset now)
    {
        var letters = Normal(code);
        if (IsOneTime(letters))
            return StepOf(factor.Secret, letters, now) is { } step && step > factor.LastStep ? new SpentCode(step, null) : null;
        if (letters.Length != RecoveryLetters) return null;
        var hash = HashOf(letters);
        TokenHash? found = null;
        foreach (var kept in factor.RecoveryCodes)
        {
            if (kept == hash) found = kept;
        }
        return found is null ? null : new SpentCode(null, found);
    }

    /// <summary>The time step whose code this is: the present one or one beside it; null when it is none of them.</summary>
    internal static long? StepOf(byte[] secret, string code, DateTimeOffset now)
    {
        var letters = Normal(code);
        if (!IsOneTime(letters)) return null;
        var totp = new Totp(secret, StepSeconds, OtpHashMode.Sha1, Digits);
        return totp.VerifyTotp(now.UtcDateTime, letters, out var step, new VerificationWindow(previous: 1, future: 1)) ? step : null;
    }

    /// <summary>A recovery code as it is shown: <c>ABCD-EFGH-IJKL-MNOP</c>.</summary>
    public static string Write(ReadOnlySpan<byte> random)
    {
        if (random.Length != RecoveryBytes) throw new ArgumentException("A recovery code has 10 bytes.", nameof(random));
        return string.Join('-', Base32Encoding.ToString(random.ToArray()).Chunk(GroupLetters).Select(group => new string(group)));
    }

    /// <summary>What is kept of a recovery code, however it is spaced and cased.</summary>
    public static TokenHash HashOf(string code) => new(SHA256.HashData(Encoding.ASCII.GetBytes(Normal(code))));

    private static bool IsOneTime(string letters) => letters.Length == Digits && letters.All(char.IsAsciiDigit);

    // People type codes with blanks and hyphens; what is longer than any code is not looked at.
    private static string Normal(string code) => code.Length > MostLetters
        ? ""
        : string.Concat(code.Where(letter => letter is not (' ' or '-'))).ToUpperInvariant();
}
