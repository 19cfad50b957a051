namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Memory and swap in bytes. Available is what programs can still get without swapping, as the kernel estimates it.</summary>
internal readonly record struct MemoryReading(ulong TotalBytes, ulong AvailableBytes, ulong SwapTotalBytes, ulong SwapFreeBytes)
{
    /// <summary>Total without Available: what <c>free</c> of procps 4 calls used.</summary>
    public ulong UsedBytes => TotalBytes - AvailableBytes;

    /// <summary>Used swap.</summary>
    public ulong SwapUsedBytes => SwapTotalBytes - SwapFreeBytes;
}

/// <summary>
/// Reads <c>/proc/meminfo</c> (proc(5)): lines <c>Name: value kB</c>, where kB means 1,024 bytes. MemAvailable is there since Linux 3.14;
/// before, free memory and what the caches could give back stand for it, the estimate that procps made then.
/// </summary>
internal static class MemInfo
{
    private const int BytesPerKibibyte = 1024;

    /// <summary>Reads the whole text.</summary>
    public static Parsed<MemoryReading> Parse(ReadOnlySpan<byte> text)
    {
        ulong? total = null, available = null, free = null;
        ulong buffers = 0, cached = 0, reclaimable = 0, shared = 0, swapTotal = 0, swapFree = 0;
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            if (!line.TryNext(out var name)) continue;
            switch (name)
            {
                case var _ when name.SequenceEqual("MemTotal:"u8): total = ReadBytes(line); break;
                case var _ when name.SequenceEqual("MemAvailable:"u8): available = ReadBytes(line); break;
                case var _ when name.SequenceEqual("MemFree:"u8): free = ReadBytes(line); break;
                case var _ when name.SequenceEqual("Buffers:"u8): buffers = ReadBytes(line) ?? 0; break;
                case var _ when name.SequenceEqual("Cached:"u8): cached = ReadBytes(line) ?? 0; break;
                case var _ when name.SequenceEqual("SReclaimable:"u8): reclaimable = ReadBytes(line) ?? 0; break;
                case var _ when name.SequenceEqual("Shmem:"u8): shared = ReadBytes(line) ?? 0; break;
                case var _ when name.SequenceEqual("SwapTotal:"u8): swapTotal = ReadBytes(line) ?? 0; break;
                case var _ when name.SequenceEqual("SwapFree:"u8): swapFree = ReadBytes(line) ?? 0; break;
            }
        }
        if (total is not > 0) return new ParseFault("no MemTotal");
        available ??= free + Math.Max(buffers + cached + reclaimable, shared) - shared;
        if (available is null) return new ParseFault("neither MemAvailable nor MemFree");
        // Inside some containers the parts are read at other moments, or from other places, than the whole.
        return new MemoryReading(total.Value, Math.Min(available.Value, total.Value), swapTotal, Math.Min(swapFree, swapTotal));
    }

    private static ulong? ReadBytes(TextFields line) =>
        line.TryNextCounter(out var kibibytes) && kibibytes <= long.MaxValue / BytesPerKibibyte / 8 ? kibibytes * BytesPerKibibyte : null;
}
