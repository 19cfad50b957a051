using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Storage.Sealing.Rotation;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>On <c>data.db</c>, and on a <c>journal.db</c> with the tables of Akka.Persistence.Sql as far as they matter here.</summary>
public sealed class SqliteSealedValuesTests : SealedValuesSuite, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DataFile _file;
    private readonly SqliteConnection _journal;

    public SqliteSealedValuesTests()
    {
        _file = new DataFile(_folder.Path);
        _file.Prepare();
        _journal = new SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False");
        _journal.Open();
        DataFile.Execute(_journal, """
            pragma journal_mode=wal;
            create table journal (ordering integer primary key autoincrement, persistence_id text not null,
                sequence_number integer not null, message blob not null, unique (persistence_id, sequence_number));
            create table snapshot (persistence_id text not null, sequence_number integer not null, snapshot blob,
                primary key (persistence_id, sequence_number))
            """);
        Keys = new SqliteKeyStore(_file);
        Values = new SqliteSealedValues(_file, new EngineOptions { DataDirectory = _folder.Path, RootKey = new byte[32] });
    }

    protected override ISealedValues Values { get; }

    protected override IKeyStore Keys { get; }

    [Fact]
    public void Every_page_is_a_range_of_the_tables_own_key_and_every_update_a_look_up()
    {
        using var data = _file.OpenReader();
        var journal = new[] { SealedTable.Journal, SealedTable.Snapshots }
            .SelectMany(table => new[] { SqliteSealedJournal.ReadSql(table), SqliteSealedJournal.ReplaceSql(table) });
        var plans = SqliteSealedValues.Statements.Select(sql => Plan(data, sql)).Concat(journal.Select(sql => Plan(_journal, sql)));
        Assert.All(plans, plan =>
        {
            Assert.StartsWith("SEARCH", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        });
    }

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    protected override void Plant(TeamId? team, IEnumerable<StoredValue> values)
    {
        using var data = _file.OpenWriter();
        using (var transaction = data.BeginTransaction())
        {
            foreach (var value in values) Plant(data, team, value);
            transaction.Commit();
        }
    }

    private void Plant(SqliteConnection data, TeamId? team, StoredValue value)
    {
        var sql = value.Place.Table switch
        {
            SealedTable.MetricRows => "insert into metric_rows values ($team, $server, $at, $key, 0, $detail, $sealed)",
            SealedTable.MetricSets => "insert into metric_sets values ($team, $server, $detail, 1, $sealed, 0)",
            SealedTable.MetricMinutes or SealedTable.MetricHours => $"""
                insert into {(value.Place.Table == SealedTable.MetricHours ? "metric_hours" : "metric_minutes")}
                (team, server, hour_ms, set_id, block) values ($team, $server, $at, $detail, $sealed)
                """,
            SealedTable.BackupEvidence => """
                insert into backup_snapshots values
                    ($team, $server, $detail, zeroblob(16), 1, 3, zeroblob(16), zeroblob(8), 1, 1, $at, $sealed, null, null, null, null)
                """,
            SealedTable.Servers =>
                "insert into servers (team, server, name, created_at_ms, entity_seq) values ($team, $server, $sealed, 0, 0)",
            SealedTable.Teams => "insert into teams (team, name, founded_at_ms, entity_seq) values ($team, $sealed, 0, 0)",
            SealedTable.Journal => "insert into journal (persistence_id, sequence_number, message) values ($id, $detail, $sealed)",
            SealedTable.Snapshots => "insert into snapshot values ($id, $detail, $sealed)",
            SealedTable.AuditEntries => "insert into audit_entries values ($team, $detail, $at, $sealed)",
            SealedTable.AuditHeads => "insert into audit_heads values ($team, $detail, 0, $sealed, 0, zeroblob(32))",
            SealedTable.TeamChanges => "insert into team_changes values ($team, $detail, $at, $sealed)",
            SealedTable.LogLines => "insert into log_lines values ($team, $server, $at, $key, $detail, 0, $sealed)",
            SealedTable.Inventories => "insert into inventories values ($team, $server, $at, 0, 0, $sealed)",
            SealedTable.GateEvidence => "insert into backup_evidence values ($team, $server, $detail, zeroblob(16), $at, $sealed)",
            SealedTable.Notifications => "insert into notifications values ($team, $server, $at, $detail, 0, $sealed, null)",
            _ => throw new InvalidOperationException($"{value.Place.Table} is new: plant it here."),
        };
        using var command = (value.Place.Table is SealedTable.Journal or SealedTable.Snapshots ? _journal : data).CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$team", team is { } id ? id.ToBytes() : DBNull.Value);
        command.Parameters.AddWithValue("$server", value.Place.Server is { } server ? server.ToBytes() : DBNull.Value);
        command.Parameters.AddWithValue("$id", value.Person ?? EntitySeal.EntityOf(team!.Value, value.Place));
        command.Parameters.AddWithValue("$at", value.Place.AtMs);
        command.Parameters.AddWithValue("$key", value.Key);
        command.Parameters.AddWithValue("$detail", value.Place.Detail);
        command.Parameters.AddWithValue("$sealed", value.Sealed);
        command.ExecuteNonQuery();
    }

    private static string Plan(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "explain query plan " + sql;
        foreach (var name in "$team $server $at $key $detail $head $limit $anew $read $id $number $to".Split(' '))
            command.Parameters.AddWithValue(name, 0);
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read()) lines.Add(reader.GetString(3));
        return string.Join("; ", lines);
    }
}
