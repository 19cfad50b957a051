using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Tests.Storage.Sealing.Rotation;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite of what the pass that seals anew needs, over PostgreSQL.</summary>
public sealed class PostgresSealedValuesTests : SealedValuesSuite, IDisposable
{
    private readonly PostgresStoreUnderTest _store = new();

    public PostgresSealedValuesTests()
    {
        Keys = new PostgresKeyStore(_store.Database);
        Values = new PostgresSealedValues(_store.Database);
    }

    protected override ISealedValues Values { get; }

    protected override IKeyStore Keys { get; }

    [Fact]
    public void Keys_are_paged_by_team_put_once_and_destroyed_for_good()
    {
        var roots = new RootKeys(Named.Bytes("root"));
        var teams = Enumerable.Range(0, 5).Select(i => Named.Id<TeamId>($"{i}")).ToList();
        foreach (var team in teams) Keys.Add(roots.Wrap(team, 1, Named.Bytes("key"), Named.Noon));
        var first = Keys.LoadPage(null, 3);
        var rest = Keys.LoadPage(first[^1].Team, 3);
        Assert.Equal((3, 2), (first.Count, rest.Count));
        Assert.Equal(teams.ToHashSet(), first.Concat(rest).Select(key => key.Team).ToHashSet());

        Keys.Put([roots.Wrap(teams[0], 1, Named.Bytes("other"), Named.Noon), roots.Wrap(teams[0], 2, Named.Bytes("second"), Named.Noon)]);
        Assert.Equal([Named.Bytes("other"), Named.Bytes("second")], Keys.Load(teams[0]).Select(roots.Unwrap));
        var wrapped = Keys.Load(teams[0])[0].Wrapped;
        Assert.Equal(new KeyDestruction(1, TracesGone: true), Keys.Destroy(teams[0], 1, Named.Noon));
        Assert.Equal([false, true], Keys.Load(teams[0]).Select(key => key.DestroyedAt is null));
        Assert.Equal(new byte[wrapped.Length], Keys.Load(teams[0])[0].Wrapped);
        Keys.Destroy(teams[0], int.MaxValue, Named.Noon);
        Keys.Put([roots.Wrap(teams[0], 3, Named.Bytes("third"), Named.Noon), roots.Wrap(teams[0], 1, Named.Bytes("other"), Named.Noon)]);
        Assert.Equal(2, Keys.Load(teams[0]).Count);
        Assert.All(Keys.Load(teams[0]), key => Assert.NotNull(key.DestroyedAt));
    }

    public void Dispose() => _store.Dispose();

    protected override void Plant(TeamId? team, IEnumerable<StoredValue> values)
    {
        using var connection = new NpgsqlConnection(_store.Test.SuperuserConnection);
        connection.Open();
        using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select hostatlas.add_day('metric_rows', 0), hostatlas.add_day('log_lines', 0)"));
        foreach (var value in values) batch.BatchCommands.Add(Insert(team, value));
        batch.ExecuteNonQuery();
    }

    private static NpgsqlBatchCommand Insert(TeamId? team, StoredValue value)
    {
        var command = new NpgsqlBatchCommand(value.Place.Table switch
        {
            SealedTable.MetricRows => "insert into hostatlas.metric_rows values (@team, @server, @at, @key, 0, @detail, @sealed)",
            SealedTable.MetricSets => "insert into hostatlas.metric_sets values (@team, @server, @detail, 1, @sealed, 0)",
            SealedTable.MetricMinutes => """
                insert into hostatlas.metric_minutes (team, server, hour_ms, set_id, block) values (@team, @server, @at, @detail, @sealed)
                """,
            SealedTable.MetricHours => """
                insert into hostatlas.metric_hours (team, server, hour_ms, set_id, block) values (@team, @server, @at, @detail, @sealed)
                """,
            SealedTable.BackupEvidence => """
                insert into hostatlas.backup_snapshots values
                    (@team, @server, @detail, gen_random_uuid(), 1, 3, gen_random_uuid(), '\x0000000000000000', 1, 1, @at, @sealed)
                """,
            SealedTable.Servers => """
                insert into hostatlas.servers (team, server, name, created_at_ms, entity_seq) values (@team, @server, @sealed, 0, 0)
                """,
            SealedTable.Teams => "insert into hostatlas.teams (team, name, founded_at_ms, entity_seq) values (@team, @sealed, 0, 0)",
            SealedTable.Journal => """
                insert into journal.journal (created, deleted, persistence_id, sequence_number, message)
                values (0, false, @id, @detail, @sealed)
                """,
            SealedTable.Snapshots => """
                insert into journal.snapshot (persistence_id, sequence_number, created, snapshot) values (@id, @detail, 0, @sealed)
                """,
            SealedTable.AuditEntries => "insert into hostatlas.audit_entries values (@team, @detail, @at, @sealed)",
            SealedTable.AuditHeads =>
                "insert into hostatlas.audit_heads values (@team, @detail, 0, @sealed, 0, decode(repeat('00', 32), 'hex'))",
            SealedTable.TeamChanges => "insert into hostatlas.team_changes values (@team, @detail, @at, @sealed)",
            SealedTable.LogLines => "insert into hostatlas.log_lines values (@team, @server, @at, @key, @detail, 0, @sealed)",
            SealedTable.Inventories => "insert into hostatlas.inventories values (@team, @server, @at, 0, 0, @sealed)",
            SealedTable.GateEvidence =>
                "insert into hostatlas.backup_evidence values (@team, @server, @detail, gen_random_uuid(), @at, @sealed)",
            SealedTable.Notifications =>
                "insert into hostatlas.notifications values (@team, @server, @at::integer, @detail, 0, @sealed, null)",
            _ => throw new InvalidOperationException($"{value.Place.Table} is new: plant it here."),
        });
        command.Parameters.AddWithValue("team", team?.Value ?? Guid.Empty);
        command.Parameters.AddWithValue("server", value.Place.Server?.Value ?? Guid.Empty);
        command.Parameters.AddWithValue("id", value.Person ?? EntitySeal.EntityOf(team!.Value, value.Place));
        command.Parameters.AddWithValue("at", value.Place.AtMs);
        command.Parameters.AddWithValue("key", value.Key);
        command.Parameters.AddWithValue("detail", value.Place.Detail);
        command.Parameters.AddWithValue("sealed", value.Sealed);
        return command;
    }
}
