namespace HostAtlas.Agent.Redaction.Values;

/// <summary>How a value looks: whether it can be what a generator of secrets gives out, or only a word, a number, a path.</summary>
internal static class Looks
{
    private const int RandomLeast = 16;

    /// <summary>
    /// Letters of both cases and digits, or a long mixture, as generators give out; no UUID, hash, path, address, time or version. For what
    /// stands after a name that is only sometimes a secret's (<c>key=</c>).
    /// </summary>
    public static bool Random(ReadOnlySpan<char> value) =>
        Token(value) && !IsHexOrUuid(value) && !IsPath(value) && !EndsInHash(value)
        && !value.StartsWith("SHA256:") && !value.StartsWith("MD5:")
        && (value.ContainsAny('.', ':') ? HasAllKinds(value) : HasTwoKinds(value))
        && Entropy(value) >= 3.0;

    /// <summary>At least sixteen characters of an identifier's alphabet with a digit among them; hex and UUIDs too.</summary>
    public static bool Token(ReadOnlySpan<char> value)
    {
        if (value.Length < RandomLeast || value[0] == '/') return false;
        var digits = 0;
        foreach (var c in value)
        {
            if (char.IsAsciiDigit(c)) digits++;
            else if (!char.IsAsciiLetter(c) && !"+/=_-.~:%|!".Contains(c, StringComparison.Ordinal)) return false;
        }
        return digits > 0 && digits < value.Length;
    }

    /// <summary>
    /// What people choose as a password: at least five characters, letters together with digits or with signs within. Not a path, an
    /// address, a time, a version, a word with a hyphen.
    /// </summary>
    public static bool Password(ReadOnlySpan<char> value)
    {
        value = value.TrimEnd(".,;:!?)\"'");
        if (value.Length < 5 || value[0] is '/' or '-' or '<' or '(' or '[' or '{' || IsAddress(value)) return false;
        int letters = 0, digits = 0, signs = 0;
        foreach (var c in value)
        {
            if (char.IsLetter(c)) letters++;
            else if (char.IsAsciiDigit(c)) digits++;
            else if (c is '!' or '@' or '#' or '$' or '%' or '^' or '&' or '*' or '+' or '?' or '~') signs++;
            else if (c is '/' or '(' or '[' or '=') return false;
        }
        return letters > 0 && (digits > 0 || signs > 0);
    }

    /// <summary>At least eight characters, some letters and some digits, and nothing else but hyphens and underscores.</summary>
    public static bool Mixed(ReadOnlySpan<char> value)
    {
        int letters = 0, digits = 0;
        foreach (var c in value)
        {
            if (char.IsAsciiDigit(c)) digits++;
            else if (char.IsAsciiLetter(c)) letters++;
            else if (c is not ('-' or '_')) return false;
        }
        return value.Length >= 8 && letters > 0 && digits > 0;
    }

    /// <summary>A UUID with its hyphens.</summary>
    public static bool Uuid(ReadOnlySpan<char> value) => value.Length == 36 && value[8] == '-' && IsHexOrUuid(value);

    /// <summary>Base64 of <c>user:password</c>, as HTTP's Basic scheme and container registries write it.</summary>
    public static bool BasicCredentials(ReadOnlySpan<char> value)
    {
        if (value.Length is < 6 or > 1024) return false;
        Span<byte> bytes = stackalloc byte[768];
        Span<char> padded = stackalloc char[1027];
        var length = value.TrimEnd('=').Length;
        for (var i = 0; i < length; i++) padded[i] = value[i] switch { '-' => '+', '_' => '/', var c => c };
        while (length % 4 != 0) padded[length++] = '=';
        if (!Convert.TryFromBase64Chars(padded[..length], bytes, out var count)) return false;
        var decoded = bytes[..count];
        return decoded.IndexOf((byte)':') > 0 && !decoded.ContainsAnyInRange((byte)0, (byte)31);
    }

    /// <summary>Only digits and hex digits, with or without hyphens at a UUID's places.</summary>
    public static bool IsHexOrUuid(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
        {
            if (!char.IsAsciiHexDigit(c) && c is not ('-' or ':')) return false;
        }
        return true;
    }

    // Linux-node-3f2a1b9c8d7e6f5a4b3c2d1e0f9a8b7c: a cache's key.
    private static bool EndsInHash(ReadOnlySpan<char> value)
    {
        var last = value.LastIndexOf('-');
        return last > 2 && value.Length - last > 16 && IsHexOrUuid(value[(last + 1)..])
            && !value[(last + 1)..].ContainsAnyInRange('A', 'Z');
    }

    private static bool IsPath(ReadOnlySpan<char> value) => value[0] is '/' or '~' or '.'
        || value.Count('/') > 1 && value.Count('/') * 12 > value.Length;

    private static bool IsAddress(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
        {
            if (!char.IsAsciiHexDigit(c) && c is not ('.' or ':' or '-')) return false;
        }
        return value.ContainsAny('.', ':') || value.Count('-') > 1;
    }

    private static bool HasTwoKinds(ReadOnlySpan<char> value) =>
        value.ContainsAnyInRange('A', 'Z') && value.ContainsAnyInRange('a', 'z')
            || value.Count('-') + value.Count('_') <= value.Length / 10;

    private static bool HasAllKinds(ReadOnlySpan<char> value) =>
        value.Length >= 24 && value.ContainsAnyInRange('A', 'Z') && value.ContainsAnyInRange('a', 'z')
            && value.ContainsAnyInRange('0', '9');

    // Bits a character by Shannon's formula over the value itself.
    private static double Entropy(ReadOnlySpan<char> value)
    {
        Span<int> counts = stackalloc int[128];
        counts.Clear();
        foreach (var c in value) counts[c & 127]++;
        var bits = 0.0;
        foreach (var count in counts)
        {
            if (count > 0) bits -= count * Math.Log2((double)count / value.Length);
        }
        return bits / value.Length;
    }
}
