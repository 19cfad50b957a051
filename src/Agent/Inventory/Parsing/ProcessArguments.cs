using System.Text;

namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>
/// Makes of /proc/PID/cmdline, arguments that each end in a zero byte, the line that a shell would have been given, so that the redactor of
/// commands sees where an argument begins and ends. A program that wrote a title over its arguments left one text with blanks: it stays as
/// it is.
/// </summary>
internal static class ProcessArguments
{
    /// <summary>The line; empty for threads of the kernel and for what has ended.</summary>
    public static string Line(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd((byte)0);
        if (text.IsEmpty) return "";
        if (!text.Contains((byte)0)) return Flat(Encoding.UTF8.GetString(text));
        var line = new StringBuilder(text.Length + 16);
        foreach (var range in text.Split((byte)0))
        {
            if (line.Length > 0) line.Append(' ');
            line.Append(Quoted(Flat(Encoding.UTF8.GetString(text[range]))));
        }
        return line.ToString();
    }

    // One line in, one line out: what parts lines within an argument parts words.
    private static string Flat(string argument) => string.Create(argument.Length, argument, static (span, from) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
    });

    private static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(IsPlain) ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char sign) => char.IsLetterOrDigit(sign) || "-_=+./:,@%".Contains(sign, StringComparison.Ordinal);
}
