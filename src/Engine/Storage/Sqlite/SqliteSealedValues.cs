using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The sealed values in <c>data.db</c> and <c>journal.db</c>. Pages are read and sealed outside of any write lock; the lock is taken for
/// the updates of one page, some milliseconds, which the metrics writer's own patience covers.
/// </summary>
public sealed class SqliteSealedValues(DataFile data, EngineOptions options) : ISealedValues
{
    // Blocks of an hour may be large; a page that holds this much ends.
    private const int PageBytes = 1024 * 1024;

    private static readonly Dictionary<SealedTable, TableSql> Tables = new()
    {
        [SealedTable.MetricRows] = new("metric_rows", "vals", "server, at_ms, set_id, key", "(server, at_ms, key) > ($server, $at, $key)",
            "server, at_ms, key", "server = $server and at_ms = $at and key = $key"),
        [SealedTable.MetricSets] = new("metric_sets", "names", "server, 0, set_id, 0", "(server, set_id) > ($server, $detail)",
            "server, set_id", "server = $server and set_id = $detail"),
        [SealedTable.MetricMinutes] = new("metric_minutes", "block", "server, hour_ms, set_id, 0", "(server, hour_ms) > ($server, $at)",
            "server, hour_ms", "server = $server and hour_ms = $at"),
        [SealedTable.MetricHours] = new("metric_hours", "block", "server, hour_ms, set_id, 0", "(server, hour_ms) > ($server, $at)",
            "server, hour_ms", "server = $server and hour_ms = $at"),
        [SealedTable.Servers] = new("servers", "name", "server, 0, 0, 0", "server > $server", "server", "server = $server"),
        [SealedTable.BackupEvidence] = new("backup_snapshots", "gate", "server, at_ms, number, 0", "(server, number) > ($server, $detail)",
            "server, number", "server = $server and number = $detail"),
        [SealedTable.GateEvidence] = new("backup_evidence", "evidence", "server, at_ms, number, 0",
            "(server, number) > ($server, $detail)", "server, number", "server = $server and number = $detail"),
        [SealedTable.AuditEntries] = new("audit_entries", "entry", "null, at_ms, number, 0", "number > $detail", "number",
            "number = $detail"),
        [SealedTable.TeamChanges] = new("team_changes", "change", "null, at_ms, number, 0", "number > $detail", "number",
            "number = $detail"),
        // One row a team: behind it there is nothing.
        [SealedTable.AuditHeads] = new("audit_heads", "hash", "null, 0, number, 0", "$at < 0", "team", "number = $detail"),
        // In the order of the key: the line's number is its place's detail.
        [SealedTable.LogLines] = new("log_lines", "line", "server, at_ms, number, key",
            "(server, at_ms, key, number) > ($server, $at, $key, $detail)", "server, at_ms, key, number",
            "server = $server and at_ms = $at and key = $key and number = $detail"),
        [SealedTable.Inventories] = new("inventories", "inventory", "server, received_at_ms, 0, 0",
            "server > $server", "server", "server = $server"),
        // The room stands where the others have their time.
        [SealedTable.Notifications] = new("notifications", "content", "server, room, number, 0",
            "(server, room, number) > ($server, $at, $detail)", "server, room, number",
            "server = $server and room = $at and number = $detail"),
        [SealedTable.Teams] = new("teams", "name", "null, 0, 0, 0", "$at < 0", "team", "true"),
    };

    private readonly SqliteSealedJournal _journal = new(options);

