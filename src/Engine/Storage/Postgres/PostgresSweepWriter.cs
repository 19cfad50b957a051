using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Backups;
using Npgsql;
using static HostAtlas.Engine.Storage.Postgres.PostgresBackupStore;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>What a step of a sweep leaves in the tables, inside the transaction of its decision.</summary>
internal static class PostgresSweepWriter
{
    private const string Mine = "team = $1 and server = $2";

    private static readonly string[] Tables =
        ["backup_objects", "backup_needs", "backup_snapshots", "backup_evidence", "backup_due", "backup_sweeps"];

    // Rows of a step that died before its journal.
    private static readonly string[] Undo =
    [
        $"update backup_objects set marked_by = null where {Mine} and noticed_by is not null and marked_by >= $3",
        $"update backup_objects set noticed_at_ms = null, noticed_by = null where {Mine} and noticed_by >= $3",
        $"update backup_snapshots set expired_at_ms = null, expired_by = null, expired_why = null where {Mine} and expired_by >= $3",
        $"update backup_snapshots set ended_by = null where {Mine} and ended_by >= $3",
    ];

    private const string EndSnapshots = """
        update backup_snapshots s set ended_by = $3
        where s.team = $1 and s.server = $2 and s.expired_by is not null and s.ended_by is null and exists (
            select 1 from backup_needs n
            join backup_objects o on o.team = n.team and o.server = n.server and o.kind = n.kind and o.object = n.object
            where n.team = $1 and n.server = $2 and n.snapshot = s.snapshot and o.marked_by = $3)
        """;

    // What was needed is found by leaps from one snapshot to the next: reading all of its rows would take as long as deleting them.
    private const string ForgetNeeds = """
        with recursive named(snapshot) as (
            (select n.snapshot from backup_needs n where n.team = $1 and n.server = $2 order by n.snapshot limit 1)
            union all
            select (select n.snapshot from backup_needs n where n.team = $1 and n.server = $2 and n.snapshot > named.snapshot
                order by n.snapshot limit 1)
            from named where named.snapshot is not null),
        past as (select snapshot from named where snapshot is not null and snapshot <> all($3) and not exists (
            select 1 from backup_snapshots s
            where s.team = $1 and s.server = $2 and s.snapshot = named.snapshot and s.ended_by is null) limit $4)
        delete from backup_needs n using past where n.team = $1 and n.server = $2 and n.snapshot = past.snapshot
        """;

    private const string ForgetSnapshots = """
        delete from backup_snapshots s where s.team = $1 and s.server = $2 and s.ended_by is not null and not exists (
            select 1 from backup_needs n where n.team = s.team and n.server = s.server and n.snapshot = s.snapshot)
        """;

    /// <summary>Adds it all.</summary>
    public static void Add(NpgsqlBatch batch, ServerKey server, SweepWrites sweep)
    {
        foreach (var undo in Undo) Add(batch, server, undo, sweep.Step);
        if (sweep.ForgetAllBut is { } open)
        {
            Add(batch, server, ForgetNeeds, open.Select(run => run.Value).ToArray(), SweepWrites.ForgottenAtATime);
            Add(batch, server, ForgetSnapshots);
        }
        if (sweep.Expired.Count > 0)
            Add(batch, server, """
                update backup_snapshots s set expired_at_ms = $3, expired_by = $4, expired_why = w.why from unnest($5, $6) as w(number, why)
                where s.team = $1 and s.server = $2 and s.number = w.number
                """, Ms(sweep.At), sweep.Step, sweep.Expired.Select(expired => expired.Number).ToArray(),
                sweep.Expired.Select(expired => (int)expired.Why).ToArray());
        Each(
            batch, server, sweep.Noticed, "update backup_objects o set noticed_at_ms = $5, noticed_by = $6 from", Ms(sweep.At), sweep.Step);
        Each(batch, server, sweep.Unnoticed, "update backup_objects o set noticed_at_ms = null, noticed_by = null from");
        Each(batch, server, sweep.Marked, "update backup_objects o set marked_by = $5 from", sweep.Step);
        if (sweep.Marked.Count > 0) Add(batch, server, EndSnapshots, sweep.Step);
        if (sweep.BringsBack)
        {
            Add(batch, server, "update backup_snapshots set expired_at_ms = null, expired_by = null, expired_why = null "
                + $"where {Mine} and ended_by is null");
            Add(batch, server, "update backup_objects set noticed_at_ms = null, noticed_by = null "
                + $"where {Mine} and noticed_by is not null and marked_by is null");
        }
        ObjectName[] deleted = [.. sweep.Deleted.Select(one => one.Name)];
        Each(batch, server, deleted, "delete from backup_needs o using");
        Each(batch, server, deleted, "delete from backup_objects o using");
        foreach (var end in sweep.Held.GroupBy(one => one.Until))
            Each(batch, server, [.. end.Select(one => one.Name)], "update backup_objects o set held_until_ms = $5 from", Ms(end.Key));
        if (!sweep.Wipes) return;
        foreach (var table in Tables) Add(batch, server, $"delete from {table} where {Mine}");
    }

    private static void Each(
        NpgsqlBatch batch, ServerKey server, IReadOnlyList<ObjectName> names, string change, params object[] more)
    {
        if (names.Count == 0) return;
        Add(batch, server, change + " unnest($3, $4) as w(kind, object) "
            + "where o.team = $1 and o.server = $2 and o.kind = w.kind and o.object = w.object", [Kinds(names), Ids(names), .. more]);
    }

    private static void Add(NpgsqlBatch batch, ServerKey server, string sql, params object[] parameters) =>
        batch.BatchCommands.Add(Command(sql, [server.Team.Value, server.Server.Value, .. parameters]));
}
