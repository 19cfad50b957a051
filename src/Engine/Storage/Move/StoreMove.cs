using System.Security.Cryptography;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace HostAtlas.Engine.Storage.Move;

/// <summary>
/// Everything from <c>journal.db</c> and <c>data.db</c> into PostgreSQL, table by table in batches, and afterwards every row of both sides
/// compared. Rows are sealed and stay sealed: they are copied as they are, and the root key stays in the data folder. A move that was
/// interrupted goes on behind its last batch. The source is only read.
/// </summary>
/// <param name="dataDirectory">The data folder, locked by whoever calls.</param>
/// <param name="connectionString">A connection string without faults.</param>
/// <param name="progress">Is told about once a second.</param>
/// <param name="time">The clock of rates.</param>
public sealed class StoreMove(string dataDirectory, string connectionString, IProgress<MoveProgress>? progress, TimeProvider time)
{
    private const int BatchBytes = 8_000_000;

    /// <summary>The most rows of one transaction.</summary>
    public int BatchRows { get; init; } = 10_000;

    /// <summary>Hears the phase after each batch; a test's way to stop at any of them.</summary>
    internal Action<string> AfterBatch { get; init; } = _ => { };

    /// <summary>
    /// Moves and compares, or with <paramref name="dryRun"/> only looks whether it could. <see cref="StoreMoveException"/> and
    /// <see cref="StoreStartException"/> say what is in the way.
    /// </summary>
    public async Task<IReadOnlyList<MovedRows>> RunAsync(bool dryRun, CancellationToken cancellation)
    {
        using var source = MoveSource.Open(dataDirectory);
        using var database = new PostgresDatabase(connectionString);
        try
        {
            using var held = PostgresStart.Lock(database, time);
            if (!await LookAsync(source, database, dryRun, cancellation).ConfigureAwait(false) && !dryRun)
                PostgresStart.Migrate(database);
            if (dryRun) return [.. source.Tables().Select(table =>
                new MovedRows($"{table.Schema}.{table.Name}", source.Count(table.Schema, table.Name), null))];
            await using var target = await OpenAsync(database, cancellation).ConfigureAwait(false);
            var tables = Match(source, await target.TablesAsync(cancellation).ConfigureAwait(false));
            var counts = tables.ToDictionary(table => table, table => source.Count(table.Schema, table.Name));
            if (await target.SourceAsync(cancellation).ConfigureAwait(false) is null)
                await target.BeginAsync(source.Identity(), tables, cancellation).ConfigureAwait(false);
            await CopyAsync(source, target, tables, counts, cancellation).ConfigureAwait(false);
            await target.ContinueJournalAsync(source.LastOrdering(), cancellation).ConfigureAwait(false);
            var moved = await CompareAsync(source, target, tables, counts, cancellation).ConfigureAwait(false);
            await target.EndAsync(cancellation).ConfigureAwait(false);
            return moved;
        }
        catch (SqliteException fault)
        {
            throw new StoreMoveException($"The source cannot be read: {fault.Message}. Nothing of it was changed.", fault);
        }
        catch (Exception fault) when (
            (fault is PostgresException || PostgresFaults.IsTheStores(fault)) && !cancellation.IsCancellationRequested)
        {
            throw new StoreMoveException(
                $"{PostgresFaults.Reason(fault)} Run the same command again: it goes on where it stands.", fault);
        }
    }

    private static async Task<MoveTarget> OpenAsync(PostgresDatabase database, CancellationToken cancellation) =>
        new(await database.Of(PostgresRole.Owner).OpenConnectionAsync(cancellation).ConfigureAwait(false));

    /// <summary>
    /// Looks at the target before anything of it is changed, nor its schema: it must be empty, or hold the beginning of this move. Gives
    /// whether it is a beginning.
    /// </summary>
    private static async Task<bool> LookAsync(
        MoveSource source, PostgresDatabase database, bool dryRun, CancellationToken cancellation)
    {
        await using var target = await OpenAsync(database, cancellation).ConfigureAwait(false);
        var tables = await target.TablesAsync(cancellation).ConfigureAwait(false);
        if (dryRun && tables.Count > 0) Match(source, tables);
        if (await target.SourceAsync(cancellation).ConfigureAwait(false) is { } begun)
            return begun == source.Identity()
                ? true
                : throw new StoreMoveException(
                    $"The move of another data folder into {database.Name} was begun and not finished. Finish that one, or empty the "
                    + "database: drop it, create it and run `store roles` again.");
        foreach (var table in tables)
        {
            if (await target.CountAsync(table, cancellation).ConfigureAwait(false) > 0)
                throw new StoreMoveException(
                    $"{database.Name} is not empty: {table.FullName} has rows. Name an empty database; this one is left as it is.");
        }
        return false;
    }

