using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The tables of backups in PostgreSQL. Lists of names go over as arrays: 5,000 of them are one statement.</summary>
public sealed partial class PostgresBackupStore(PostgresDatabase database, ITeamSeals seals) : IBackupStore
{
    private const string Snapshots =
        "select snapshot, number, generation, kind, object, fingerprint, objects, bytes, at_ms from backup_snapshots where server = $1";

    /// <inheritdoc />
    public async Task<ObjectRows> FindAsync(
        ServerKey server, SnapshotId run, IReadOnlyCollection<ObjectName> names, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(database, server.Team, cancellation).ConfigureAwait(false);
        var known = new Dictionary<ObjectName, KnownObject>();
        await using (var find = scope.Command("""
            select o.kind, o.object, o.size, o.sha256, o.ticket_until_ms, exists (select 1 from backup_needs n
                where n.server = o.server and n.snapshot = $2 and n.kind = o.kind and n.object = o.object), o.marked_by
            from unnest($3, $4) as w(kind, object)
            join backup_objects o on o.server = $1 and o.kind = w.kind and o.object = w.object
            """, server.Server.Value, run.Value, Kinds(names), Ids(names)))
        {
            await using var reader = await find.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                known[Name(reader, 0)] = new KnownObject(
                    reader.GetInt64(2), reader.GetFieldValue<byte[]>(3), reader.Time(4)!.Value, reader.GetBoolean(5))
                {
                    MarkedBy = reader.Ms(6),
                };
        }
        await using var living = scope.Command(
            "select kind, object from backup_objects where server = $1 and ticket_until_ms > $2", server.Server.Value, Ms(now));
        var tickets = new HashSet<ObjectName>();
        await using var rows = await living.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) tickets.Add(Name(rows, 0));
        return new ObjectRows(known, tickets);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<NeededObject>> NeededAsync(
        ServerKey server, SnapshotId run, ObjectName? after, int limit, CancellationToken cancellation) => ReadAsync(
        server.Team, """
            select n.kind, n.object, o.size, o.sha256 from backup_needs n
            join backup_objects o on o.server = n.server and o.kind = n.kind and o.object = n.object
            where n.server = $1 and n.snapshot = $2 and (n.kind, n.object) > ($3, $4) order by n.kind, n.object limit $5
            """, reader => new NeededObject(Name(reader, 0), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3)), cancellation,
        server.Server.Value, run.Value, (int)(after?.Kind ?? 0), after?.Id.Value ?? Guid.Empty, limit);

    /// <inheritdoc />
    public async Task<CommittedSnapshot?> FindSnapshotAsync(ServerKey server, SnapshotId snapshot, CancellationToken cancellation) =>
        (await ReadAsync(server.Team, Snapshots + " and snapshot = $2 order by number desc limit 1", Snapshot, cancellation,
            server.Server.Value, snapshot.Value).ConfigureAwait(false)).SingleOrDefault();

    /// <inheritdoc />
    public async Task<EvidenceRow?> EvidenceAsync(ServerKey server, long number, CancellationToken cancellation) =>
        (await ReadAsync(server.Team, "select snapshot, at_ms, evidence from backup_evidence where server = $1 and number = $2",
            row => SealedEvidence.TryOpen(
                seals, server, number, row.Id<SnapshotId>(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)), cancellation,
            server.Server.Value, number).ConfigureAwait(false)).SingleOrDefault();

    /// <inheritdoc />
    public async Task<long> TeamBytesAsync(TeamId team, CancellationToken cancellation) =>
        (await ReadAsync(team, "select coalesce(sum(size), 0)::bigint from backup_objects", reader => reader.GetInt64(0), cancellation)
            .ConfigureAwait(false))[0];

    /// <inheritdoc />
    public Task WriteAsync(ServerKey server, BackupWrites writes, CancellationToken cancellation)
    {
        // Before the transaction: a team's first seal writes its key, on a connection of its own.
        var gate = writes.Kept is { Gate: { } told, Snapshot: var snapshot }
            ? seals.Get(server.Team).Seal(KeptSnapshot.GatePlace(server.Server, snapshot), told)
            : null;
        var evidence = writes.Evidence is { } found ? SealedEvidence.Seal(seals, server, found) : null;
        return database.RunAsync(PostgresRole.Backups, async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(Due(server, writes.Due));
            if (writes.Announced is { } announced) AddAnnounced(batch, server, announced);
            if (writes.Kept is { } kept) AddKept(batch, server, kept.Snapshot, gate);
            if (writes.Evidence is { } row) AddEvidence(batch, server, row, evidence!);
            if (writes.Sweep is { } sweep) PostgresSweepWriter.Add(batch, server, sweep);
            await batch.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            await transaction.CommitAsync(token).ConfigureAwait(false);
            return true;
        }, cancellation);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<ServerKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) =>
        database.RunAsync<IReadOnlyList<ServerKey>>(PostgresRole.Backups, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                "select team, server from backup_due where due_at_ms <= $1 order by due_at_ms limit $2", connection);
            command.Parameters.AddWithValue(Ms(now));
            command.Parameters.AddWithValue(limit);
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var servers = new List<ServerKey>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
                servers.Add(new ServerKey(reader.Id<TeamId>(0), reader.Id<ServerId>(1)));
            return servers;
        }, cancellation);

    private static NpgsqlBatchCommand Due(ServerKey server, DateTimeOffset? due) => due is { } at
        ? Command("""
            insert into backup_due (team, server, due_at_ms) values ($1, $2, $3)
            on conflict (team, server) do update set due_at_ms = excluded.due_at_ms
            """, server.Team.Value, server.Server.Value, Ms(at))
        : Command("delete from backup_due where team = $1 and server = $2", server.Team.Value, server.Server.Value);

    private static void AddAnnounced(NpgsqlBatch batch, ServerKey server, Announcement announced)
    {
        ObjectName[] fresh = [.. announced.New.Select(row => row.Object.Name)], all = [.. fresh, .. announced.Reused];
        batch.BatchCommands.Add(Command("""
            insert into backup_objects (team, server, kind, object, size, sha256, ticket_until_ms, announced_at_ms)
            select $1, $2, w.kind, w.object, w.size, w.sha256, w.until_ms, $8
            from unnest($3, $4, $5, $6, $7) as w(kind, object, size, sha256, until_ms)
            on conflict (team, server, kind, object)
                do update set ticket_until_ms = greatest(backup_objects.ticket_until_ms, excluded.ticket_until_ms),
                    noticed_at_ms = null, noticed_by = null, marked_by = null
            """, server.Team.Value, server.Server.Value, Kinds(fresh), Ids(fresh), announced.New.Select(row => row.Object.Size).ToArray(),
            announced.New.Select(row => row.Object.Sha256).ToArray(),
            announced.New.Select(row => row.TicketUntil is { } until ? Ms(until) : 0).ToArray(), Ms(announced.At)));
        // What is needed again has no notice; a mark that is there is of a step that never came to be, or it would be answered as gone.
        batch.BatchCommands.Add(Command("""
            update backup_objects o set noticed_at_ms = null, noticed_by = null, marked_by = null
            from unnest($3, $4) as w(kind, object)
            where o.team = $1 and o.server = $2 and o.kind = w.kind and o.object = w.object and o.noticed_by is not null
            """, server.Team.Value, server.Server.Value, Kinds(announced.Reused), Ids(announced.Reused)));
        batch.BatchCommands.Add(Command(
            "insert into backup_sweeps (team, server, due_at_ms) values ($1, $2, $3) on conflict (team, server) do nothing",
            server.Team.Value, server.Server.Value, Ms(SweepTime.After(server, announced.At))));
        batch.BatchCommands.Add(Command("""
            insert into backup_needs (team, server, snapshot, kind, object)
            select $1, $2, $3, w.kind, w.object from unnest($4, $5) as w(kind, object) on conflict do nothing
            """, server.Team.Value, server.Server.Value, announced.Run.Value, Kinds(all), Ids(all)));
    }

    private static void AddKept(NpgsqlBatch batch, ServerKey server, CommittedSnapshot snapshot, byte[]? gate)
    {
        batch.BatchCommands.Add(Command("delete from backup_snapshots where team = $1 and server = $2 and number >= $3",
            server.Team.Value, server.Server.Value, snapshot.Number));
        batch.BatchCommands.Add(Command("""
            insert into backup_snapshots
                (team, server, number, snapshot, generation, kind, object, fingerprint, objects, bytes, at_ms, gate)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::bytea)
            """, server.Team.Value, server.Server.Value, snapshot.Number, snapshot.Snapshot.Value, snapshot.Generation,
            (int)snapshot.SnapshotObject.Kind, snapshot.SnapshotObject.Id.Value, Convert.FromHexString(snapshot.Fingerprint),
            snapshot.Objects, snapshot.Bytes, Ms(snapshot.At), (object?)gate ?? DBNull.Value));
    }

    private static void AddEvidence(NpgsqlBatch batch, ServerKey server, KeptEvidence row, byte[] evidence)
    {
        batch.BatchCommands.Add(Command(
            "delete from backup_evidence where team = $1 and server = $2 and (number >= $3 or number <= $4)",
            server.Team.Value, server.Server.Value, row.Number, row.Number - KeptEvidence.KeptAtMost));
        batch.BatchCommands.Add(Command(
            "insert into backup_evidence (team, server, number, snapshot, at_ms, evidence) values ($1, $2, $3, $4, $5, $6)",
            server.Team.Value, server.Server.Value, row.Number, row.Run.Value, Ms(row.At), evidence));
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        TeamId team, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params object[] parameters)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false);
        await using var command = scope.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) rows.Add(row(reader));
        return rows;
    }

    private static CommittedSnapshot Snapshot(NpgsqlDataReader row) => new(
        row.Id<SnapshotId>(0), row.GetInt64(1), row.GetInt32(2), Name(row, 3), Convert.ToHexStringLower(row.GetFieldValue<byte[]>(5)),
        row.GetInt32(6), row.GetInt64(7), row.Time(8)!.Value);

    private static ObjectName Name(NpgsqlDataReader row, int column) => new((ObjectKind)row.GetInt32(column), row.Id<ObjectId>(column + 1));

    internal static int[] Kinds(IReadOnlyCollection<ObjectName> names) => [.. names.Select(name => (int)name.Kind)];

    internal static Guid[] Ids(IReadOnlyCollection<ObjectName> names) => [.. names.Select(name => name.Id.Value)];

    internal static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }

    internal static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
