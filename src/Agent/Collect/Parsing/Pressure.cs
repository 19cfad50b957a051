namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Share of the last ten seconds, in percent, in which some tasks, or all that were not idle, waited for a resource; null: not told.
/// </summary>
internal readonly record struct Pressure(double? SomePercent, double? FullPercent)
{
    /// <summary>
    /// Reads a file of <c>/proc/pressure</c> (Documentation/accounting/psi.rst): <c>some avg10=0.00 avg60=0.00 avg300=0.00 total=0</c> and
    /// <c>full …</c>. There since Linux 4.20; the processors have no full before 5.13, interrupts have full only.
    /// </summary>
    public static Parsed<Pressure> Parse(ReadOnlySpan<byte> text)
    {
        var pressure = default(Pressure);
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            if (!line.TryNext(out var kind)) continue;
            if (kind.SequenceEqual("some"u8)) pressure = pressure with { SomePercent = FindAverage(line) };
            if (kind.SequenceEqual("full"u8)) pressure = pressure with { FullPercent = FindAverage(line) };
        }
        return pressure == default ? new ParseFault("no averages") : pressure;
    }

    private static double? FindAverage(TextFields line)
    {
        while (line.TryNext(out var field))
        {
            if (!field.StartsWith("avg10="u8)) continue;
            var number = new TextFields(field["avg10="u8.Length..]);
            return number.TryNextNumber(out var percent) && percent <= 100 ? percent : null;
        }
        return null;
    }
}
