namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Reads <c>/proc/uptime</c> (proc(5)): seconds since the start, then seconds all processors were idle.</summary>
internal static class Uptime
{
    /// <summary>The seconds since the start.</summary>
    public static Parsed<double> ParseSeconds(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        return lines.TryNext(out var line) && line.TryNextNumber(out var seconds) ? seconds : new ParseFault("no seconds");
    }
}
