using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// The sealed values in PostgreSQL, by a role of its own that may read keys and sealed columns and change nothing but the latter. A page is
/// a range of an index: reports go server by server, since their index leads with the server, journal and snapshots entity by entity.
/// </summary>
public sealed class PostgresSealedValues(PostgresDatabase database) : ISealedValues
{
    // Blocks of an hour may be large; a page that holds this much ends.
    private const int PageBytes = 1024 * 1024;
    private const string PeopleFrom = "user-", PeopleTo = "user.";

    private static readonly Dictionary<SealedTable, TableSql> Tables = new()
    {
        [SealedTable.MetricRows] = new("metric_rows", "vals", "server, at_ms, set_id, key",
            "server = @server and (at_ms, key) > (@at, @key)", "at_ms, key", "server = @server and at_ms = @at and key = @key"),
        [SealedTable.MetricSets] = new("metric_sets", "names", "server, 0::bigint, set_id, 0::bigint",
            "(server, set_id) > (@server, @detail)", "server, set_id", "server = @server and set_id = @detail"),
        [SealedTable.MetricMinutes] = new("metric_minutes", "block", "server, hour_ms, set_id, 0::bigint",
            "(server, hour_ms) > (@server, @at)", "server, hour_ms", "server = @server and hour_ms = @at"),
        [SealedTable.MetricHours] = new("metric_hours", "block", "server, hour_ms, set_id, 0::bigint",
            "(server, hour_ms) > (@server, @at)", "server, hour_ms", "server = @server and hour_ms = @at"),
        [SealedTable.Servers] = new("servers", "name", "server, 0::bigint, 0::bigint, 0::bigint", "server > @server", "server",
            "server = @server"),
        [SealedTable.BackupEvidence] = new("backup_snapshots", "gate", "server, at_ms, number, 0::bigint",
            "(server, number) > (@server, @detail)", "server, number", "server = @server and number = @detail"),
        [SealedTable.GateEvidence] = new("backup_evidence", "evidence", "server, at_ms, number, 0::bigint",
            "(server, number) > (@server, @detail)", "server, number", "server = @server and number = @detail"),
        [SealedTable.AuditEntries] = new("audit_entries", "entry", "null::uuid, at_ms, number, 0::bigint", "number > @detail", "number",
            "number = @detail"),
        [SealedTable.TeamChanges] = new("team_changes", "change", "null::uuid, at_ms, number, 0::bigint", "number > @detail", "number",
            "number = @detail"),
        // One row a team: behind it there is nothing.
        [SealedTable.AuditHeads] = new("audit_heads", "hash", "null::uuid, 0::bigint, number, 0::bigint", "@at < 0", "team",
            "number = @detail"),
        // In the order of the key: the line's number is its place's detail.
        [SealedTable.LogLines] = new("log_lines", "line", "server, at_ms, number::bigint, key",
            "(server, at_ms, key, number) > (@server, @at, @key, @detail)", "server, at_ms, key, number",
            "server = @server and at_ms = @at and key = @key and number = @detail"),
        [SealedTable.Inventories] = new("inventories", "inventory", "server, received_at_ms, 0::bigint, 0::bigint",
            "server > @server", "server", "server = @server"),
        // The room stands where the others have their time.
        [SealedTable.Notifications] = new("notifications", "content", "server, room::bigint, number, 0::bigint",
            "(server, room, number) > (@server, @at, @detail)", "server, room, number",
            "server = @server and room = @at and number = @detail"),
        [SealedTable.Teams] = new("teams", "name", "null::uuid, 0::bigint, 0::bigint, 0::bigint", "@at < 0", "team", "true"),
    };

    /// <inheritdoc />
    public Task<IReadOnlyList<StoredValue>> ReadAsync(
        TeamId? team, SealedTable table, StoredValue? after, byte[] head, int limit, CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Reseal, async (connection, token) =>
        {
            if (!Tables.TryGetValue(table, out var sql))
                return await ReadJournalAsync(connection, team, table, after, head, limit, token).ConfigureAwait(false);
            var server = after?.Place.Server;
            if (table == SealedTable.MetricRows && server is null)
                server = await NextAsync(connection, team!.Value, null, token).ConfigureAwait(false);
            while (true)
            {
                await using var command = Command(connection, sql.Read, ("team", team!.Value.Value), ("head", head), ("limit", limit),
                    ("server", server?.Value ?? Guid.Empty), ("at", after?.Place.AtMs ?? long.MinValue),
                    ("key", after?.Key ?? long.MinValue), ("detail", after?.Place.Detail ?? long.MinValue));
                var page = await PageAsync(command, row => new StoredValue(
                    new SealPlace(table, row.IsDBNull(0) ? null : row.Id<ServerId>(0), row.GetInt64(1), row.GetInt64(2)),
                    row.GetInt64(3), null, row.GetFieldValue<byte[]>(4)), token).ConfigureAwait(false);
                if (page.Count > 0 || table != SealedTable.MetricRows || server is null) return page;
                (server, after) = (await NextAsync(connection, team.Value, server, token).ConfigureAwait(false), null);
            }
        }, cancellation);

