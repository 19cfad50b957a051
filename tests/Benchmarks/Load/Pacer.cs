using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace HostAtlas.Benchmarks.Load;

/// <summary>
/// Announces each arrival of an open-loop schedule when it is due, on a thread of its own that sleeps in the kernel between two of them
/// (about 60 us of grain; the framework's timers have 1 ms, which would be most of what is measured).
/// </summary>
internal static partial class Pacer
{
    /// <summary>Writes the intended time (a <see cref="Stopwatch"/> timestamp) of each arrival, then closes the channel.</summary>
    public static Task Run(ChannelWriter<long> due, long start, double perSecond, TimeSpan span, Random random) =>
        Task.Factory.StartNew(
            () => Announce(due, start, perSecond, span, random),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Announce(ChannelWriter<long> due, long start, double perSecond, TimeSpan span, Random random)
    {
        var at = 0.0;
        while ((at += -Math.Log(1 - random.NextDouble()) / perSecond) < span.TotalSeconds)
        {
            var intended = start + (long)(at * Stopwatch.Frequency);
            var early = intended - Stopwatch.GetTimestamp();
            if (early > 0) Sleep(early * 1_000_000_000 / Stopwatch.Frequency);
            due.TryWrite(intended);
        }
        due.Complete();
    }

    private static void Sleep(long nanoseconds)
    {
        var request = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
        _ = NanoSleep(in request, 0); // A signal may end it early; then a request is early by less than the gap.
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NanoSleep(in TimeSpec request, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
