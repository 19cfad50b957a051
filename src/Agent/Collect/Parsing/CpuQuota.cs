namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>How much of the processors a cgroup may use.</summary>
internal static class CpuQuota
{
    /// <summary>
    /// Reads <c>cpu.max</c> of version 2 (Documentation/admin-guide/cgroup-v2.rst): microseconds of processor time and the period in which
    /// they may be used, <c>150000 100000</c> for one and a half cores; null for <c>max 100000</c>, no limit.
    /// </summary>
    public static Parsed<double?> ParseCores(ReadOnlySpan<byte> text)
    {
        var lines = new TextLines(text);
        if (!lines.TryNext(out var line)) return new ParseFault("no quota");
        if (line.Rest.StartsWith("max"u8)) return (double?)null;
        return line.TryNextCounter(out var quota) && line.TryNextCounter(out var period) && period > 0
            ? (double)quota / period
            : new ParseFault("no quota and period");
    }

    /// <summary>The same from the two files of version 1, <c>cpu.cfs_quota_us</c> (-1: no limit) and <c>cpu.cfs_period_us</c>.</summary>
    public static double? Cores(ulong? quota, ulong? period) => period > 0 ? (double?)quota / period : null;
}
