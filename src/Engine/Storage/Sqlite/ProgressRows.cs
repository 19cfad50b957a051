using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The rows of <c>rollup_progress</c>: a boundary a name.</summary>
internal static class ProgressRows
{
    /// <summary>Writes or moves one.</summary>
    public const string Upsert = """
        insert into rollup_progress (name, closed_through_ms) values (?, ?)
        on conflict do update set closed_through_ms = excluded.closed_through_ms
        """;

    private const string Closed = "closed", Raw = "raw", Minutes = "minutes", Hours = "hours";

    /// <summary>Reads them all from a statement of name and boundary.</summary>
    public static RollupProgress Read(NativeStatement statement)
    {
        var progress = new RollupProgress(long.MinValue, long.MinValue, long.MinValue, long.MinValue);
        while (statement.Next())
        {
            var ms = statement.Integer(1);
            progress = statement.Text(0) switch
            {
                Closed => progress with { ClosedThroughMs = ms },
                Raw => progress with { RawFromMs = ms },
                Minutes => progress with { MinutesFromMs = ms },
                Hours => progress with { HoursFromMs = ms },
                var unknown => throw new InvalidDataException($"rollup_progress holds '{unknown}', which this program does not know."),
            };
        }
        return progress;
    }

    /// <summary>Them all, for writing.</summary>
    public static IEnumerable<(string Name, long Ms)> Of(RollupProgress progress) =>
    [
        (Closed, progress.ClosedThroughMs), (Raw, progress.RawFromMs), (Minutes, progress.MinutesFromMs), (Hours, progress.HoursFromMs),
    ];
}
