namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// What the processors did since the start, in ticks of USER_HZ summed over all of them. Guest time is part of User (and guest_nice of
/// Nice) already, so it is not kept: adding it would count it twice.
/// </summary>
internal readonly record struct CpuTimes(
    ulong User, ulong Nice, ulong System, ulong Idle, ulong IoWait, ulong Irq, ulong SoftIrq, ulong Steal);

/// <summary>The times of all processors together, and how many of them are online.</summary>
internal readonly record struct CpuReading(CpuTimes Times, int Cores);

/// <summary>
/// Reads <c>/proc/stat</c> (proc(5)): <c>cpu user nice system idle [iowait irq softirq [steal [guest [guest_nice]]]]</c> and a line
/// <c>cpuN …</c> for each processor. Kernels before 2.6.11 have no steal, before 2.5.41 no iowait: what is missing is 0.
/// </summary>
internal static class CpuStat
{
    /// <summary>Reads the whole text.</summary>
    public static Parsed<CpuReading> Parse(ReadOnlySpan<byte> text)
    {
        CpuTimes? times = null;
        var cores = 0;
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            // The processors' lines come first; the line of interrupts behind them can be tens of kilobytes long.
            if (!line.TryNext(out var name) || !name.StartsWith("cpu"u8)) break;
            if (name.Length > "cpu"u8.Length) cores++;
            else if (TryReadTimes(line, out var read)) times = read;
            else return new ParseFault("the line of all processors has too few counters");
        }
        if (times is null) return new ParseFault("no line of all processors");
        return cores > 0 ? new CpuReading(times.Value, cores) : new ParseFault("no line of a single processor");
    }

    private static bool TryReadTimes(TextFields line, out CpuTimes times)
    {
        times = default;
        if (!line.TryNextCounter(out var user) || !line.TryNextCounter(out var nice)
            || !line.TryNextCounter(out var system) || !line.TryNextCounter(out var idle)) return false;
        line.TryNextCounter(out var ioWait);
        line.TryNextCounter(out var irq);
        line.TryNextCounter(out var softIrq);
        line.TryNextCounter(out var steal);
        times = new CpuTimes(user, nice, system, idle, ioWait, irq, softIrq, steal);
        return true;
    }
}
