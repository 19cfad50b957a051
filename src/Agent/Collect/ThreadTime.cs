using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Collect;

/// <summary>Processor time of the calling thread.</summary>
internal static partial class ThreadTime
{
    // include/uapi/linux/time.h
    private const int ThreadCpuTimeClock = 3;
    private const long NanosecondsPerTick = 100;

    /// <summary>Since the thread began, user and system together.</summary>
    public static TimeSpan Read() =>
        GetTime(ThreadCpuTimeClock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / NanosecondsPerTick)
            : throw new InvalidOperationException($"clock_gettime failed (errno {Marshal.GetLastPInvokeError()}).");

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out TimeSpec time);

    // struct timespec of every 64-bit Linux: two words of 64 bits.
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }
}
