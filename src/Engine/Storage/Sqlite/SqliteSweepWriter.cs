using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>What a step of a sweep leaves in the tables, inside the transaction of its decision.</summary>
internal static class SqliteSweepWriter
{
    private const string Mine = "team = ? and server = ?";

    /// <summary>Writes it all.</summary>
    public static void Write(SqliteConnection connection, ServerKey server, SweepWrites sweep)
    {
        foreach (var undo in Undo)
        {
            using var statement = new NativeStatement(connection, undo);
            statement.BindServer(server).Bind(3, sweep.Step).Run();
        }
        if (sweep.ForgetAllBut is { } open) Forget(connection, server, [.. open.Select(run => run.ToBytes())]);
        foreach (var expired in sweep.Expired)
        {
            using var statement = new NativeStatement(connection, """
                update backup_snapshots set expired_at_ms = ?3, expired_by = ?4, expired_why = ?5
                where team = ?1 and server = ?2 and number = ?6
                """);
            statement.BindServer(server).Bind(3, sweep.At.ToUnixTimeMilliseconds()).Bind(4, sweep.Step)
                .Bind(5, (long)expired.Why).Bind(6, expired.Number).Run();
        }
        Each(connection, server, sweep.Noticed, "update backup_objects set noticed_at_ms = ?5, noticed_by = ?6",
            statement => statement.Bind(5, sweep.At.ToUnixTimeMilliseconds()).Bind(6, sweep.Step));
        Each(connection, server, sweep.Unnoticed, "update backup_objects set noticed_at_ms = null, noticed_by = null");
        Each(connection, server, sweep.Marked, "update backup_objects set marked_by = ?5", statement => statement.Bind(5, sweep.Step));
        if (sweep.Marked.Count > 0) Run(connection, server, EndSnapshots, sweep.Step);
        if (sweep.BringsBack) BringBack(connection, server);
        ObjectName[] deleted = [.. sweep.Deleted.Select(one => one.Name)];
        Each(connection, server, deleted, "delete from backup_needs");
        Each(connection, server, deleted, "delete from backup_objects");
        foreach (var end in sweep.Held.GroupBy(one => one.Until.ToUnixTimeMilliseconds()))
            Each(connection, server, [.. end.Select(one => one.Name)], "update backup_objects set held_until_ms = ?5",
                statement => statement.Bind(5, end.Key));
        if (!sweep.Wipes) return;
        foreach (var table in Tables) Run(connection, server, $"delete from {table} where {Mine}");
    }

    // Rows of a step that died before its journal.
    private static readonly string[] Undo =
    [
        $"update backup_objects set marked_by = null where {Mine} and noticed_by is not null and marked_by >= ?",
        $"update backup_objects set noticed_at_ms = null, noticed_by = null where {Mine} and noticed_by >= ?",
        $"update backup_snapshots set expired_at_ms = null, expired_by = null, expired_why = null where {Mine} and expired_by >= ?",
        $"update backup_snapshots set ended_by = null where {Mine} and ended_by >= ?",
    ];

    private static readonly string[] Tables =
        ["backup_objects", "backup_needs", "backup_snapshots", "backup_evidence", "backup_due", "backup_sweeps"];

    private const string EndSnapshots = """
        update backup_snapshots set ended_by = ?3
        where team = ?1 and server = ?2 and expired_by is not null and ended_by is null and exists (
            select 1 from backup_needs n
            join backup_objects o on o.team = n.team and o.server = n.server and o.kind = n.kind and o.object = n.object
            where n.team = ?1 and n.server = ?2 and n.snapshot = backup_snapshots.snapshot and o.marked_by = ?3)
        """;

    private static void BringBack(SqliteConnection connection, ServerKey server)
    {
        Run(connection, server, "update backup_snapshots set expired_at_ms = null, expired_by = null, expired_why = null "
            + $"where {Mine} and ended_by is null");
        Run(connection, server, "update backup_objects set noticed_at_ms = null, noticed_by = null "
            + $"where {Mine} and noticed_by is not null and marked_by is null");
    }

    private static void Forget(SqliteConnection connection, ServerKey server, byte[][] open)
    {
        // What was needed is found by leaps from one snapshot to the next: reading all of its rows would take as long as deleting them.
        using var all = new NativeStatement(connection, """
            with recursive named(snapshot) as (
                select min(snapshot) from backup_needs where team = ?1 and server = ?2
                union all
                select (select min(n.snapshot) from backup_needs n where n.team = ?1 and n.server = ?2 and n.snapshot > named.snapshot)
                from named where named.snapshot is not null)
            select snapshot from named where snapshot is not null and not exists (select 1 from backup_snapshots s
                where s.team = ?1 and s.server = ?2 and s.snapshot = named.snapshot and s.ended_by is null)
            """);
        all.BindServer(server);
        var over = new List<byte[]>();
        while (over.Count < SweepWrites.ForgottenAtATime && all.Next())
        {
            var run = all.Bytes(0).ToArray();
            if (!Array.Exists(open, other => other.AsSpan().SequenceEqual(run))) over.Add(run);
        }
        all.Reset();
        foreach (var run in over)
        {
            using var forget = new NativeStatement(connection, $"delete from backup_needs where {Mine} and snapshot = ?");
            forget.BindServer(server).Bind(3, run).Run();
        }
        Run(connection, server, $"""
            delete from backup_snapshots where {Mine} and ended_by is not null and not exists (select 1 from backup_needs n
                where n.team = backup_snapshots.team and n.server = backup_snapshots.server and n.snapshot = backup_snapshots.snapshot)
            """);
    }

    private static void Each(SqliteConnection connection, ServerKey server, IReadOnlyList<ObjectName> names, string change,
        Action<NativeStatement>? bind = null)
    {
        if (names.Count == 0) return;
        using var statement = new NativeStatement(connection, change + " where team = ?1 and server = ?2 and kind = ?3 and object = ?4");
        statement.BindServer(server);
        bind?.Invoke(statement);
        foreach (var name in names) statement.Bind(3, (long)name.Kind).Bind(4, name.Id.ToBytes()).Run();
    }

    private static void Run(SqliteConnection connection, ServerKey server, string sql, long? third = null)
    {
        using var statement = new NativeStatement(connection, sql);
        statement.BindServer(server);
        if (third is { } value) statement.Bind(3, value);
        statement.Run();
    }
}
