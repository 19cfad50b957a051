using System.Text;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// A pattern for paths in a snapshot, over raw bytes: <c>*</c> and <c>?</c> within a name, <c>[a-z]</c>, <c>**</c> for any directories.
/// With a slash within it counts from the root (<c>/etc/*.conf</c>), without one it fits at any depth (<c>*.conf</c>); a slash at its end
/// fits directories only. What lies below a directory that fits, fits too. Followed name by name: a walk need not look where nothing
/// can fit.
/// </summary>
internal sealed class PathGlob
{
    // One bit a part and one for "all parts fitted".
    private const int PartsMax = 63;

    private readonly byte[]?[] _parts;
    private readonly bool _directoryOnly;

    private PathGlob(byte[]?[] parts, bool directoryOnly) => (_parts, _directoryOnly) = (parts, directoryOnly);

    /// <summary>Nothing was followed yet.</summary>
    public ulong Start => Closed(1);

    /// <summary>Reads a pattern; the fault says what is wrong with it.</summary>
    public static PathGlob? TryParse(string text, out string fault)
    {
        fault = "";
        var names = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var body = text.TrimEnd('/');
        if (names.Length == 0) fault = "a pattern needs a name: /etc, *.conf, /srv/**/*.sql";
        else if (names.Length >= PartsMax) fault = $"a pattern has at most {PartsMax - 1} names";
        else if (names.Any(name => name is "." or "..")) fault = "a pattern has no . or .. in it";
        if (fault.Length > 0) return null;
        var parts = names.Select(name => name == "**" ? null : Encoding.UTF8.GetBytes(name));
        return new PathGlob([.. body.Contains('/', StringComparison.Ordinal) ? parts : parts.Prepend(null)],
            directoryOnly: text.EndsWith('/'));
    }

    /// <summary>Goes on by one name; 0: nothing below can fit.</summary>
    public ulong Follow(ulong state, ReadOnlySpan<byte> name)
    {
        var next = 0ul;
        for (var i = 0; i < _parts.Length; i++)
        {
            if ((state & (1ul << i)) == 0) continue;
            if (_parts[i] is not { } part) next |= 1ul << i;
            else if (Fits(part, name)) next |= 1ul << (i + 1);
        }
        return Closed(next);
    }

    /// <summary>Whether the path that was followed fits.</summary>
    public bool IsWhole(ulong state, bool isDirectory) => (state & (1ul << _parts.Length)) != 0 && (isDirectory || !_directoryOnly);

    // ** also stands for no directory at all.
    private ulong Closed(ulong state)
    {
        for (var i = 0; i < _parts.Length; i++)
        {
            if (_parts[i] is null && (state & (1ul << i)) != 0) state |= 1ul << (i + 1);
        }
        return state;
    }

    // The usual way back to the last star: linear for one star, never exponential.
    private static bool Fits(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> name)
    {
        int p = 0, n = 0, star = -1, from = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                from = n;
            }
            else if (p < pattern.Length && FitsOne(pattern[p..], name[n..], out var taken, out var eaten))
            {
                p += taken;
                n += eaten;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++from;
            }
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    private static bool FitsOne(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> name, out int taken, out int eaten)
    {
        (taken, eaten) = (1, 1);
        if (pattern[0] == '?')
        {
            // One character, or one byte of what is no text.
            if (Rune.DecodeFromUtf8(name, out _, out var length) == System.Buffers.OperationStatus.Done) eaten = length;
            return true;
        }
        if (pattern[0] == '[' && pattern[1..].IndexOf((byte)']') is var end and > 0)
        {
            taken = end + 2;
            return IsInClass(pattern.Slice(1, end), name[0]);
        }
        if (pattern[0] == '\\' && pattern.Length > 1)
        {
            taken = 2;
            return pattern[1] == name[0];
        }
        return pattern[0] == name[0];
    }

    private static bool IsInClass(ReadOnlySpan<byte> members, byte value)
    {
        var negated = members.Length > 1 && members[0] is (byte)'!' or (byte)'^';
        if (negated) members = members[1..];
        var isIn = false;
        for (var i = 0; i < members.Length; i++)
        {
            if (i + 2 < members.Length && members[i + 1] == '-')
            {
                isIn |= value >= members[i] && value <= members[i + 2];
                i += 2;
            }
            else isIn |= members[i] == value;
        }
        return isIn != negated;
    }
}
