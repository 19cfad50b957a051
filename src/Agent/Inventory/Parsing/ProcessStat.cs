using System.Text;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>What /proc/PID/stat says (proc_pid_stat(5)).</summary>
/// <param name="Name">The command's name, at most 15 bytes; anybody may set it.</param>
/// <param name="IsKernelThread">It has no program.</param>
/// <param name="CpuTicks">Processor time in user and kernel mode; hundredths of a second.</param>
/// <param name="StartTicks">When it began, hundredths of a second after the host. With the id it names a process.</param>
/// <param name="RssPages">Pages of memory that are resident.</param>
internal readonly record struct ProcessStat(string Name, bool IsKernelThread, ulong CpuTicks, ulong StartTicks, long RssPages)
{
    // include/linux/sched.h
    private const ulong KernelThreadFlag = 0x00200000;

    /// <summary>Reads the text; null when it is cut.</summary>
    public static ProcessStat? Parse(ReadOnlySpan<byte> text)
    {
        var (open, close) = (text.IndexOf((byte)'('), text.LastIndexOf((byte)')'));
        if (open < 0 || close < open) return null;
        var rest = new TextFields(text[(close + 1)..]);
        if (!rest.TrySkip(6) || !rest.TryNextCounter(out var flags) || !rest.TrySkip(4) || !rest.TryNextCounter(out var user)
            || !rest.TryNextCounter(out var system) || !rest.TrySkip(6) || !rest.TryNextCounter(out var start) || !rest.TrySkip(1)
            || !rest.TryNextSigned(out var pages)) return null;
        return new ProcessStat(Encoding.UTF8.GetString(text[(open + 1)..close]), (flags & KernelThreadFlag) != 0, user + system, start,
            Math.Max(0, pages));
    }
}
