using System.Collections.Immutable;
using System.Globalization;
using HostAtlas.Engine.Storage.Postgres;
using Npgsql;

namespace HostAtlas.Engine.Storage.Move;

/// <summary>
/// The PostgreSQL side of a move, as the tables' owner. Row level security is forced on the owner as well; it is lifted inside each
/// transaction and put back before its end, so that no other connection ever sees it lifted. <c>hostatlas.store_move</c> says how far each
/// table is, in the same transaction as its rows; while it is there no platform starts on the database.
/// </summary>
internal sealed class MoveTarget(NpgsqlConnection connection) : IAsyncDisposable
{
    /// <summary>All tables of both schemas, for <see cref="MovedTable"/>'s columns but the source's key.</summary>
    public async Task<IReadOnlyList<MovedTable>> TablesAsync(CancellationToken cancellation)
    {
        await using var command = Command("""
            select n.nspname, c.relname, c.relforcerowsecurity,
                   array(select a.attname || ' ' || format_type(a.atttypid, null) from pg_attribute a
                         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum),
                   array(select a.attname::text from (
                             select i.indkey from pg_index i where i.indrelid = c.oid and i.indisunique
                             order by i.indisprimary desc limit 1) i
                         cross join unnest(i.indkey::smallint[]) with ordinality as k(number, place)
                         join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number order by k.place)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('journal', 'hostatlas') and c.relkind in ('r', 'p') and not c.relispartition
              and c.relname not in ('schema_version', 'store_move')
            order by n.nspname desc, c.relname
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var tables = new List<MovedTable>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var columns = reader.GetFieldValue<string[]>(3).Select(column => column.Split(' ', 2))
                .Select(parts => new MovedColumn(parts[0], parts[1])).ToImmutableArray();
            var key = reader.GetFieldValue<string[]>(4);
            tables.Add(new MovedTable(reader.GetString(0), reader.GetString(1), columns,
                [.. key.Select(name => columns.IndexOf(columns.Single(column => column.Name == name)))], [], reader.GetBoolean(2)));
        }
        return tables;
    }

    /// <summary>How many rows a table has.</summary>
    public Task<long> CountAsync(MovedTable table, CancellationToken cancellation) => OpenedAsync(table, keep: false, async () =>
        (long)(await ScalarAsync($"select count(*) from {table.FullName}", cancellation).ConfigureAwait(false))!, cancellation);

    /// <summary>Which source's move is under way here, or null.</summary>
    public async Task<string?> SourceAsync(CancellationToken cancellation) =>
        await ScalarAsync("select to_regclass('hostatlas.store_move') is not null", cancellation).ConfigureAwait(false) is true
            ? (string?)await ScalarAsync("select max(source) from hostatlas.store_move", cancellation).ConfigureAwait(false)
            : null;

    /// <summary>Begins a move.</summary>
    public async Task BeginAsync(string source, IEnumerable<MovedTable> tables, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await ExecuteAsync("""
            create table hostatlas.store_move
                (moved text not null primary key, source text not null, rows bigint not null default 0, after text[])
            """, cancellation).ConfigureAwait(false);
        await using var insert = Command("insert into hostatlas.store_move (moved, source) select t, $2 from unnest($1) as w(t)");
        insert.Parameters.AddWithValue(tables.Select(table => table.FullName).ToArray());
        insert.Parameters.AddWithValue(source);
        await insert.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>How many rows of a table are here, and the last one's key in the order of the source.</summary>
    public async Task<(long Rows, object[]? After)> StandsAsync(MovedTable table, CancellationToken cancellation)
    {
        await using var command = Command("select rows, after from hostatlas.store_move where moved = $1");
        command.Parameters.AddWithValue(table.FullName);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false)) return (0, null);
        if (await reader.IsDBNullAsync(1, cancellation).ConfigureAwait(false)) return (reader.GetInt64(0), null);
        var texts = reader.GetFieldValue<string[]>(1);
        return (reader.GetInt64(0), [.. texts.Select((text, i) => Read(table.Columns[table.SourceKey[i]], text))]);
    }

    /// <summary>Writes rows and how far the table is by them, both or neither.</summary>
    public Task WriteAsync(MovedTable table, List<object?[]> rows, CancellationToken cancellation) =>
        OpenedAsync(table, keep: true, () => CopyAsync(table, rows, cancellation), cancellation);

    /// <summary>The rows with these rows' keys, in no order.</summary>
    public Task<List<object?[]>> FindAsync(MovedTable table, List<object?[]> rows, CancellationToken cancellation) =>
        OpenedAsync(table, keep: false, async () =>
        {
            // By its index, row for row, however large the table is and whatever the planner knows of it.
            await ExecuteAsync("set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off",
                cancellation).ConfigureAwait(false);
            var keys = table.TargetKey;
            var (arrays, names) = (keys.Select((_, i) => $"${i + 1}"), keys.Select((_, i) => $"k{i}"));
            var same = keys.Select((column, i) => $"t.\"{table.Columns[column].Name}\" = w.k{i}");
            await using var command = Command($"""
                select {table.ColumnList("t.")}
                from unnest({string.Join(", ", arrays)}) as w({string.Join(", ", names)})
                join {table.FullName} t on {string.Join(" and ", same)}
                """);
            foreach (var column in keys)
                command.Parameters.Add(new NpgsqlParameter
                {
                    NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | table.Columns[column].DbType,
                    Value = ArrayOf(rows.Select(row => row[column]!).ToList()),
                });
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            var found = new List<object?[]>(rows.Count);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                var row = new object?[table.Columns.Length];
                for (var i = 0; i < row.Length; i++) row[i] = reader.GetValue(i) is DBNull ? null : reader.GetValue(i);
                found.Add(row);
            }
            return found;
        }, cancellation);

    /// <summary>Lets the journal go on behind a number.</summary>
    public async Task ContinueJournalAsync(long last, CancellationToken cancellation)
    {
        if (last == 0) return;
        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
            $"select setval(pg_get_serial_sequence('journal.journal', 'ordering'), {last})"), cancellation).ConfigureAwait(false);
    }

    /// <summary>What the planner needs to know of the new rows; the platform's first query is a fast one.</summary>
    public Task AnalyzeAsync(MovedTable table, CancellationToken cancellation) => ExecuteAsync($"analyze {table.FullName}", cancellation);

    /// <summary>The move is done: platforms may start.</summary>
    public Task EndAsync(CancellationToken cancellation) => ExecuteAsync("drop table hostatlas.store_move", cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<int> CopyAsync(MovedTable table, List<object?[]> rows, CancellationToken cancellation)
    {
        if (table.Name is "metric_rows" or "log_lines") await AddDaysAsync(table, rows, cancellation).ConfigureAwait(false);
        await using (var copy = await connection.BeginBinaryImportAsync(
            $"copy {table.FullName} ({table.ColumnList()}) from stdin (format binary)", cancellation).ConfigureAwait(false))
        {
            foreach (var row in rows)
            {
                await copy.StartRowAsync(cancellation).ConfigureAwait(false);
                for (var i = 0; i < row.Length; i++)
                {
                    if (row[i] is { } value) await copy.WriteAsync(value, table.Columns[i].DbType, cancellation).ConfigureAwait(false);
                    else await copy.WriteNullAsync(cancellation).ConfigureAwait(false);
                }
            }
            await copy.CompleteAsync(cancellation).ConfigureAwait(false);
        }
        await using var stands = Command("update hostatlas.store_move set rows = rows + $2, after = $3 where moved = $1");
        stands.Parameters.AddWithValue(table.FullName);
        stands.Parameters.AddWithValue((long)rows.Count);
        stands.Parameters.AddWithValue(table.SourceKey.Select(i => Write(rows[^1][i]!)).ToArray());
        return await stands.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private async Task AddDaysAsync(MovedTable table, List<object?[]> rows, CancellationToken cancellation)
    {
        var at = table.Columns.IndexOf(table.Columns.Single(column => column.Name == "at_ms"));
        await using var command = Command("select hostatlas.add_day($2, day) from unnest($1) as d(day) order by day");
        command.Parameters.AddWithValue(rows.Select(row => DayPartitions.Of((long)row[at]!)).Distinct().ToArray());
        command.Parameters.AddWithValue(table.Name);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    // keep: whether what the work wrote is kept; a reader's transaction leaves nothing, not even that it lifted anything.
    private async Task<T> OpenedAsync<T>(MovedTable table, bool keep, Func<Task<T>> work, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        if (table.ForcesRowSecurity)
            await ExecuteAsync($"alter table {table.FullName} no force row level security", cancellation).ConfigureAwait(false);
        var result = await work().ConfigureAwait(false);
        if (!keep) return result;
        if (table.ForcesRowSecurity)
            await ExecuteAsync($"alter table {table.FullName} force row level security", cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return result;
    }

    private NpgsqlCommand Command(string sql) => new(sql, connection);

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Command(sql);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
    }

    private static string Write(object value) => value switch
    {
        byte[] bytes => Convert.ToHexStringLower(bytes),
        Guid id => id.ToString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    private static object Read(MovedColumn column, string text) => column.Type switch
    {
        "uuid" => Guid.Parse(text),
        "bytea" => Convert.FromHexString(text),
        "text" => text,
        _ => long.Parse(text, CultureInfo.InvariantCulture),
    };

    private static Array ArrayOf(List<object> values)
    {
        var array = Array.CreateInstance(values[0].GetType(), values.Count);
        for (var i = 0; i < values.Count; i++) array.SetValue(values[i], i);
        return array;
    }
}
