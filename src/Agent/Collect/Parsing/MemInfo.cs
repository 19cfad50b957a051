namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Memory and swap in bytes; null: not told. Available is what programs can still get without swapping, as the kernel estimates it.
/// </summary>
/// <param name="TotalBytes">All memory the kernel manages.</param>
/// <param name="AvailableBytes">At most the total.</param>
/// <param name="SwapTotalBytes">All swap areas.</param>
/// <param name="SwapUsedBytes">What of them is taken.</param>
/// <param name="Kinds">One value for each of <see cref="MemInfo.Kinds"/>.</param>
internal sealed record MemoryReading(
    ulong TotalBytes, ulong AvailableBytes, ulong? SwapTotalBytes, ulong? SwapUsedBytes, IReadOnlyList<ulong?> Kinds)
{
    /// <summary>Total without Available: what <c>free</c> of procps 4 calls used.</summary>
    public ulong UsedBytes => TotalBytes - AvailableBytes;
}

/// <summary>
/// Reads <c>/proc/meminfo</c> (proc_meminfo(5)): lines <c>Name: value kB</c>, where kB means 1,024 bytes whatever the size of a page.
/// MemAvailable is there since Linux 3.14; before, free memory and what the caches could give back stand for it, the estimate that
/// procps made then.
/// </summary>
internal static class MemInfo
{
    private const int BytesPerKibibyte = 1024;
    private const int Free = 0, Buffers = 1, Cached = 2, Reclaimable = 4, Shared = 7;
    private const int Total = 0, Available = 1, SwapTotal = 2, SwapFree = 3, HugeCount = 4, HugeFree = 5, HugeSize = 6, Others = 7;

    private static readonly (string Field, string Kind)[] Fields =
    [
        ("MemFree:", "free"), ("Buffers:", "buffers"), ("Cached:", "cached"), ("Slab:", "slab"), ("SReclaimable:", "slab_reclaimable"),
        ("Dirty:", "dirty"), ("Writeback:", "writeback"), ("Shmem:", "shared"), ("AnonPages:", "anonymous"), ("Mapped:", "mapped"),
        ("PageTables:", "page_tables"), ("KernelStack:", "kernel_stack"), ("Mlocked:", "locked"), ("SwapCached:", "swap_cached"),
        ("Committed_AS:", "committed"), ("CommitLimit:", "commit_limit"),
    ];

    private static readonly byte[][] Keys = KeyedCounters.Keys(
    [
        "MemTotal:", "MemAvailable:", "SwapTotal:", "SwapFree:", "HugePages_Total:", "HugePages_Free:", "Hugepagesize:",
        .. Fields.Select(field => field.Field),
    ]);

    /// <summary>The kinds of memory that are told apart; they overlap: slab holds slab_reclaimable, cached holds shared.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        [.. Fields.Select(field => field.Kind), "huge_pages_total", "huge_pages_free"];

    /// <summary>Reads the whole text.</summary>
    public static Parsed<MemoryReading> Parse(ReadOnlySpan<byte> text)
    {
        Span<ulong?> found = stackalloc ulong?[Keys.Length];
        KeyedCounters.Read(text, Keys, found);
        if (Bytes(found[Total]) is not (> 0 and var total)) return new ParseFault("no MemTotal");
        var kinds = new ulong?[Kinds.Count];
        for (var i = 0; i < Fields.Length; i++) kinds[i] = Bytes(found[Others + i]);
        // Nearly no host keeps huge pages apart: then there is nothing to tell.
        if (found[HugeCount] > 0) (kinds[^2], kinds[^1]) = (HugeBytes(found[HugeCount], found), HugeBytes(found[HugeFree], found));

        if ((Bytes(found[Available]) ?? Estimate(kinds)) is not { } available)
            return new ParseFault("neither MemAvailable nor MemFree");
        // Inside some containers the parts are read at other moments, or from other places, than the whole.
        var (swapTotal, swapFree) = (Bytes(found[SwapTotal]), Bytes(found[SwapFree]));
        var swapUsed = swapTotal - (swapFree > swapTotal ? swapTotal : swapFree);
        return new MemoryReading(total, Math.Min(available, total), swapTotal, swapUsed, kinds);
    }

    private static ulong? Estimate(ulong?[] kinds)
    {
        var shared = kinds[Shared] ?? 0;
        var caches = (kinds[Buffers] ?? 0) + (kinds[Cached] ?? 0) + (kinds[Reclaimable] ?? 0);
        return kinds[Free] + Math.Max(caches, shared) - shared;
    }

    private static ulong? HugeBytes(ulong? pages, ReadOnlySpan<ulong?> found) =>
        Bytes(found[HugeSize]) is { } size && pages <= (1UL << 53) / Math.Max(size, 1) ? pages * size : null;

    // Beyond an exabyte it is no memory; the bound keeps the sums from overflowing.
    private static ulong? Bytes(ulong? kibibytes) =>
        kibibytes <= long.MaxValue / BytesPerKibibyte / 8 ? kibibytes * BytesPerKibibyte : null;
}
