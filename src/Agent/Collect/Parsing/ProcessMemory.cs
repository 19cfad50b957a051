namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Reads <c>/proc/self/statm</c> (proc(5)): sizes in pages, <c>size resident shared …</c>.</summary>
internal static class ProcessMemory
{
    /// <summary>The resident pages.</summary>
    public static Parsed<ulong> ParseResidentPages(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        return lines.TryNext(out var line) && line.TrySkip(1) && line.TryNextCounter(out var pages)
            ? pages
            : new ParseFault("no resident pages");
    }
}
