namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// What the processors did since the start, in ticks of USER_HZ summed over all of them; null for a mode the kernel does not tell. Guest
/// time is part of User (and guest_nice of Nice) already, so it is not kept: adding it would count it twice.
/// </summary>
internal readonly record struct CpuTimes(
    ulong User, ulong Nice, ulong System, ulong Idle, ulong? IoWait, ulong? Irq, ulong? SoftIrq, ulong? Steal);

/// <summary>Counters of the whole kernel since the start, and how many threads run or wait for a disk right now; null: not told.</summary>
internal readonly record struct KernelActivity(
    ulong? Interrupts, ulong? ContextSwitches, ulong? ProcessesCreated, ulong? RunnableThreads, ulong? BlockedThreads);

/// <summary>The times of all processors together, how many of them are online, and what else the kernel counts there.</summary>
internal readonly record struct CpuReading(CpuTimes Times, int Cores, KernelActivity Activity);

/// <summary>
/// Reads <c>/proc/stat</c> (proc(5)): <c>cpu user nice system idle [iowait irq softirq [steal [guest [guest_nice]]]]</c> and a line
/// <c>cpuN …</c> for each processor, the same on every architecture, unlike <c>/proc/cpuinfo</c>, which is why the cores are counted here.
/// Kernels before 2.6.11 have no steal, before 2.5.41 no iowait.
/// </summary>
internal static class CpuStat
{
    private static readonly byte[][] ActivityKeys = KeyedCounters.Keys("intr", "ctxt", "processes", "procs_running", "procs_blocked");

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
        return cores > 0 ? new CpuReading(times.Value, cores, ReadActivity(text)) : new ParseFault("no line of a single processor");
    }

    private static bool TryReadTimes(TextFields line, out CpuTimes times)
    {
        times = default;
        if (!line.TryNextCounter(out var user) || !line.TryNextCounter(out var nice)
            || !line.TryNextCounter(out var system) || !line.TryNextCounter(out var idle)) return false;
        times = new CpuTimes(user, nice, system, idle, Next(ref line), Next(ref line), Next(ref line), Next(ref line));
        return true;

        static ulong? Next(ref TextFields line) => line.TryNextCounter(out var ticks) ? ticks : null;
    }

    private static KernelActivity ReadActivity(ReadOnlySpan<byte> text)
    {
        Span<ulong?> found = stackalloc ulong?[ActivityKeys.Length];
        KeyedCounters.Read(text, ActivityKeys, found);
        return new KernelActivity(found[0], found[1], found[2], found[3], found[4]);
    }
}
