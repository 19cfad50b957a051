namespace HostAtlas.Agent.Gate.Rules;

/// <summary>
/// Whether a new name in a directory may be another one's that is gone from it: <c>a.docx.locked</c> or <c>a.locked</c> was
/// <c>a.docx</c>. So a file that was encrypted and renamed is judged against what it was, and keeps its last clean version. Pure; names are
/// raw bytes.
/// </summary>
internal static class RenameMatch
{
    /// <summary>How well the names match: 2 with an ending behind the name, 1 with one in the place of the last, 0 not.</summary>
    public static int Of(ReadOnlySpan<byte> former, ReadOnlySpan<byte> now)
    {
        if (former.SequenceEqual(now)) return 0;
        if (now.Length > former.Length && now.StartsWith(former) && !IsWord(now[former.Length])) return 2;
        var stem = Stem(now);
        return stem.Length < now.Length && stem.SequenceEqual(Stem(former)) ? 1 : 0;
    }

    /// <summary>The name up to its last ending; all of it when it has none, or begins with its only dot.</summary>
    public static ReadOnlySpan<byte> Stem(ReadOnlySpan<byte> name) => name.LastIndexOf((byte)'.') is var dot and > 0 ? name[..dot] : name;

    /// <summary>
    /// Whether names in ascending order have come past all that a gone one may have become: those that begin with its stem and a dot stand
    /// together.
    /// </summary>
    public static bool IsPast(ReadOnlySpan<byte> former, ReadOnlySpan<byte> at)
    {
        var stem = Stem(former);
        var shared = at.CommonPrefixLength(stem);
        if (shared < stem.Length) return shared < at.Length && at[shared] > stem[shared];
        return at.Length > stem.Length && at[stem.Length] > (byte)'.';
    }

    private static bool IsWord(byte letter) => char.IsAsciiLetterOrDigit((char)letter) || letter >= 0x80;
}
