using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Processors and what the kernel counts beside them, from <c>/proc/stat</c>.</summary>
internal sealed class CpuSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("stat"));
    private CpuReading? _before;
    private TimeSpan _readAt;

    public string Name => "cpu";

    public IReadOnlyList<string> Series { get; } =
    [
        "cpu.cores", "cpu.used_percent", "cpu.user_percent", "cpu.nice_percent", "cpu.system_percent", "cpu.idle_percent",
        "cpu.iowait_percent", "cpu.irq_percent", "cpu.softirq_percent", "cpu.steal_percent",
        "cpu.interrupts_per_second", "cpu.context_switches_per_second",
        "process.created_per_second", "process.runnable_threads", "process.blocked_threads",
    ];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = CpuStat.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        var now = parsed.Value;
        samples.Add("cpu.cores", now.Cores);
        samples.Add("process.runnable_threads", now.Activity.RunnableThreads);
        samples.Add("process.blocked_threads", now.Activity.BlockedThreads);
        if (_before is { } before)
        {
            if (CpuUsage.Between(before.Times, now.Times) is { } usage) AddUsage(samples, usage);
            AddActivity(samples, before.Activity, now.Activity, sinceStart - _readAt);
        }
        (_before, _readAt) = (now, sinceStart);
        return null;
    }

    private static void AddUsage(Samples samples, CpuUsage usage)
    {
        samples.Add("cpu.used_percent", usage.UsedPercent);
        samples.Add("cpu.user_percent", usage.UserPercent);
        samples.Add("cpu.nice_percent", usage.NicePercent);
        samples.Add("cpu.system_percent", usage.SystemPercent);
        samples.Add("cpu.idle_percent", usage.IdlePercent);
        samples.Add("cpu.iowait_percent", usage.IoWaitPercent);
        samples.Add("cpu.irq_percent", usage.IrqPercent);
        samples.Add("cpu.softirq_percent", usage.SoftIrqPercent);
        samples.Add("cpu.steal_percent", usage.StealPercent);
    }

    private static void AddActivity(Samples samples, KernelActivity before, KernelActivity now, TimeSpan elapsed)
    {
        samples.Add("cpu.interrupts_per_second", CounterRate.PerSecond(before.Interrupts, now.Interrupts, elapsed));
        samples.Add("cpu.context_switches_per_second", CounterRate.PerSecond(before.ContextSwitches, now.ContextSwitches, elapsed));
        samples.Add("process.created_per_second", CounterRate.PerSecond(before.ProcessesCreated, now.ProcessesCreated, elapsed));
    }
}
