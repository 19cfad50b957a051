using System.Text;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Picks counters out of a text whose lines begin <c>name value</c>, the shape of <c>/proc/meminfo</c>, <c>/proc/vmstat</c> and most of a
/// cgroup's files. Newer kernels add lines and drop others: what is not asked for is passed over, what is not there is null.
/// </summary>
internal static class KeyedCounters
{
    /// <summary>Names as the text has them, a colon included where it has one.</summary>
    public static byte[][] Keys(params ReadOnlySpan<string> names)
    {
        var keys = new byte[names.Length][];
        for (var i = 0; i < names.Length; i++) keys[i] = Encoding.ASCII.GetBytes(names[i]);
        return keys;
    }

    /// <summary>Sets each value to its key's counter; of two lines with one name the last counts.</summary>
    public static void Read(ReadOnlySpan<byte> text, ReadOnlySpan<byte[]> keys, Span<ulong?> values)
    {
        values.Clear();
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            if (!line.TryNext(out var name)) continue;
            for (var i = 0; i < keys.Length; i++)
            {
                if (!name.SequenceEqual(keys[i])) continue;
                values[i] = line.TryNextCounter(out var value) ? value : null;
                break;
            }
        }
    }

    /// <summary>One counter.</summary>
    public static ulong? Find(ReadOnlySpan<byte> text, byte[] key)
    {
        ulong? value = null;
        Read(text, [key], new Span<ulong?>(ref value));
        return value;
    }
}
