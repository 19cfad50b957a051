using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The two triggers of <c>audit_entries</c> and what they call, as <c>Schema/0003.sql</c> made them.</summary>
internal sealed class PostgresAuditGuards(PostgresDatabase database) : IAuditGuards
{
    private const string Body =
        "begin raise exception 'The audit log is only ever added to.' using errcode = 'insufficient_privilege'; end";

    private static readonly (string Name, string When)[] Guards =
    [
        ("audit_entries_stay", "before delete or truncate"),
        ("audit_entries_keep_their_place", "before update of team, number, at_ms"),
    ];

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> MendAsync(CancellationToken cancellation) => database.RunAsync<IReadOnlyList<string>>(
        PostgresRole.Owner, async (connection, token) =>
        {
            var mended = new List<string>();
            foreach (var (name, when) in Guards)
            {
                if (await StandsAsync(connection, name, when, token).ConfigureAwait(false)) continue;
                await using var mend = new NpgsqlCommand($"""
                    create or replace function refuse_change_of_audit() returns trigger language plpgsql as $$ {Body} $$;
                    revoke all on function refuse_change_of_audit() from public;
                    drop trigger if exists {name} on audit_entries;
                    create trigger {name} {when} on audit_entries for each statement execute function refuse_change_of_audit()
                    """, connection);
                await mend.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                mended.Add(name);
            }
            return mended;
        }, cancellation);

    private static async Task<bool> StandsAsync(NpgsqlConnection connection, string name, string when, CancellationToken cancellation)
    {
        await using var find = new NpgsqlCommand("""
            select pg_get_triggerdef(t.oid), p.prosrc from pg_trigger t join pg_proc p on p.oid = t.tgfoid
            where t.tgrelid = 'hostatlas.audit_entries'::regclass and t.tgname = $1 and t.tgenabled in ('O', 'A')
            """, connection);
        find.Parameters.AddWithValue(name);
        await using var reader = await find.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false)
            && Plain(reader.GetString(0)) == Plain($"""
                create trigger {name} {when} on hostatlas.audit_entries for each statement execute function refuse_change_of_audit()
                """)
            && Plain(reader.GetString(1).TrimEnd().TrimEnd(';')) == Plain(Body);
    }

    private static string Plain(string sql) =>
        string.Join(' ', sql.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
}
