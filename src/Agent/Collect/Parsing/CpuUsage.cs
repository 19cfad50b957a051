namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// How the processors' time between two readings was spent, in percent of all processors (0-100). Used is everything that was neither idle
/// nor waiting for a disk; stolen time counts as used, since this host could not use it. System holds interrupts, User holds nice.
/// </summary>
internal readonly record struct CpuUsage(
    double UsedPercent, double UserPercent, double SystemPercent, double IoWaitPercent, double StealPercent)
{
    /// <summary>
    /// Null when no time passed or a counter of work went back (the host was resumed elsewhere, a counter wrapped): there is no true value
    /// then. Idle and iowait alone may go back a little, as proc(5) warns; they count as not moved.
    /// </summary>
    public static CpuUsage? Between(CpuTimes before, CpuTimes after)
    {
        if (after.User < before.User || after.Nice < before.Nice || after.System < before.System
            || after.Irq < before.Irq || after.SoftIrq < before.SoftIrq || after.Steal < before.Steal) return null;
        var user = (double)(after.User - before.User) + (after.Nice - before.Nice);
        var system = (double)(after.System - before.System) + (after.Irq - before.Irq) + (after.SoftIrq - before.SoftIrq);
        var steal = (double)(after.Steal - before.Steal);
        var idle = (double)(after.Idle - Math.Min(before.Idle, after.Idle));
        var ioWait = (double)(after.IoWait - Math.Min(before.IoWait, after.IoWait));
        var total = user + system + steal + idle + ioWait;
        if (total <= 0) return null;
        return new CpuUsage(
            Percent(user + system + steal), Percent(user), Percent(system), Percent(ioWait), Percent(steal));

        double Percent(double part) => 100 * part / total;
    }
}
