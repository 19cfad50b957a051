namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Tasks that run or wait for a processor or a disk, averaged over 1, 5 and 15 minutes.</summary>
internal readonly record struct LoadReading(double OneMinute, double FiveMinutes, double FifteenMinutes);

/// <summary>Reads <c>/proc/loadavg</c> (proc(5)): <c>0.00 0.06 0.08 1/95 10012</c>.</summary>
internal static class LoadAverage
{
    /// <summary>Reads the first line.</summary>
    public static Parsed<LoadReading> Parse(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        return lines.TryNext(out var line)
            && line.TryNextNumber(out var one) && line.TryNextNumber(out var five) && line.TryNextNumber(out var fifteen)
            ? new LoadReading(one, five, fifteen)
            : new ParseFault("not three averages");
    }
}
