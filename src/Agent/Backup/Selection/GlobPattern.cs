using System.Text;

namespace HostAtlas.Agent.Backup.Selection;

/// <summary>
/// One pattern as .gitignore has them (https://git-scm.com/docs/gitignore), over raw bytes. The folder it counts from is "/".
/// <code>
/// *.tmp             a name, wherever it lies          build/            only directories
/// /var/cache        this path                         srv/*/tmp         has a slash within: counts from "/"
/// **                any number of directories         ? [a-z] [!a-z]    one character, never a slash
/// !keep.tmp         takes back what an earlier pattern excluded         \# \!  the character itself
/// </code>
/// </summary>
internal sealed class GlobPattern
{
    private readonly byte[][] _segments;
    private readonly bool _anchored;

    private GlobPattern(byte[][] segments, bool anchored, bool directoriesOnly, bool negated)
    {
        (_segments, _anchored) = (segments, anchored);
        (DirectoriesOnly, Negated) = (directoriesOnly, negated);
    }

    /// <summary>It takes back instead of excluding.</summary>
    public bool Negated { get; }

    /// <summary>It ends with a slash.</summary>
    public bool DirectoriesOnly { get; }

    private static ReadOnlySpan<byte> AnyDepth => "**"u8;

    /// <summary>Reads a pattern; null with the fault when it is none.</summary>
    public static GlobPattern? TryParse(string text, out string fault)
    {
        fault = "";
        var negated = text.StartsWith('!');
        var body = negated ? text[1..] : text;
        var directoriesOnly = body.EndsWith('/');
        body = directoriesOnly ? body[..^1] : body;
        var anchored = body.Contains('/', StringComparison.Ordinal);
        body = body.TrimStart('/');
        if (body.Length == 0) fault = $"'{text}' names nothing";
        else if (body.Contains("//", StringComparison.Ordinal)) fault = $"'{text}' has an empty part between two slashes";
        else if (body.Split('/').Any(part => part is "." or "..")) fault = $"'{text}' has a . or .. in it; write the path as it is";
        else if (body.EndsWith('\\') && !body.EndsWith("\\\\", StringComparison.Ordinal)) fault = $"'{text}' ends with a lone backslash";
        else if (body.Split('/').FirstOrDefault(part => !ClassesEnd(part)) is { } open) fault = $"'{open}' has a [ without its ]";
        if (fault.Length > 0) return null;
        return new GlobPattern([.. body.Split('/').Select(Encoding.UTF8.GetBytes)], anchored, directoriesOnly, negated);
    }

    /// <summary>Whether it speaks of this path.</summary>
    /// <param name="path">Absolute, without a slash at the end.</param>
    /// <param name="isDirectory">What the path is.</param>
    public bool Matches(ReadOnlySpan<byte> path, bool isDirectory)
    {
        if (DirectoriesOnly && !isDirectory) return false;
        if (!_anchored) return MatchesName(_segments[0], path[(path.LastIndexOf((byte)'/') + 1)..]);
        return MatchesPath(path);
    }

    // reached[i]: the first i parts of the pattern have matched the path up to here. Linear in pattern times path, whatever stars there
    // are.
    private bool MatchesPath(ReadOnlySpan<byte> path)
    {
        Span<bool> reached = stackalloc bool[_segments.Length + 1], next = stackalloc bool[_segments.Length + 1];
        reached.Clear();
        reached[0] = true;
        SkipAnyDepth(reached);
        path = path[1..];
        while (true)
        {
            var slash = path.IndexOf((byte)'/');
            var name = slash < 0 ? path : path[..slash];
            next.Clear();
            for (var i = 0; i < _segments.Length; i++)
            {
                if (!reached[i]) continue;
                // "**" stands for every number of directories; at the end of a pattern for at least one name: "a/**" is not a itself.
                if (_segments[i].AsSpan().SequenceEqual(AnyDepth)) (next[i], next[i + 1]) = (true, true);
                else next[i + 1] |= MatchesName(_segments[i], name);
            }
            SkipAnyDepth(next);
            next.CopyTo(reached);
            if (slash < 0) return reached[_segments.Length];
            path = path[(slash + 1)..];
        }
    }

    private void SkipAnyDepth(Span<bool> reached)
    {
        for (var i = 0; i < _segments.Length - 1; i++) reached[i + 1] |= reached[i] && _segments[i].AsSpan().SequenceEqual(AnyDepth);
    }

    private static bool MatchesName(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> name)
    {
        // The last star is the only one to come back to: what an earlier one took can stay as it is.
        int p = 0, n = 0, starAt = -1, starFrom = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (starAt, starFrom) = (p++, n);
            }
            else if (p < pattern.Length && MatchesOne(pattern[p..], name[n..], out var patternLength, out var nameLength))
            {
                p += patternLength;
                n += nameLength;
            }
            else if (starAt >= 0)
            {
                (p, n) = (starAt + 1, ++starFrom);
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> name, out int patternLength, out int nameLength)
    {
        (patternLength, nameLength) = (1, 1);
        switch (pattern[0])
        {
            case (byte)'?':
                nameLength = RuneAt(name, out _);
                return true;
            case (byte)'[':
                nameLength = RuneAt(name, out var rune);
                return MatchesClass(pattern, rune, out patternLength);
            case (byte)'\\':
                patternLength = 2;
                return pattern[1] == name[0];
            default:
                return pattern[0] == name[0];
        }
    }

    // What is not UTF-8 counts as one character a byte, and is none of those that a class can name.
    private static int RuneAt(ReadOnlySpan<byte> text, out int rune)
    {
        var valid = Rune.DecodeFromUtf8(text, out var read, out var length) == System.Buffers.OperationStatus.Done;
        rune = valid ? read.Value : -1;
        return valid ? length : 1;
    }

    private static bool MatchesClass(ReadOnlySpan<byte> pattern, int rune, out int length)
    {
        var at = 1;
        var negated = pattern[at] is (byte)'!' or (byte)'^';
        if (negated) at++;
        var found = false;
        var first = at;
        while (pattern[at] != ']' || at == first)
        {
            at += ClassRune(pattern[at..], out var from);
            var to = from;
            if (pattern[at] == '-' && pattern[at + 1] != ']') at += 1 + ClassRune(pattern[(at + 1)..], out to);
            found |= rune >= from && rune <= to;
        }
        length = at + 1;
        return found != negated;
    }

    private static int ClassRune(ReadOnlySpan<byte> pattern, out int rune)
    {
        var escaped = pattern[0] == '\\' ? 1 : 0;
        return escaped + RuneAt(pattern[escaped..], out rune);
    }

    private static bool ClassesEnd(string part)
    {
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] == '\\') i++;
            else if (part[i] == '[')
            {
                i++;
                if (i < part.Length && part[i] is '!' or '^') i++;
                var first = i;
                while (i < part.Length && (part[i] != ']' || i == first)) i += part[i] == '\\' ? 2 : 1;
                if (i >= part.Length) return false;
            }
        }
        return true;
    }
}
