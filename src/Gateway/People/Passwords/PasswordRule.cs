using System.Collections.Frozen;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// What a new password must be. Length alone makes it strong (NIST SP 800-63B, 3.1.1): no classes of characters are demanded. The short
/// list holds what guessers try first among passwords of 12 characters and more.
/// </summary>
internal static class PasswordRule
{
    /// <summary>Characters (Unicode code points) of a password: fewest and most. The most bounds what one request makes us hash.</summary>
    public const int FewestCharacters = 12, MostCharacters = 200;

    private static readonly FrozenSet<string> Common = new[]
    {
        "123456789012", "1234567890123", "12345678901234", "123456789123", "123123123123", "111111111111", "000000000000", "987654321098",
        "qwertyuiop123", "qwertyuiop12", "qwertyuiopas", "qwertyuiop[]", "qwerty123456", "qwertyqwerty", "1qaz2wsx3edc", "1q2w3e4r5t6y",
        "q1w2e3r4t5y6", "asdfghjkl123", "zxcvbnm12345", "abcdefghijkl", "abcdefghijklm", "abcd1234abcd", "abc123abc123", "password1234",
        "password12345", "password123456", "passwordpassword", "password123!", "p@ssw0rd1234", "administrator", "administrator1",
        "changemechangeme", "changeme1234", "letmeinletmein", "letmein12345", "welcome12345", "welcome123456", "iloveyou1234",
        "iloveyouiloveyou", "correcthorsebatterystaple", "correct horse battery staple", "hostatlas1234", "hostatlashostatlas",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with a new password, for people; null when nothing is.</summary>
    public static string? Fault(string password, string email)
    {
        var characters = password.EnumerateRunes().Count();
        if (characters < FewestCharacters) return $"Use at least {FewestCharacters} characters; a few unrelated words are good.";
        if (characters > MostCharacters) return $"Use at most {MostCharacters} characters.";
        if (password.EnumerateRunes().Distinct().Count() < 4) return "Use more than three different characters.";
        if (Common.Contains(password) || string.Equals(password, email, StringComparison.OrdinalIgnoreCase))
        {
            return "This password is among the first that are guessed. Use another one.";
        }
        return null;
    }
}
