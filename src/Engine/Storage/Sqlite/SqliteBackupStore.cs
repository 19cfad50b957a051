using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The tables of backups in <c>data.db</c>. A connection a call, as for everything that is rare beside the metrics; an uploads request of
/// 5,000 names is one transaction of some tens of milliseconds.
/// </summary>
public sealed partial class SqliteBackupStore(DataFile file, ITeamSeals seals) : IBackupStore
{
    private const string Snapshots =
        "select snapshot, number, generation, kind, object, fingerprint, objects, bytes, at_ms from my_backup_snapshots where server = ?";

    /// <inheritdoc />
    public Task<ObjectRows> FindAsync(
        ServerKey server, SnapshotId run, IReadOnlyCollection<ObjectName> names, DateTimeOffset now, CancellationToken cancellation) =>
        ReadAsync(server.Team, scope =>
        {
            using var find = scope.Statement("""
                select o.size, o.sha256, o.ticket_until_ms, exists (select 1 from my_backup_needs n
                    where n.server = o.server and n.snapshot = ? and n.kind = o.kind and n.object = o.object), coalesce(o.marked_by, 0)
                from my_backup_objects o where o.server = ? and o.kind = ? and o.object = ?
                """);
            find.Bind(1, run.ToBytes()).Bind(2, server.Server.ToBytes());
            var known = new Dictionary<ObjectName, KnownObject>();
            foreach (var name in names)
            {
                find.Bind(3, (long)name.Kind).Bind(4, name.Id.ToBytes());
                if (!find.Next()) continue;
                known[name] = new KnownObject(find.Integer(0), find.Bytes(1).ToArray(), Time(find.Integer(2)), InRun: find.Integer(3) != 0)
                {
                    MarkedBy = find.Integer(4) is > 0 and var step ? step : null,
                };
                find.Reset();
            }
            using var living = scope.Statement("select kind, object from my_backup_objects where server = ? and ticket_until_ms > ?");
            living.Bind(1, server.Server.ToBytes()).Bind(2, now.ToUnixTimeMilliseconds());
            var tickets = new HashSet<ObjectName>();
            while (living.Next()) tickets.Add(Name(living, 0));
            return new ObjectRows(known, tickets);
        }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<NeededObject>> NeededAsync(
        ServerKey server, SnapshotId run, ObjectName? after, int limit, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<NeededObject>>(server.Team, scope =>
        {
            using var page = scope.Statement("""
                select n.kind, n.object, o.size, o.sha256 from my_backup_needs n
                join my_backup_objects o on o.server = n.server and o.kind = n.kind and o.object = n.object
                where n.server = ? and n.snapshot = ? and (n.kind, n.object) > (?, ?) order by n.kind, n.object limit ?
                """);
            page.Bind(1, server.Server.ToBytes()).Bind(2, run.ToBytes())
                .Bind(3, (long)(after?.Kind ?? 0)).Bind(4, after?.Id.ToBytes() ?? []).Bind(5, limit);
            var needed = new List<NeededObject>();
            while (page.Next()) needed.Add(new NeededObject(Name(page, 0), page.Integer(2), page.Bytes(3).ToArray()));
            return needed;
        }, cancellation);

    /// <inheritdoc />
    public Task<CommittedSnapshot?> FindSnapshotAsync(ServerKey server, SnapshotId snapshot, CancellationToken cancellation) =>
        ReadAsync(server.Team, scope =>
        {
            using var find = scope.Statement(Snapshots + " and snapshot = ? order by number desc limit 1");
            find.Bind(1, server.Server.ToBytes()).Bind(2, snapshot.ToBytes());
            return find.Next() ? Snapshot(find) : null;
        }, cancellation);

    /// <inheritdoc />
    public Task<EvidenceRow?> EvidenceAsync(ServerKey server, long number, CancellationToken cancellation) =>
        ReadAsync(server.Team, scope =>
        {
            using var find = scope.Statement("select snapshot, at_ms, evidence from my_backup_evidence where server = ? and number = ?");
            find.Bind(1, server.Server.ToBytes()).Bind(2, number);
            if (!find.Next()) return null;
            var run = Id<SnapshotId>(find.Bytes(0));
            return SealedEvidence.TryOpen(seals, server, number, run, find.Integer(1), find.Bytes(2).ToArray());
        }, cancellation);

    /// <inheritdoc />
    public Task<long> TeamBytesAsync(TeamId team, CancellationToken cancellation) => ReadAsync(team, scope =>
    {
        using var sum = scope.Statement("select coalesce(sum(size), 0) from my_backup_objects");
        return sum.Next() ? sum.Integer(0) : 0;
    }, cancellation);

    /// <inheritdoc />
    public Task WriteAsync(ServerKey server, BackupWrites writes, CancellationToken cancellation) => Task.Run(() =>
    {
        // Before the transaction: a team's first seal writes its key, on a connection of its own.
        var gate = writes.Kept is { Gate: { } told, Snapshot: var snapshot }
            ? seals.Get(server.Team).Seal(KeptSnapshot.GatePlace(server.Server, snapshot), told)
            : null;
        var evidence = writes.Evidence is { } found ? SealedEvidence.Seal(seals, server, found) : null;
        using var connection = file.OpenWriter();
        using var transaction = connection.BeginTransaction(deferred: false);
        WriteDue(connection, server, writes.Due);
        if (writes.Announced is { } announced) WriteAnnounced(connection, server, announced);
        if (writes.Kept is { } kept) WriteSnapshot(connection, server, kept.Snapshot, gate);
        if (writes.Evidence is { } row) WriteEvidence(connection, server, row, evidence!);
        if (writes.Sweep is { } sweep) SqliteSweepWriter.Write(connection, server, sweep);
        transaction.Commit();
    }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<ServerKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<ServerKey>>(() =>
        {
            using var connection = file.OpenReader();
            using var due = new NativeStatement(
                connection, "select team, server from backup_due where due_at_ms <= ? order by due_at_ms limit ?");
            due.Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, limit);
            var servers = new List<ServerKey>();
            while (due.Next()) servers.Add(new ServerKey(Id<TeamId>(due.Bytes(0)), Id<ServerId>(due.Bytes(1))));
            return servers;
        }, cancellation);

    private static void WriteDue(SqliteConnection connection, ServerKey server, DateTimeOffset? due)
    {
        using var write = new NativeStatement(connection, due is null
            ? "delete from backup_due where team = ? and server = ?"
            : "insert into backup_due (team, server, due_at_ms) values (?, ?, ?) on conflict do update set due_at_ms = excluded.due_at_ms");
        Address(write, server);
        if (due is { } at) write.Bind(3, at.ToUnixTimeMilliseconds());
        write.Run();
    }

    private static void WriteAnnounced(SqliteConnection connection, ServerKey server, Announcement announced)
    {
        using var keep = new NativeStatement(connection, """
            insert into backup_objects (team, server, kind, object, size, sha256, ticket_until_ms, announced_at_ms)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            on conflict do update set ticket_until_ms = max(ticket_until_ms, excluded.ticket_until_ms),
                noticed_at_ms = null, noticed_by = null, marked_by = null
            """);
        // What is needed again has no notice; a mark that is there is of a step that never came to be, or it would be answered as gone.
        using var reuse = new NativeStatement(connection, """
            update backup_objects set noticed_at_ms = null, noticed_by = null, marked_by = null
            where team = ? and server = ? and kind = ? and object = ? and noticed_by is not null
            """);
        using var need = new NativeStatement(connection,
            "insert into backup_needs (team, server, kind, object, snapshot) values (?, ?, ?, ?, ?) on conflict do nothing");
        Address(keep, server).Bind(8, announced.At.ToUnixTimeMilliseconds());
        Address(need, server).Bind(5, announced.Run.ToBytes());
        foreach (var (fresh, until) in announced.New)
        {
            keep.Bind(3, (long)fresh.Name.Kind).Bind(4, fresh.Name.Id.ToBytes()).Bind(5, fresh.Size).Bind(6, fresh.Sha256)
                .Bind(7, until?.ToUnixTimeMilliseconds() ?? 0).Run();
        }
        Address(reuse, server);
        foreach (var name in announced.Reused) reuse.Bind(3, (long)name.Kind).Bind(4, name.Id.ToBytes()).Run();
        foreach (var name in announced.New.Select(fresh => fresh.Object.Name).Concat(announced.Reused))
            need.Bind(3, (long)name.Kind).Bind(4, name.Id.ToBytes()).Run();
        using var sweep = new NativeStatement(
            connection, "insert into backup_sweeps (team, server, due_at_ms) values (?, ?, ?) on conflict do nothing");
        Address(sweep, server).Bind(3, SweepTime.After(server, announced.At).ToUnixTimeMilliseconds()).Run();
    }

    private static void WriteSnapshot(SqliteConnection connection, ServerKey server, CommittedSnapshot snapshot, byte[]? gate)
    {
        using var clear = new NativeStatement(connection, "delete from backup_snapshots where team = ? and server = ? and number >= ?");
        Address(clear, server).Bind(3, snapshot.Number).Run();
        using var keep = new NativeStatement(connection, $"""
            insert into backup_snapshots
                (team, server, number, snapshot, generation, kind, object, fingerprint, objects, bytes, at_ms, gate)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {(gate is null ? "null" : "?")})
            """);
        Address(keep, server).Bind(3, snapshot.Number).Bind(4, snapshot.Snapshot.ToBytes()).Bind(5, snapshot.Generation)
            .Bind(6, (long)snapshot.SnapshotObject.Kind).Bind(7, snapshot.SnapshotObject.Id.ToBytes())
            .Bind(8, Convert.FromHexString(snapshot.Fingerprint)).Bind(9, snapshot.Objects).Bind(10, snapshot.Bytes)
            .Bind(11, snapshot.At.ToUnixTimeMilliseconds());
        if (gate is not null) keep.Bind(12, gate);
        keep.Run();
    }

    private static void WriteEvidence(SqliteConnection connection, ServerKey server, KeptEvidence row, byte[] evidence)
    {
        using var clear = new NativeStatement(
            connection, "delete from backup_evidence where team = ? and server = ? and (number >= ? or number <= ?)");
        Address(clear, server).Bind(3, row.Number).Bind(4, row.Number - KeptEvidence.KeptAtMost).Run();
        using var keep = new NativeStatement(
            connection, "insert into backup_evidence (team, server, number, snapshot, at_ms, evidence) values (?, ?, ?, ?, ?, ?)");
        Address(keep, server).Bind(3, row.Number).Bind(4, row.Run.ToBytes()).Bind(5, row.At.ToUnixTimeMilliseconds()).Bind(6, evidence)
            .Run();
    }

    private Task<T> ReadAsync<T>(TeamId team, Func<TeamScope, T> read, CancellationToken cancellation) => Task.Run(() =>
    {
        using var scope = TeamScope.Open(file, team);
        return read(scope);
    }, cancellation);

    private static NativeStatement Address(NativeStatement statement, ServerKey server) =>
        statement.Bind(1, server.Team.ToBytes()).Bind(2, server.Server.ToBytes());

    private static CommittedSnapshot Snapshot(NativeStatement row) => new(
        Id<SnapshotId>(row.Bytes(0)), row.Integer(1), (int)row.Integer(2), Name(row, 3), Convert.ToHexStringLower(row.Bytes(5)),
        (int)row.Integer(6), row.Integer(7), Time(row.Integer(8)));

    private static ObjectName Name(NativeStatement row, int column) =>
        new((ObjectKind)row.Integer(column), Id<ObjectId>(row.Bytes(column + 1)));

    private static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static T Id<T>(ReadOnlySpan<byte> bytes) where T : struct, IResourceId<T> => ResourceId.TryRead<T>(bytes, out var id) ? id
        : throw new InvalidDataException("data.db: a row of the tables of backups has an id that is none.");
}
