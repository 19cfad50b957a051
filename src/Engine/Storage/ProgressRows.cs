using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Storage;

/// <summary>The rows of <c>rollup_progress</c>: a boundary a name.</summary>
internal static class ProgressRows
{
    private const string Closed = "closed", Raw = "raw", Minutes = "minutes", Hours = "hours";

    /// <summary>Before the first closing.</summary>
    public static readonly RollupProgress None = new(long.MinValue, long.MinValue, long.MinValue, long.MinValue);

    /// <summary>Adds a row to what was read of them.</summary>
    public static RollupProgress With(this RollupProgress progress, string name, long ms) => name switch
    {
        Closed => progress with { ClosedThroughMs = ms },
        Raw => progress with { RawFromMs = ms },
        Minutes => progress with { MinutesFromMs = ms },
        Hours => progress with { HoursFromMs = ms },
        _ => throw new InvalidDataException($"rollup_progress holds '{name}', which this program does not know."),
    };

    /// <summary>Them all, for writing.</summary>
    public static IEnumerable<(string Name, long Ms)> Of(RollupProgress progress) =>
    [
        (Closed, progress.ClosedThroughMs), (Raw, progress.RawFromMs), (Minutes, progress.MinutesFromMs), (Hours, progress.HoursFromMs),
    ];
}
