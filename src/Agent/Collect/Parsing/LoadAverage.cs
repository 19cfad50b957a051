namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Tasks that run or wait for a processor or a disk, averaged over 1, 5 and 15 minutes, and all threads there are; null: not told.
/// </summary>
internal readonly record struct LoadReading(double OneMinute, double FiveMinutes, double FifteenMinutes, ulong? Threads);

/// <summary>Reads <c>/proc/loadavg</c> (proc(5)): <c>0.00 0.06 0.08 1/95 10012</c>; behind the slash stand all threads.</summary>
internal static class LoadAverage
{
    /// <summary>Reads the first line.</summary>
    public static Parsed<LoadReading> Parse(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        return lines.TryNext(out var line)
            && line.TryNextNumber(out var one) && line.TryNextNumber(out var five) && line.TryNextNumber(out var fifteen)
            ? new LoadReading(one, five, fifteen, ReadThreads(line))
            : new ParseFault("not three averages");
    }

    private static ulong? ReadThreads(TextFields line)
    {
        if (!line.TryNext(out var field) || field.IndexOf((byte)'/') is not (> 0 and var slash)) return null;
        var threads = new TextFields(field[(slash + 1)..]);
        return threads.TryNextCounter(out var count) ? count : null;
    }
}
