using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The projection's tables in PostgreSQL.</summary>
public sealed class PostgresProjectionStore(PostgresDatabase database, ITeamSeals seals, AuditSeal audit) : IProjectionStore
{
    private const string Name = "directory";
    // Statements that go over in one piece; a rebuild of a large platform has tens of thousands.
    private const int RowsAPiece = 500;

    /// <inheritdoc />
    public Task<long> ReadOffsetAsync(CancellationToken cancellation) => database.RunAsync(PostgresRole.Projector,
        (connection, token) => OffsetAsync(connection, "select \"offset\" from projection where name = $1", token), cancellation);

    /// <inheritdoc />
    public Task<ProjectedRows> LoadAsync(IReadOnlyCollection<TeamId> teams, IReadOnlyCollection<ServerKey> servers, AuditWanted wanted,
        CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Projector, async (connection, token) =>
        {
            var destroyed = new HashSet<TeamId>();
            var rows = new ProjectedRows(
                await TeamsAsync(connection, teams, destroyed, token).ConfigureAwait(false),
                await ServersAsync(connection, servers, destroyed, token).ConfigureAwait(false),
                await PostgresAuditRows.LoadAsync(connection, audit, wanted, token).ConfigureAwait(false));
            foreach (var team in destroyed) rows.Drop(team);
            return rows;
        }, cancellation);

    /// <inheritdoc />
    public Task SaveAsync(long from, long to, ProjectedRows rows, CancellationToken cancellation) =>
        WriteAsync(from, to, rows, replace: false, cancellation);

    /// <inheritdoc />
    public Task ReplaceAsync(long offset, ProjectedRows rows, CancellationToken cancellation) =>
        WriteAsync(offset, offset, rows, replace: true, cancellation);

