using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The audit logs in PostgreSQL.</summary>
public sealed class PostgresAuditLog(PostgresDatabase database, AuditSeal seal) : IAuditLog
{
    /// <inheritdoc />
    public async Task<AuditLogHead?> HeadAsync(TeamId team, CancellationToken cancellation)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false);
        await using var command = scope.Command("select number, at_ms, hash, root_id, mac from audit_heads");
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false)) return null;
        var stored = new StoredHead(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetInt64(3), reader.GetFieldValue<byte[]>(4));
        try
        {
            return new AuditLogHead(stored.Number, seal.Open(team, stored));
        }
        catch (TeamKeyDestroyedException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<AuditLogEntry>> ReadAsync(
        TeamId team, long after, long through, int limit, CancellationToken cancellation) => ReadAsync(
        team, "select number, at_ms, entry from audit_entries where number > $1 and number <= $2 order by number limit $3", cancellation,
        after, through, limit);

    /// <inheritdoc />
    public Task<IReadOnlyList<AuditLogEntry>> PageAsync(
        TeamId team, AuditWindow window, int limit, CancellationToken cancellation) => ReadAsync(
        team, """
            select number, at_ms, entry,
                   coalesce((select p.number from audit_entries p where p.number < e.number order by p.number desc limit 1), 0)
            from audit_entries e
            where at_ms >= $1 and (at_ms, number) < ($2, $3) order by at_ms desc, number desc limit $4
            """, cancellation, window.FromMs, window.UpTo.AtMs, window.UpTo.Number, limit);

    /// <inheritdoc />
    public async Task<long> NumberBeforeAsync(TeamId team, long number, CancellationToken cancellation)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false);
        await using var command = scope.Command(
            "select coalesce((select number from audit_entries where number < $1 order by number desc limit 1), 0)", number);
        return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    private async Task<IReadOnlyList<AuditLogEntry>> ReadAsync(
        TeamId team, string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false);
        await using var command = scope.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var entries = new List<AuditLogEntry>();
        try
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                var (number, atMs) = (reader.GetInt64(0), reader.GetInt64(1));
                entries.Add(new AuditLogEntry(number, atMs, seal.Open(team, number, atMs, reader.GetFieldValue<byte[]>(2)))
                {
                    Previous = reader.FieldCount > 3 ? reader.GetInt64(3) : 0,
                });
            }
        }
        catch (TeamKeyDestroyedException)
        {
            return [];
        }
        return entries;
    }
}