    /// <summary>Both sides' tables and columns must be the same; each table with the order of its source's key.</summary>
    private static List<MovedTable> Match(MoveSource source, IReadOnlyList<MovedTable> target)
    {
        var there = source.Tables();
        var missing = there.Except(target.Select(table => (table.Schema, table.Name)))
            .Concat(target.Select(table => (table.Schema, table.Name)).Except(there)).ToList();
        if (missing.Count > 0)
            throw new StoreMoveException(
                $"Only one of the databases has the table {string.Join(", ", missing.Select(table => table.Name))}: they are "
                + "of different versions. Start this version on the data folder once, with SQLite, stop it, and move then.");
        return [.. target.Select(table =>
        {
            var columns = source.Columns(table.Schema, table.Name);
            var names = table.Columns.Select(column => column.Name).ToList();
            if (!columns.Select(column => column.Name).ToHashSet().SetEquals(names))
                throw new StoreMoveException(
                    $"The table {table.Name} has other columns in SQLite than in PostgreSQL: this version cannot move it.");
            var key = columns.Where(column => column.KeyPlace > 0).OrderBy(column => column.KeyPlace);
            return table with { SourceKey = [.. key.Select(column => names.IndexOf(column.Name))] };
        })];
    }

    private async Task CopyAsync(MoveSource source, MoveTarget target, List<MovedTable> tables, Dictionary<MovedTable, long> counts,
        CancellationToken cancellation)
    {
        var stands = new List<(MovedTable Table, long Rows, object[]? After)>();
        foreach (var table in tables)
        {
            var (rows, after) = await target.StandsAsync(table, cancellation).ConfigureAwait(false);
            stands.Add((table, rows, after));
        }
        var meter = new MoveMeter("copying", stands.Sum(table => table.Rows), counts.Values.Sum(), progress, time);
        foreach (var (table, _, begin) in stands)
        {
            var after = begin;
            while (source.Page(table, after, BatchRows, BatchBytes) is { Count: > 0 } page)
            {
                await target.WriteAsync(table, page, cancellation).ConfigureAwait(false);
                after = [.. table.SourceKey.Select(i => page[^1][i]!)];
                meter.Add(table.FullName, page.Count);
                AfterBatch("copying");
            }
            await target.AnalyzeAsync(table, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Each row of the source is looked up by its key and compared, and there must be as many there: keys are unique, so both have the same
    /// rows.
    /// </summary>
    private async Task<List<MovedRows>> CompareAsync(MoveSource source, MoveTarget target, List<MovedTable> tables,
        Dictionary<MovedTable, long> counts, CancellationToken cancellation)
    {
        var meter = new MoveMeter("comparing", 0, counts.Values.Sum(), progress, time);
        var moved = new List<MovedRows>();
        foreach (var table in tables)
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            object[]? after = null;
            var rows = 0L;
            while (source.Page(table, after, BatchRows, BatchBytes) is { Count: > 0 } page)
            {
                var found = (await target.FindAsync(table, page, cancellation).ConfigureAwait(false)).ToDictionary(
                    row => Convert.ToHexString(MovedRow.Encode(row, table.TargetKey)), row => MovedRow.Encode(row));
                foreach (var row in page)
                {
                    var mine = MovedRow.Encode(row);
                    if (!found.TryGetValue(Convert.ToHexString(MovedRow.Encode(row, table.TargetKey)), out var theirs))
                        throw Differs($"{table.FullName} lacks the row of {table.Describe(row)}.");
                    if (!mine.AsSpan().SequenceEqual(theirs))
                        throw Differs($"{table.FullName} differs in the row of {table.Describe(row)}.");
                    digest.AppendData(theirs);
                }
                rows += page.Count;
                after = [.. table.SourceKey.Select(i => page[^1][i]!)];
                meter.Add(table.FullName, page.Count);
                AfterBatch("comparing");
            }
            var there = await target.CountAsync(table, cancellation).ConfigureAwait(false);
            if (there != rows) throw Differs($"{table.FullName} has {there} rows, the source has {rows}.");
            moved.Add(new MovedRows(table.FullName, rows, Convert.ToHexStringLower(digest.GetHashAndReset())));
        }
        return moved;
    }

    private static StoreMoveException Differs(string what) => new(
        $"The two sides are not the same: {what} The source is untouched; go on with it. Empty the database (drop it, create it, run "
        + "`store roles` again) and move once more.");
}
