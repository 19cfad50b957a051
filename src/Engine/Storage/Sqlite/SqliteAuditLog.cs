using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The audit logs in <c>data.db</c>.</summary>
public sealed class SqliteAuditLog(DataFile file, AuditSeal seal) : IAuditLog
{
    /// <summary>Its texts: in constants, so that a test can ask for their plans.</summary>
    internal const string HeadSql = "select number, at_ms, hash, root_id, mac from my_audit_heads",
        ReadSql = """
            select number, at_ms, entry from my_audit_entries where number > $after and number <= $through order by number limit $limit
            """,
        PageSql = """
            select number, at_ms, entry, (select coalesce(max(p.number), 0) from my_audit_entries p where p.number < e.number)
            from my_audit_entries e
            where at_ms >= $from and (at_ms, number) < ($at, $number) order by at_ms desc, number desc limit $limit
            """,
        BeforeSql = "select coalesce(max(number), 0) from my_audit_entries where number < $number";

    /// <inheritdoc />
    public Task<AuditLogHead?> HeadAsync(TeamId team, CancellationToken cancellation) => Task.Run(() =>
    {
        using var scope = TeamScope.Open(file, team);
        using var command = scope.Command(HeadSql);
        using var reader = command.ExecuteReader();
        if (!reader.Read()) return null;
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
    }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<AuditLogEntry>> ReadAsync(
        TeamId team, long after, long through, int limit, CancellationToken cancellation) => Task.Run(
        () => Read(team, ReadSql, ("$after", after), ("$through", through), ("$limit", limit)), cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<AuditLogEntry>> PageAsync(
        TeamId team, AuditWindow window, int limit, CancellationToken cancellation) => Task.Run(
        () => Read(team, PageSql, ("$from", window.FromMs), ("$at", window.UpTo.AtMs), ("$number", window.UpTo.Number), ("$limit", limit)),
        cancellation);

    /// <inheritdoc />
    public Task<long> NumberBeforeAsync(TeamId team, long number, CancellationToken cancellation) => Task.Run(() =>
    {
        using var scope = TeamScope.Open(file, team);
        using var command = scope.Command(BeforeSql, ("$number", number));
        return (long)command.ExecuteScalar()!;
    }, cancellation);

    private IReadOnlyList<AuditLogEntry> Read(TeamId team, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var scope = TeamScope.Open(file, team);
        using var command = scope.Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var entries = new List<AuditLogEntry>();
        try
        {
            while (reader.Read())
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
