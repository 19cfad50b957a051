namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Reads files that hold one number: most of <c>/sys</c>, and a cgroup's counts and limits.</summary>
internal static class SingleNumber
{
    // A v1 cgroup without a limit shows the largest number of bytes in whole pages, so its digits depend on the size of a page.
    private const ulong NoLimit = 1UL << 62;

    /// <summary>A count.</summary>
    public static Parsed<ulong> ParseCount(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        return lines.TryNext(out var line) && line.TryNextCounter(out var count) ? count : new ParseFault("no count");
    }

    /// <summary>A number that may be negative.</summary>
    public static Parsed<long> ParseSigned(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        return lines.TryNext(out var line) && line.TryNextSigned(out var number) ? number : new ParseFault("no number");
    }

    /// <summary>A limit of a cgroup: null when it says that there is none (<c>max</c>, -1, or a number beyond every machine).</summary>
    public static Parsed<ulong?> ParseLimit(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        if (!lines.TryNext(out var line)) return new ParseFault("no limit");
        if (line.Rest.StartsWith("max"u8) || line.Rest.StartsWith("-1"u8)) return (ulong?)null;
        return line.TryNextCounter(out var limit) ? limit < NoLimit ? limit : null : new ParseFault("no limit");
    }
}
