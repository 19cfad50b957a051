namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// How the processors' time between two readings was spent, in percent of all processors; the modes add up to 100, and one that the kernel
/// does not tell is null. Used is everything that was neither idle nor waiting for a disk; stolen time counts as used, since this host
/// could not use it.
/// </summary>
internal readonly record struct CpuUsage(
    double UsedPercent, double UserPercent, double NicePercent, double SystemPercent, double IdlePercent,
    double? IoWaitPercent, double? IrqPercent, double? SoftIrqPercent, double? StealPercent)
{
    /// <summary>
    /// Null when no time passed or a counter of work went back (the host was resumed elsewhere, a counter wrapped): there is no true value
    /// then. Idle and iowait alone may go back a little, as proc(5) warns; they count as not moved.
    /// </summary>
    public static CpuUsage? Between(CpuTimes before, CpuTimes after)
    {
        if (after.User < before.User || after.Nice < before.Nice || after.System < before.System
            || after.Irq < before.Irq || after.SoftIrq < before.SoftIrq || after.Steal < before.Steal) return null;
        double user = after.User - before.User, nice = after.Nice - before.Nice, system = after.System - before.System;
        double idle = after.Idle - Math.Min(before.Idle, after.Idle);
        double? irq = after.Irq - before.Irq, softIrq = after.SoftIrq - before.SoftIrq, steal = after.Steal - before.Steal;
        double? ioWait = after.IoWait < before.IoWait ? 0 : after.IoWait - before.IoWait;
        var used = user + nice + system + (irq ?? 0) + (softIrq ?? 0) + (steal ?? 0);
        var total = used + idle + (ioWait ?? 0);
        if (total <= 0) return null;
        return new CpuUsage(
            100 * used / total, 100 * user / total, 100 * nice / total, 100 * system / total, 100 * idle / total,
            100 * ioWait / total, 100 * irq / total, 100 * softIrq / total, 100 * steal / total);
    }
}