    /// <inheritdoc />
    public Task<bool> AnyTeamAsync(CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Projector, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("select exists (select 1 from teams)", connection);
            return (bool)(await command.ExecuteScalarAsync(token).ConfigureAwait(false))!;
        }, cancellation);

    private async Task WriteAsync(long from, long to, ProjectedRows rows, bool replace, CancellationToken cancellation)
    {
        // Before the transaction: a team's first seal writes its key, on a connection of its own.
        var puts = rows.ChangedTeams.Select(PutTeam).Concat(rows.ChangedServers.Select(PutServer))
            .Concat(rows.Audit is { } added ? PostgresAuditRows.Puts(audit, seals, added) : []).ToList();
        await using var connection = await database.Of(PostgresRole.Projector).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        // Locked, so that the offset which is compared is the one which is moved; the row must be there to be locked.
        await RunAsync(connection, [Command("insert into projection (name, \"offset\") values ($1, 0) on conflict do nothing", Name)],
            cancellation).ConfigureAwait(false);
        var stands = await OffsetAsync(connection, "select \"offset\" from projection where name = $1 for update", cancellation)
            .ConfigureAwait(false);
        if (stands != from) throw new ProjectionMovedException(from);
        if (replace)
            await RunAsync(connection, [Command("delete from servers"), Command("delete from teams")], cancellation).ConfigureAwait(false);
        foreach (var team in rows.DroppedTeams)
        {
            await RunAsync(connection, [Command("delete from servers where team = $1", team.Value),
                Command("delete from teams where team = $1", team.Value)], cancellation).ConfigureAwait(false);
        }
        foreach (var server in rows.DroppedServers)
        {
            const string Delete = "delete from servers where team = $1 and server = $2";
            await RunAsync(connection, [Command(Delete, server.Team.Value, server.Server.Value)], cancellation).ConfigureAwait(false);
        }
        foreach (var piece in puts.Chunk(RowsAPiece)) await RunAsync(connection, piece, cancellation).ConfigureAwait(false);
        await RunAsync(connection, [Command("update projection set \"offset\" = $2 where name = $1", Name, to)], cancellation)
            .ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
    }

    private NpgsqlBatchCommand PutTeam(ProjectedTeam row) => Command("""
        insert into teams (team, name, founded_at_ms, plan, entity_seq) values ($1, $2, $3, $4::integer, $5)
        on conflict (team) do update set name = excluded.name, founded_at_ms = excluded.founded_at_ms, plan = excluded.plan,
          entity_seq = excluded.entity_seq
        """, row.Team.Value, SealedName.Seal(seals, row.Team, null, row.Name), row.FoundedAtMs, row.Plan, row.EntitySeq);

    private NpgsqlBatchCommand PutServer(ProjectedServer row) => Command("""
        insert into servers (team, server, name, created_at_ms, first_report_ms, silent_since_ms, entity_seq)
        values ($1, $2, $3, $4, $5::bigint, $6::bigint, $7)
        on conflict (team, server) do update set name = excluded.name, created_at_ms = excluded.created_at_ms,
          first_report_ms = excluded.first_report_ms, silent_since_ms = excluded.silent_since_ms, entity_seq = excluded.entity_seq
        """, row.Key.Team.Value, row.Key.Server.Value, SealedName.Seal(seals, row.Key.Team, row.Key.Server, row.Name), row.CreatedAtMs,
        row.FirstReportMs, row.SilentSinceMs, row.EntitySeq);

    private async Task<IReadOnlyList<ProjectedTeam>> TeamsAsync(
        NpgsqlConnection connection, IReadOnlyCollection<TeamId> teams, HashSet<TeamId> destroyed, CancellationToken cancellation)
    {
        if (teams.Count == 0) return [];
        await using var command = new NpgsqlCommand(
            "select team, name, founded_at_ms, plan, entity_seq from teams where team = any($1)", connection);
        command.Parameters.AddWithValue(teams.Select(team => team.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var rows = new List<ProjectedTeam>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var team = reader.Id<TeamId>(0);
            if (NameOf(team, null, reader.GetFieldValue<byte[]>(1), destroyed) is not { } name) continue;
            rows.Add(new ProjectedTeam(team, name, reader.GetInt64(2),
                reader.IsDBNull(3) ? null : reader.GetInt32(3), reader.GetInt64(4)));
        }
        return rows;
    }

    private async Task<IReadOnlyList<ProjectedServer>> ServersAsync(
        NpgsqlConnection connection, IReadOnlyCollection<ServerKey> servers, HashSet<TeamId> destroyed, CancellationToken cancellation)
    {
        if (servers.Count == 0) return [];
        await using var command = new NpgsqlCommand("""
            select s.team, s.server, s.name, s.created_at_ms, s.first_report_ms, s.silent_since_ms, s.entity_seq
            from unnest($1, $2) as w(team, server) join servers s on s.team = w.team and s.server = w.server
            """, connection);
        command.Parameters.AddWithValue(servers.Select(server => server.Team.Value).ToArray());
        command.Parameters.AddWithValue(servers.Select(server => server.Server.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var rows = new List<ProjectedServer>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var key = new ServerKey(reader.Id<TeamId>(0), reader.Id<ServerId>(1));
            if (NameOf(key.Team, key.Server, reader.GetFieldValue<byte[]>(2), destroyed) is not { } name) continue;
            rows.Add(new ProjectedServer(key, name,
                reader.GetInt64(3), reader.Ms(4), reader.Ms(5), reader.GetInt64(6)));
        }
        return rows;
    }

    private string? NameOf(TeamId team, ServerId? server, byte[] sealedName, HashSet<TeamId> destroyed)
    {
        try
        {
            return SealedName.OpenOrDamaged(seals, team, server, sealedName);
        }
        catch (TeamKeyDestroyedException)
        {
            destroyed.Add(team);
            return null;
        }
    }

    private static async Task<long> OffsetAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(Name);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as long? ?? 0;
    }

    private static async Task RunAsync(
        NpgsqlConnection connection, IReadOnlyCollection<NpgsqlBatchCommand> commands, CancellationToken cancellation)
    {
        await using var batch = connection.CreateBatch();
        foreach (var command in commands) batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter ?? DBNull.Value);
        return command;
    }
}
