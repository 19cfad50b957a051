namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>What the kernel says of its clock's accuracy, in seconds; null: it says nothing true.</summary>
/// <param name="Synchronised">Whether somebody keeps the clock, as <c>timedatectl</c> sees it.</param>
/// <param name="OffsetSeconds">How far the clock is still to be moved; above 0: it is behind.</param>
/// <param name="MaxErrorSeconds">The clock is at most this far off.</param>
/// <param name="EstimatedErrorSeconds">The clock is about this far off.</param>
internal readonly record struct ClockReading(
    bool Synchronised, double? OffsetSeconds, double? MaxErrorSeconds, double? EstimatedErrorSeconds)
{
    // include/uapi/linux/timex.h
    private const int StatusLocked = 0x0001, StatusNanoseconds = 0x2000;

    // NTP_PHASE_LIMIT: where the kernel's error stands when nobody ever set it, and where it ends when nobody does any more.
    private const long NobodyKeepsTheClockMicroseconds = 16_000_000;
    private const double MicrosecondsPerSecond = 1e6, NanosecondsPerSecond = 1e9;

    /// <summary>
    /// Reads the fields of adjtimex(2). Synchronised is an error below 16 s and not the flag STA_UNSYNC: that one is also set to keep the
    /// kernel from writing the hardware clock (chrony without rtcsync, a hardware clock in local time). The offset is true only while the
    /// kernel's own loop moves the clock, as systemd-timesyncd and ntpd have it do (STA_PLL); chrony steers the frequency by itself, so
    /// the kernel's offset is always 0 there and means nothing. chrony states an estimated error instead, which timesyncd leaves at 0.
    /// </summary>
    public static ClockReading From(int status, long offset, long maxErrorMicroseconds, long estimatedErrorMicroseconds)
    {
        if (maxErrorMicroseconds is < 0 or >= NobodyKeepsTheClockMicroseconds) return new ClockReading(false, null, null, null);
        var unitsPerSecond = (status & StatusNanoseconds) != 0 ? NanosecondsPerSecond : MicrosecondsPerSecond;
        return new ClockReading(
            true,
            (status & StatusLocked) != 0 ? offset / unitsPerSecond : null,
            maxErrorMicroseconds / MicrosecondsPerSecond,
            estimatedErrorMicroseconds > 0 ? estimatedErrorMicroseconds / MicrosecondsPerSecond : null);
    }
}
