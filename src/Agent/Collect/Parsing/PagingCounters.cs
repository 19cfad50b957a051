namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Counters of paging since the start; null: not told. Swap is counted in pages, whatever their size.</summary>
internal readonly record struct PagingCounters(ulong? SwapInPages, ulong? SwapOutPages, ulong? MajorFaults, ulong? OomKills)
{
    private static readonly byte[][] Keys = KeyedCounters.Keys("pswpin", "pswpout", "pgmajfault", "oom_kill");

    /// <summary>Reads <c>/proc/vmstat</c> (proc_vmstat(5)): lines <c>name value</c>. oom_kill is there since Linux 4.13.</summary>
    public static Parsed<PagingCounters> Parse(ReadOnlySpan<byte> text)
    {
        Span<ulong?> found = stackalloc ulong?[Keys.Length];
        KeyedCounters.Read(text, Keys, found);
        var counters = new PagingCounters(found[0], found[1], found[2], found[3]);
        return counters == default ? new ParseFault("none of the counters") : counters;
    }
}
