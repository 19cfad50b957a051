namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>The rate of a counter that only grows.</summary>
internal static class CounterRate
{
    /// <summary>
    /// Units a second, never negative. Null when no time passed or the counter went back (made anew, reset or wrapped): how far it really
    /// went cannot be known, so a gap is the only true answer.
    /// </summary>
    public static double? PerSecond(ulong before, ulong after, TimeSpan elapsed) =>
        elapsed > TimeSpan.Zero && after >= before ? (after - before) / elapsed.TotalSeconds : null;

    /// <summary>The same; null too when the kernel does not tell the counter.</summary>
    public static double? PerSecond(ulong? before, ulong? after, TimeSpan elapsed) =>
        before is { } earlier && after is { } later ? PerSecond(earlier, later, elapsed) : null;

    /// <summary>
    /// Percent of the time that a counter of milliseconds grew, at most 100: the counter and the clock are not read at the same instant, so
    /// a disk that is always busy would show 100.02. Null as in <see cref="PerSecond"/>.
    /// </summary>
    public static double? BusyPercent(ulong beforeMilliseconds, ulong afterMilliseconds, TimeSpan elapsed) =>
        PerSecond(beforeMilliseconds, afterMilliseconds, elapsed) is { } rate ? Math.Min(100, rate / 10) : null;
}
