using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Tests.Storage.Postgres;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.Engine.Tests.Projections;

/// <summary>The suite over PostgreSQL: one database that is emptied for each store.</summary>
public sealed class PostgresProjectionWriterTests : ProjectionWriterSuite, IAsyncLifetime
{
    private PostgresDatabaseUnderTest _test = null!;
    private PostgresDatabase _database = null!;
    private ITeamSeals _seals = null!;

    public async Task InitializeAsync()
    {
        _test = await Prepared.NewAsync();
        _database = new PostgresDatabase(_test.Connection);
        _seals = new TeamSeals(new PostgresKeyStore(_database), Prepared.Roots, TimeProvider.System);
    }

    public Task DisposeAsync()
    {
        _database.Dispose();
        return _test.DisposeAsync().AsTask();
    }

    protected override int Threads => 1;

    protected override IProjectionStore NewStore()
    {
        // As nobody but a superuser may: without the triggers.
        Run("""
            set session_replication_role = replica;
            truncate hostatlas.teams, hostatlas.servers, hostatlas.projection, hostatlas.audit_entries, hostatlas.audit_heads,
                hostatlas.audit_told, hostatlas.team_changes
            """);
        return new PostgresProjectionStore(_database, _seals, new AuditSeal(_seals, Prepared.Roots));
    }

    protected override IAuditLog LogsOf(IProjectionStore store) => new PostgresAuditLog(_database, new AuditSeal(_seals, Prepared.Roots));

    protected override IChangeLog ChangesOf(IProjectionStore store) => new PostgresChangeLog(_database, _seals);

    protected override void RefuseServers() => Run("alter table hostatlas.servers add constraint refused check (false)");

    protected override void TakeServers() => Run("alter table hostatlas.servers drop constraint refused");

    private void Run(string sql) => _test.ExecuteAsync(sql).GetAwaiter().GetResult();
}
