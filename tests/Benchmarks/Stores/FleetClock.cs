using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks.Stores;

/// <summary>The clock of the time that the fleet's reports are of: by today's they would be late, and each would mark its hour.</summary>
internal static class FleetClock
{
    /// <summary>Stands at the first report.</summary>
    public static TimeProvider OnTime { get; } = new ManualTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
}