    /// <inheritdoc />
    public Task<IReadOnlyList<StoredValue>> ReadAsync(
        TeamId? team, SealedTable table, StoredValue? after, byte[] head, int limit, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<StoredValue>>(() => Tables.TryGetValue(table, out var sql)
            ? Read(sql, team!.Value, table, after, head, limit)
            : _journal.Read(team, table, after, head, limit), cancellation);

    /// <inheritdoc />
    public Task<int> ReplaceAsync(
        TeamId? team, SealedTable table, IReadOnlyList<(StoredValue Read, byte[] Anew)> values, CancellationToken cancellation) =>
        Task.Run(() => Tables.TryGetValue(table, out var sql)
            ? Replace(sql, team!.Value, values)
            : _journal.Replace(team, table, values), cancellation);

    /// <inheritdoc />
    public Task<long> CountAsync(TeamId? team, SealedTable table, byte[] head, CancellationToken cancellation) => Task.Run(() =>
    {
        if (!Tables.TryGetValue(table, out var sql)) return _journal.Count(team, table, head);
        using var connection = data.OpenReader();
        using var command = Command(connection, sql.Count, ("$team", team!.Value.ToBytes()), ("$head", head));
        return (long)command.ExecuteScalar()!;
    }, cancellation);

    /// <summary>Takes values until the page is full.</summary>
    internal static List<StoredValue> Page(SqliteDataReader reader, Func<SqliteDataReader, StoredValue> row)
    {
        var page = new List<StoredValue>();
        for (var bytes = 0; bytes < PageBytes && reader.Read();)
        {
            page.Add(row(reader));
            bytes += page[^1].Sealed.Length;
        }
        return page;
    }

    internal static SqliteCommand Command(
        SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    /// <summary>Every statement of the tables in <c>data.db</c>, for the test of their plans.</summary>
    internal static IEnumerable<string> Statements => Tables.Values.SelectMany(sql => new[] { sql.Read, sql.Replace });

    private List<StoredValue> Read(TableSql sql, TeamId team, SealedTable table, StoredValue? after, byte[] head, int limit)
    {
        using var connection = data.OpenReader();
        using var command = Command(connection, sql.Read, ("$team", team.ToBytes()), ("$head", head), ("$limit", limit),
            ("$server", after?.Place.Server?.ToBytes() ?? []), ("$at", after?.Place.AtMs ?? long.MinValue),
            ("$key", after?.Key ?? long.MinValue), ("$detail", after?.Place.Detail ?? long.MinValue));
        using var reader = command.ExecuteReader();
        return Page(reader, row => new StoredValue(
            new SealPlace(table, Server(row), row.GetInt64(1), row.GetInt64(2)), row.GetInt64(3), null, row.GetFieldValue<byte[]>(4)));
    }

    private int Replace(TableSql sql, TeamId team, IReadOnlyList<(StoredValue Read, byte[] Anew)> values)
    {
        using var connection = data.OpenWriter();
        using var transaction = connection.BeginTransaction(deferred: false);
        var replaced = 0;
        foreach (var (read, anew) in values)
        {
            using var command = Command(connection, sql.Replace, ("$team", team.ToBytes()), ("$server", read.Place.Server?.ToBytes()),
                ("$at", read.Place.AtMs), ("$key", read.Key), ("$detail", read.Place.Detail), ("$read", read.Sealed), ("$anew", anew));
            replaced += command.ExecuteNonQuery();
        }
        transaction.Commit();
        return replaced;
    }

    private static ServerId? Server(SqliteDataReader row) =>
        row.IsDBNull(0) ? null : ResourceId.TryRead<ServerId>(row.GetFieldValue<byte[]>(0), out var server) ? server : default;

    /// <summary>How one table is read and written; every table leads with team.</summary>
    private sealed record TableSql(string Name, string Column, string Place, string Behind, string Order, string Row)
    {
        public string Read => $"""
            select {Place}, {Column} from {Name} where team = $team and {Behind} and substr({Column}, 1, length($head)) <> $head
            order by {Order} limit $limit
            """;

        public string Replace => $"update {Name} set {Column} = $anew where team = $team and {Row} and {Column} = $read";

        public string Count => $"select count(*) from {Name} where team = $team and substr({Column}, 1, length($head)) <> $head";
    }
}
