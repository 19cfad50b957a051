using System.Collections.Frozen;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// What guessers try first: ten thousand of the most used passwords (their source and licence lie beside the list), and the usual ways to
/// make twelve characters of nothing. Case does not count.
/// </summary>
internal static class CommonPasswords
{
    // A famous phrase with a word more is a good password; one word with figures around it is not.
    private const string Phrase = "correct horse battery staple";

    private static readonly string[] Stretched =
    [
        "123456789012", "1234567890123", "12345678901234", "123456789123", "123123123123", "111111111111", "000000000000", "987654321098",
        "qwertyuiop123", "qwertyuiop12", "qwertyuiopas", "qwertyuiop[]", "qwerty123456", "qwertyqwerty", "1qaz2wsx3edc", "1q2w3e4r5t6y",
        "q1w2e3r4t5y6", "asdfghjkl123", "zxcvbnm12345", "abcdefghijkl", "abcdefghijklm", "abcd1234abcd", "abc123abc123",
        "passwordpassword", "p@ssw0rd1234", "administrator", "changemechangeme", "letmeinletmein", "iloveyouiloveyou",
        "correcthorsebatterystaple", "hostatlashostatlas",
    ];

    private static readonly FrozenSet<string> Words = Read();

    /// <summary>Whether it is one of them, or one of them with figures and signs before or behind it.</summary>
    public static bool Holds(string password) =>
        Words.Contains(password) || Words.Contains(WordOf(password)) || string.Equals(password, Phrase, StringComparison.OrdinalIgnoreCase);

    /// <summary>The password without the figures and signs at its ends: what people add to reach a length.</summary>
    public static string WordOf(string password)
    {
        var (start, end) = (0, password.Length);
        while (start < end && !char.IsLetter(password[start])) start++;
        while (end > start && !char.IsLetter(password[end - 1])) end--;
        return password[start..end];
    }

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        var listed = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return listed.Concat(Stretched).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
