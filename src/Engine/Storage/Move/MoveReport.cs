namespace HostAtlas.Engine.Storage.Move;

/// <summary>How far a move is. Rows count over all tables.</summary>
/// <param name="Phase"><c>copying</c> or <c>comparing</c>.</param>
/// <param name="Table">The table at hand.</param>
/// <param name="Rows">Rows of this phase that are done, those of an interrupted run too.</param>
/// <param name="OfRows">Rows that the source has.</param>
/// <param name="RowsPerSecond">Of this run.</param>
/// <param name="Left">What the rest will take at that rate; null before there is one and at the end.</param>
public sealed record MoveProgress(string Phase, string Table, long Rows, long OfRows, double RowsPerSecond, TimeSpan? Left);

/// <summary>One table that was moved.</summary>
/// <param name="Table">As PostgreSQL names it.</param>
/// <param name="Rows">How many rows both sides have.</param>
/// <param name="Sha256">Over all rows in the order of their key, the same on both sides; null when nothing was compared.</param>
public sealed record MovedRows(string Table, long Rows, string? Sha256);

/// <summary>Counts the rows of a phase and tells of them, at most once in a while.</summary>
internal sealed class MoveMeter(string phase, long before, long ofRows, IProgress<MoveProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly long _began = time.GetTimestamp();
    private long _rows, _told = long.MinValue;

    /// <summary>Some more rows of a table are done.</summary>
    public void Add(string table, long rows)
    {
        _rows += rows;
        var first = _told == long.MinValue;
        if (!first && time.GetElapsedTime(_told) < Every && before + _rows < ofRows) return;
        _told = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_began).TotalSeconds;
        var rate = seconds > 0 ? _rows / seconds : 0;
        progress?.Report(new MoveProgress(phase, table, before + _rows, ofRows, rate,
            rate > 0 && before + _rows < ofRows ? TimeSpan.FromSeconds(Math.Ceiling((ofRows - before - _rows) / rate)) : null));
    }
}
