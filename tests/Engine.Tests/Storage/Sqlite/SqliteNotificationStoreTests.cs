using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The suite of notifications over SQLite.</summary>
public sealed class SqliteNotificationStoreTests : NotificationStoreSuite, IDisposable
{
    private readonly SqliteStoreUnderTest _store = new();

    protected override INotificationStore Store => new SqliteNotificationStore(_store.File, _store.Seals);

    protected override IProjectionStore Projection => new SqliteProjectionStore(
        _store.File, _store.Seals, new AuditSeal(_store.Seals, new RootKeys(new byte[32])));

    [Fact]
    public void What_is_asked_once_a_second_reads_nothing_but_what_it_finds()
    {
        using var data = _store.File.OpenReader();
        foreach (var sql in new[] { SqliteNotificationStore.NewSql, SqliteNotificationStore.DueSql })
        {
            using var plan = SqliteSealedValues.Command(data, "explain query plan " + sql, ("$now", 0), ("$limit", 1));
            using var reader = plan.ExecuteReader();
            var steps = new List<string>();
            while (reader.Read()) steps.Add(reader.GetString(3));
            // The first index holds just the rows that are new, the second just those that wait.
            Assert.Matches("USING INDEX notification(s_new|_deliveries_due)", steps[0]);
            Assert.DoesNotContain(steps.Skip(1), step => step.StartsWith("SCAN", StringComparison.Ordinal));
        }
    }

    public void Dispose() => _store.Dispose();
}
