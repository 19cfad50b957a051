using System.Text.RegularExpressions;

namespace HostAtlas.Agent.Logs.Files;

/// <summary>Which names a rotation gives to what was a log before. Pure.</summary>
internal static partial class RotationName
{
    /// <summary>
    /// Whether <paramref name="name"/> is what <paramref name="log"/> is called after a rotation: <c>app.log.1</c>, <c>app.log.2.gz</c>,
    /// <c>app.log-20261125</c>, <c>app.log.old</c>, <c>app-20261125.log.gz</c>.
    /// </summary>
    public static bool IsOf(string name, string log)
    {
        if (name.Length <= log.Length) return false;
        if (name.StartsWith(log, StringComparison.Ordinal) && Behind().IsMatch(name.AsSpan(log.Length))) return true;
        var extension = Path.GetExtension(log);
        var stem = log[..^extension.Length];
        if (stem.Length == 0 || extension.Length == 0 || !name.StartsWith(stem, StringComparison.Ordinal)) return false;
        var rest = name[stem.Length..];
        var at = rest.LastIndexOf(extension, StringComparison.Ordinal);
        return at > 0 && Between().IsMatch(rest.AsSpan(0, at)) && Compressed().IsMatch(rest.AsSpan(at + extension.Length));
    }

    /// <summary>Whether it is compressed in a way that can be read.</summary>
    public static bool IsGzip(string name) => name.EndsWith(".gz", StringComparison.Ordinal);

    /// <summary>Whether it is compressed at all: such a file is never a log of its own.</summary>
    public static bool IsCompressed(string name) => AnyCompressed().IsMatch(name);

    /// <summary>The number of <c>app.log.2.gz</c>; 0 when there is none. The higher, the older.</summary>
    public static int NumberOf(string name) =>
        Number().Match(name) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, out var number) ? number : 0;

    [GeneratedRegex(@"^([.\-_]\d[\d.\-_:T+]*|\.(old|bak|prev))(\.(gz|bz2|xz|zst|lz4))?$|^~$", RegexOptions.NonBacktracking)]
    private static partial Regex Behind();

    [GeneratedRegex(@"^[.\-_]\d[\d.\-_:T+]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Between();

    [GeneratedRegex(@"^(\.(gz|bz2|xz|zst|lz4))?$", RegexOptions.NonBacktracking)]
    private static partial Regex Compressed();

    [GeneratedRegex(@"\.(gz|bz2|xz|zst|lz4|zip|Z)$", RegexOptions.NonBacktracking)]
    private static partial Regex AnyCompressed();

    [GeneratedRegex(@"\.(\d{1,6})(\.[a-z0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
