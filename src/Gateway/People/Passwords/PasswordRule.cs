namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// What a new password must be. Length alone makes it strong (NIST SP 800-63B-4, 3.1.1.2): no classes of characters are demanded, and no
/// change by the calendar. Refused is what guessers try first: common passwords, and words of the context.
/// </summary>
internal static class PasswordRule
{
    /// <summary>Characters (Unicode code points) of a password: fewest and most. The most bounds what one request makes us hash.</summary>
    public const int FewestCharacters = 12, MostCharacters = 200;

    private const string Product = "hostatlas";

    /// <summary>What is wrong with a new password, for people; null when nothing is.</summary>
    public static string? Fault(string password, string email)
    {
        var characters = password.EnumerateRunes().Count();
        if (characters < FewestCharacters) return $"Use at least {FewestCharacters} characters; a few unrelated words are good.";
        if (characters > MostCharacters) return $"Use at most {MostCharacters} characters.";
        if (password.EnumerateRunes().Distinct().Count() < 4) return "Use more than three different characters.";
        if (CommonPasswords.Holds(password)) return "This password is among the first that are guessed. Use another one.";
        if (IsOfContext(password, email)) return "This password follows from your address or this platform's name. Use another one.";
        return null;
    }

    private static bool IsOfContext(string password, string email)
    {
        var word = CommonPasswords.WordOf(password);
        string[] context = [Product, email, .. email.Split('@')];
        return context.Any(known => known.Length > 0 && (Same(known, password) || Same(CommonPasswords.WordOf(known), word)));
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
