namespace HostAtlas.Agent.Uplink;

/// <summary>
/// How far the platform's clock is ahead of this host's, for X-Timestamp and nothing else: certificates, report times and schedules keep
/// the local clock, otherwise whoever answers could move them.
/// </summary>
public static class ClockOffset
{
    /// <summary>An answer that took longer says too little about the moment it was written.</summary>
    public static readonly TimeSpan RoundTripMax = TimeSpan.FromSeconds(5);

    // The platform tells whole seconds: half a second of rounding each way and the way of the answer are no reason to move.
    private static readonly TimeSpan Noise = TimeSpan.FromSeconds(2);

    /// <summary>One reading; null when the round trip was too long to be worth one.</summary>
    /// <param name="platformUnixSeconds">The platform's clock, cut to whole seconds.</param>
    /// <param name="receivedAt">The local clock when the answer's head was here.</param>
    /// <param name="roundTrip">From sending to that moment, by a clock that nobody sets.</param>
    public static TimeSpan? Measure(long platformUnixSeconds, DateTimeOffset receivedAt, TimeSpan roundTrip)
    {
        // A date outside of what the timestamp's ten digits can say is no reading.
        if (roundTrip >= RoundTripMax || platformUnixSeconds is < 1_000_000_000 or > 9_999_999_999) return null;
        var platform = DateTimeOffset.FromUnixTimeSeconds(platformUnixSeconds) + TimeSpan.FromSeconds(0.5);
        return platform - (receivedAt - (roundTrip / 2));
    }

    /// <summary>The offset after a reading: unchanged while the reading is within the noise.</summary>
    public static TimeSpan Update(TimeSpan current, TimeSpan? reading) =>
        reading is { } measured && (measured - current).Duration() > Noise ? measured : current;
}