    /// <inheritdoc />
    public Task<int> ReplaceAsync(
        TeamId? team, SealedTable table, IReadOnlyList<(StoredValue Read, byte[] Anew)> values, CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Reseal, async (connection, token) =>
        {
            await using var batch = connection.CreateBatch();
            foreach (var (read, anew) in values)
            {
                var command = new NpgsqlBatchCommand(Tables.TryGetValue(table, out var sql) ? sql.Replace : ReplaceJournal(table));
                (string, object)[] parameters = sql is not null
                    ? [("team", team!.Value.Value), ("server", read.Place.Server?.Value ?? Guid.Empty), ("at", read.Place.AtMs),
                        ("key", read.Key), ("detail", read.Place.Detail), ("read", read.Sealed), ("anew", anew)]
                    : [("id", IdOf(team, read)), ("number", read.Place.Detail), ("read", read.Sealed), ("anew", anew)];
                foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
                batch.BatchCommands.Add(command);
            }
            return await batch.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }, cancellation);

    /// <inheritdoc />
    public Task<long> CountAsync(TeamId? team, SealedTable table, byte[] head, CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Reseal, async (connection, token) =>
        {
            var count = 0L;
            if (table == SealedTable.MetricRows)
            {
                for (var server = await NextAsync(connection, team!.Value, null, token).ConfigureAwait(false); server is { } one;
                    server = await NextAsync(connection, team.Value, one, token).ConfigureAwait(false))
                    count += await CountAsync(connection, Tables[table].Count + " and server = @server", token,
                        ("team", team.Value.Value), ("head", head), ("server", one.Value)).ConfigureAwait(false);
            }
            else if (Tables.TryGetValue(table, out var sql))
            {
                count = await CountAsync(connection, sql.Count, token, ("team", team!.Value.Value), ("head", head)).ConfigureAwait(false);
            }
            else
            {
                foreach (var (from, to) in RangesOf(team))
                    count += await CountAsync(connection, $"""
                        select count(*) from {NameOf(table)} where persistence_id >= @from and persistence_id < @to
                          and substring({ColumnOf(table)} from 1 for length(@head)) <> @head
                        """, token, ("from", from), ("to", to), ("head", head)).ConfigureAwait(false);
            }
            return count;
        }, cancellation);

    private static async Task<IReadOnlyList<StoredValue>> ReadJournalAsync(NpgsqlConnection connection, TeamId? team, SealedTable table,
        StoredValue? after, byte[] head, int limit, CancellationToken cancellation)
    {
        foreach (var (from, to) in RangesOf(team))
        {
            var behind = after is null ? from : IdOf(team, after);
            // Of the ranges, those before the one that was come to are done.
            if (string.CompareOrdinal(behind, to) >= 0) continue;
            await using var command = Command(connection, $"""
                select persistence_id, sequence_number, {ColumnOf(table)} from {NameOf(table)}
                where (persistence_id, sequence_number) > (@id, @number) and persistence_id < @to
                  and substring({ColumnOf(table)} from 1 for length(@head)) <> @head
                order by persistence_id, sequence_number limit @limit
                """, ("id", behind), ("number", after?.Place.Detail ?? -1L), ("to", to), ("head", head), ("limit", limit));
            var page = await PageAsync(command, row =>
            {
                var id = row.GetString(0);
                return new StoredValue(EntitySeal.PlaceOf(table, id, row.GetInt64(1)), 0, team is null ? id : null,
                    row.GetFieldValue<byte[]>(2));
            }, cancellation).ConfigureAwait(false);
            if (page.Count > 0) return page;
            after = null;
        }
        return [];
    }

    private static string ReplaceJournal(SealedTable table) => $"""
        update {NameOf(table)} set {ColumnOf(table)} = @anew
        where persistence_id = @id and sequence_number = @number and {ColumnOf(table)} = @read
        """;

    private static string NameOf(SealedTable table) => table == SealedTable.Journal ? "journal.journal" : "journal.snapshot";

    private static string ColumnOf(SealedTable table) => table == SealedTable.Journal ? "message" : "snapshot";

    // In the order of ids, which the columns' collation "C" keeps.
    private static (string From, string To)[] RangesOf(TeamId? team) =>
        team is { } id ? EntitySeal.RangesOf(id) : [(PeopleFrom, PeopleTo)];

    private static string IdOf(TeamId? team, StoredValue value) =>
        value.Person ?? EntitySeal.EntityOf(team!.Value, value.Place);

    private static async Task<ServerId?> NextAsync(
        NpgsqlConnection connection, TeamId team, ServerId? after, CancellationToken cancellation)
    {
        await using var command = Command(connection,
            "select server from metric_sets where team = @team and server > @after order by server limit 1",
            ("team", team.Value), ("after", after?.Value ?? Guid.Empty));
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false) ? reader.Id<ServerId>(0) : null;
    }

    private static async Task<List<StoredValue>> PageAsync(
        NpgsqlCommand command, Func<NpgsqlDataReader, StoredValue> row, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var page = new List<StoredValue>();
        for (var bytes = 0; bytes < PageBytes && await reader.ReadAsync(cancellation).ConfigureAwait(false);)
        {
            page.Add(row(reader));
            bytes += page[^1].Sealed.Length;
        }
        return page;
    }

    private static async Task<long> CountAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    private static NpgsqlCommand Command(
        NpgsqlConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    /// <summary>How one table is read and written.</summary>
    private sealed record TableSql(string Name, string Column, string Place, string Behind, string Order, string Row)
    {
        public string Read => $"""
            select {Place}, {Column} from {Name} where team = @team and {Behind}
              and substring({Column} from 1 for length(@head)) <> @head
            order by {Order} limit @limit
            """;

        public string Replace => $"update {Name} set {Column} = @anew where team = @team and {Row} and {Column} = @read";

        public string Count =>
            $"select count(*) from {Name} where team = @team and substring({Column} from 1 for length(@head)) <> @head";
    }
}
