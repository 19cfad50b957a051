using System.Text;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>One mount as the agent's own mount namespace shows it; names are decoded.</summary>
/// <param name="Device">Device number <c>major:minor</c> of the file system; major 0 means that no block device stands behind it.</param>
/// <param name="Root">Which folder of the file system is mounted: <c>/</c>, or another one for a bind mount or a subvolume.</param>
/// <param name="Point">Where it is mounted.</param>
/// <param name="Type">Type of file system, e.g. <c>ext4</c>.</param>
/// <param name="Source">What was mounted, e.g. <c>/dev/vda1</c>.</param>
/// <param name="IsReadOnly">Whether nothing can be written here: mounted so, or made so by the kernel after an error.</param>
/// <param name="SuperOptions">Options of the file system itself, parted by commas; those of a v1 cgroup name its controllers.</param>
internal sealed record Mount(string Device, string Root, string Point, string Type, string Source, bool IsReadOnly, string SuperOptions);

/// <summary>
/// Reads <c>/proc/self/mountinfo</c> (proc_pid_mountinfo(5)):
/// <code>36 35 98:0 /root /mnt\040point rw,noatime master:1 - ext3 /dev/root rw,errors=continue</code>
/// Blank, tab, line feed, backslash and # of names stand as three octal digits behind a backslash.
/// </summary>
internal static class MountTable
{
    /// <summary>The mounts in the order in which they were made.</summary>
    public static Parsed<List<Mount>> Parse(ReadOnlySpan<byte> text)
    {
        var mounts = new List<Mount>();
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            if (!line.TrySkip(2) || !line.TryNextText(out var device) || !line.TryNext(out var root)
                || !line.TryNext(out var point) || !line.TryNext(out var options)) return new ParseFault("a mount with too few fields");
            // Between the options and the dash stand any number of optional fields.
            ReadOnlySpan<byte> field;
            do
            {
                if (!line.TryNext(out field)) return new ParseFault("a mount without the dash before its type");
            }
            while (!field.SequenceEqual("-"u8));
            if (!line.TryNextText(out var type)) return new ParseFault("a mount without a type");
            line.TryNext(out var source);
            line.TryNext(out var superOptions);
            mounts.Add(new Mount(
                device, DecodeOctal(root), DecodeOctal(point), type, DecodeOctal(source),
                HasReadOnly(options) || HasReadOnly(superOptions), Encoding.UTF8.GetString(superOptions)));
        }
        return mounts;
    }

    /// <summary>Undoes the kernel's escapes (<c>\040</c> is a blank); a backslash that starts none stays as it is.</summary>
    public static string DecodeOctal(ReadOnlySpan<byte> name)
    {
        if (!name.Contains((byte)'\\')) return Encoding.UTF8.GetString(name);
        var decoded = new byte[name.Length];
        var length = 0;
        for (var i = 0; i < name.Length; i++)
        {
            var isEscape = name[i] == '\\' && i + 3 < name.Length
                && IsOctal(name[i + 1], '3') && IsOctal(name[i + 2], '7') && IsOctal(name[i + 3], '7');
            decoded[length++] = isEscape ? (byte)(((name[i + 1] - '0') << 6) | ((name[i + 2] - '0') << 3) | (name[i + 3] - '0')) : name[i];
            if (isEscape) i += 3;
        }
        return Encoding.UTF8.GetString(decoded.AsSpan(0, length));
    }

    // Whether a file system may be written is the first option of both lists (show_mnt_opts, show_sb_opts of fs/proc_namespace.c).
    private static bool HasReadOnly(ReadOnlySpan<byte> options) => options.SequenceEqual("ro"u8) || options.StartsWith("ro,"u8);

    private static bool IsOctal(byte digit, char most) => digit >= '0' && digit <= most;
}
