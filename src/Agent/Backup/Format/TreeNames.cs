using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>Names in trees: what one can be, and its two forms in JSON.</summary>
public static class TreeNames
{
    /// <summary>
    /// Whether the bytes can be an entry's name. What comes back from a repository is asked this before any path is made of it: a slash, a
    /// dot or two would lead out of the directory.
    /// </summary>
    public static bool IsName(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && !name.ContainsAny((byte)'/', (byte)0) && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8);

    /// <summary>Whether the bytes stand in JSON as text. Bytes that are not UTF-8 stand as base64, so that they come back as they
    /// were.</summary>
    public static bool IsText(ReadOnlySpan<byte> name) => Utf8.IsValid(name);

    /// <summary>A path of a tree for people; the root is the empty one.</summary>
    public static string DisplayPath(ReadOnlySpan<byte> path) => path.IsEmpty ? "/" : Display(path);

    /// <summary>A path of a tree for a program: a member <c>path</c>, or <c>pathBase64</c> where it is no text.</summary>
    public static void WritePath(Utf8JsonWriter writer, ReadOnlySpan<byte> path)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (IsText(path)) writer.WriteString("path", path.IsEmpty ? "/"u8 : path);
        else writer.WriteBase64String("pathBase64", path);
    }

    /// <summary>For messages to people: what is not UTF-8 or would confuse a terminal is shown as \xNN.</summary>
    public static string Display(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var isText = Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done
                && !Rune.IsControl(rune) && rune.Value is not (0x2028 or 0x2029 or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069));
            if (isText) text.Append(rune.ToString());
            else foreach (var b in name[..length]) text.Append("\\x").Append(Convert.ToHexStringLower([b]));
            name = name[length..];
        }
        return text.ToString();
    }
}
