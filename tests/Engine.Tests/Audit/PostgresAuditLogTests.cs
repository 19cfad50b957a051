using System.Data.Common;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Tests.Storage.Postgres;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport.Databases;
using Npgsql;

namespace HostAtlas.Engine.Tests.Audit;

/// <summary>The suite over PostgreSQL.</summary>
public sealed class PostgresAuditLogTests : AuditLogSuite, IAsyncLifetime
{
    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync() => _test = await Prepared.NewAsync();

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    // What only a superuser can do.
    protected override string UnlockSql => "set session_replication_role = replica";

    protected override IReadOnlyList<string> Unguarding =>
    [
        "drop trigger audit_entries_stay on audit_entries; drop trigger audit_entries_keep_their_place on audit_entries",
        "alter table audit_entries disable trigger audit_entries_stay",
        "create or replace function refuse_change_of_audit() returns trigger language plpgsql as 'begin return null; end'",
        """
        create or replace trigger audit_entries_keep_their_place before update of team on audit_entries
        for each statement execute function refuse_change_of_audit()
        """,
    ];

    protected override Task<EmbeddedEngine> StartAsync() =>
        EmbeddedEngine.StartAsync(store: new StoreOptions(StoreKind.Postgresql, _test.Connection));

    protected override async Task<DbConnection> OpenTablesAsync(EmbeddedEngine engine)
    {
        var connection = new NpgsqlConnection(_test.SuperuserConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("set search_path = hostatlas", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    protected override string Literal(TeamId team) => $"'{team}'::uuid";

    protected override async Task ExecuteOnJournalAsync(EmbeddedEngine engine, string sql, TeamId team) =>
        await _test.ExecuteAsync("set search_path = journal; " + sql.Replace("$team", $"'{team}'", StringComparison.Ordinal));
}
