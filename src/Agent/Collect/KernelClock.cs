using System.Runtime.InteropServices;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect;

/// <summary>
/// Asks the kernel about its clock with adjtimex(2). Chosen over asking chrony or systemd-timesyncd: whoever keeps the clock tells the
/// kernel, so one source serves all of them; it needs no socket, no bus and no privilege, as long as nothing is set.
/// </summary>
internal static partial class KernelClock
{
    /// <summary>
    /// Null when this process may not ask: a filter of system calls forbids it (systemd's ProtectClock=yes, some containers).
    /// </summary>
    public static ClockReading? Read()
    {
        // With no mode set it only reads. Its answer, a state of leap seconds, tells nothing more than the fields do.
        var clock = default(Timex);
        return AdjustTime(ref clock) < 0
            ? null
            : ClockReading.From(clock.Status, clock.Offset, clock.MaxErrorMicroseconds, clock.EstimatedErrorMicroseconds);
    }

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AdjustTime(ref Timex clock);

    /// <summary>
    /// The beginning of <c>struct timex</c> of &lt;sys/timex.h&gt;: on every 64-bit Linux, glibc and musl, x64 and arm64 alike, 208 bytes,
    /// the longs aligned to 8. Made larger here, so that a kernel that adds a field never writes beyond it.
    /// </summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    internal struct Timex
    {
        public uint Modes;
        public long Offset, Frequency, MaxErrorMicroseconds, EstimatedErrorMicroseconds;
        public int Status;
    }
}
