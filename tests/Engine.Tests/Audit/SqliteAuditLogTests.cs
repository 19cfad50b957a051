using System.Data.Common;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Audit;

/// <summary>The suite over SQLite.</summary>
public sealed class SqliteAuditLogTests : AuditLogSuite
{
    protected override string UnlockSql => "drop trigger audit_entries_stay; drop trigger audit_entries_keep_their_place";

    protected override IReadOnlyList<string> Unguarding =>
    [
        UnlockSql,
        """
        drop trigger audit_entries_stay;
        create trigger audit_entries_stay before delete on audit_entries when false begin select 1; end
        """,
        """
        drop trigger audit_entries_keep_their_place;
        create trigger audit_entries_keep_their_place before update of team on audit_entries
        begin select raise(abort, 'The audit log is only ever added to.'); end
        """,
    ];

    protected override Task<EmbeddedEngine> StartAsync() => EmbeddedEngine.StartAsync();

    protected override Task<DbConnection> OpenTablesAsync(EmbeddedEngine engine) =>
        Task.FromResult<DbConnection>(new DataFile(engine.Folder).OpenWriter());

    protected override string Literal(TeamId team) => $"x'{Convert.ToHexStringLower(team.ToBytes())}'";

    protected override Task ExecuteOnJournalAsync(EmbeddedEngine engine, string sql, TeamId team)
    {
        JournalFile.Execute(engine, sql, team);
        return Task.CompletedTask;
    }
}
