using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The projection's tables in <c>data.db</c>. A connection a call: a write follows an event of the journal, which is rare beside the
/// metrics.
/// </summary>
public sealed class SqliteProjectionStore(DataFile file, ITeamSeals seals, AuditSeal audit) : IProjectionStore
{
    private const string Name = "directory";

    /// <inheritdoc />
    public Task<long> ReadOffsetAsync(CancellationToken cancellation) => Task.Run(() =>
    {
        using var connection = file.OpenReader();
        return Offset(connection);
    }, cancellation);

    /// <inheritdoc />
    public Task<ProjectedRows> LoadAsync(IReadOnlyCollection<TeamId> teams, IReadOnlyCollection<ServerKey> servers, AuditWanted wanted,
        CancellationToken cancellation) => Task.Run(() =>
    {
        using var connection = file.OpenReader();
        var destroyed = new HashSet<TeamId>();
        var rows = new ProjectedRows(
            teams.Select(team => Unless(destroyed, team, () => Team(connection, team))).OfType<ProjectedTeam>(),
            servers.Select(server => Unless(destroyed, server.Team, () => Server(connection, server))).OfType<ProjectedServer>(),
            SqliteAuditRows.Load(connection, audit, wanted));
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
    public Task<bool> AnyTeamAsync(CancellationToken cancellation) => Task.Run(() =>
    {
        using var connection = file.OpenReader();
        using var command = Command(connection, "select exists (select 1 from teams)");
        return (long)command.ExecuteScalar()! == 1;
    }, cancellation);

    private Task WriteAsync(long from, long to, ProjectedRows rows, bool replace, CancellationToken cancellation) => Task.Run(() =>
    {
        // Before the transaction: a team's first seal writes its key, on a connection of its own.
        var teams = rows.ChangedTeams.Select(row => (Row: row, Name: SealedName.Seal(seals, row.Team, null, row.Name))).ToList();
        var servers = rows.ChangedServers.Select(row => (Row: row, Name: SealedName.Seal(seals, row.Key.Team, row.Key.Server, row.Name)))
            .ToList();
        var logs = rows.Audit is { } added ? SqliteAuditRows.Seal(audit, seals, added) : null;
        using var connection = file.OpenWriter();
        // Immediate, so that the offset which is compared is the one which is moved.
        using var transaction = connection.BeginTransaction(deferred: false);
        if (Offset(connection) != from) throw new ProjectionMovedException(from);
        if (replace) DataFile.Execute(connection, "delete from servers; delete from teams;");
        using var drop = Command(connection, "delete from servers where team = $team; delete from teams where team = $team");
        foreach (var team in rows.DroppedTeams) Execute(drop, ("$team", team.ToBytes()));
        using var dropServer = Command(connection, "delete from servers where team = $team and server = $server");
        foreach (var server in rows.DroppedServers)
            Execute(dropServer, ("$team", server.Team.ToBytes()), ("$server", server.Server.ToBytes()));
        using var putTeam = Command(connection, """
            insert into teams (team, name, founded_at_ms, plan, entity_seq) values ($team, $name, $founded, $plan, $seq)
            on conflict (team) do update set name = excluded.name, founded_at_ms = excluded.founded_at_ms, plan = excluded.plan,
              entity_seq = excluded.entity_seq
            """);
        foreach (var (row, name) in teams)
            Execute(putTeam, ("$team", row.Team.ToBytes()), ("$name", name), ("$founded", row.FoundedAtMs), ("$plan", row.Plan),
                ("$seq", row.EntitySeq));
        using var putServer = Command(connection, """
            insert into servers (team, server, name, created_at_ms, first_report_ms, silent_since_ms, entity_seq)
            values ($team, $server, $name, $created, $first, $silent, $seq)
            on conflict (team, server) do update set name = excluded.name, created_at_ms = excluded.created_at_ms,
              first_report_ms = excluded.first_report_ms, silent_since_ms = excluded.silent_since_ms, entity_seq = excluded.entity_seq
            """);
        foreach (var (row, name) in servers)
            Execute(putServer, ("$team", row.Key.Team.ToBytes()), ("$server", row.Key.Server.ToBytes()),
                ("$name", name),
                ("$created", row.CreatedAtMs), ("$first", row.FirstReportMs), ("$silent", row.SilentSinceMs), ("$seq", row.EntitySeq));
        logs?.Write(connection);
        using var move = Command(connection, """
            insert into projection (name, "offset") values ($name, $to)
            on conflict (name) do update set "offset" = excluded."offset"
            """);
        Execute(move, ("$name", Name), ("$to", to));
        transaction.Commit();
    }, cancellation);

    private static long Offset(SqliteConnection connection)
    {
        using var command = Command(connection, "select \"offset\" from projection where name = $name");
        command.Parameters.AddWithValue("$name", Name);
        return command.ExecuteScalar() as long? ?? 0;
    }

    private static T? Unless<T>(HashSet<TeamId> destroyed, TeamId team, Func<T?> read) where T : class
    {
        try
        {
            return read();
        }
        catch (TeamKeyDestroyedException)
        {
            destroyed.Add(team);
            return null;
        }
    }

    private ProjectedTeam? Team(SqliteConnection connection, TeamId team)
    {
        using var command = Command(connection, "select name, founded_at_ms, plan, entity_seq from teams where team = $team");
        command.Parameters.AddWithValue("$team", team.ToBytes());
        using var reader = command.ExecuteReader();
        if (!reader.Read()) return null;
        int? plan = reader.IsDBNull(2) ? null : reader.GetInt32(2);
        var name = SealedName.OpenOrDamaged(seals, team, null, reader.GetFieldValue<byte[]>(0));
        return new ProjectedTeam(team, name, reader.GetInt64(1), plan, reader.GetInt64(3));
    }

    private ProjectedServer? Server(SqliteConnection connection, ServerKey server)
    {
        using var command = Command(connection, """
            select name, created_at_ms, first_report_ms, silent_since_ms, entity_seq from servers
            where team = $team and server = $server
            """);
        command.Parameters.AddWithValue("$team", server.Team.ToBytes());
        command.Parameters.AddWithValue("$server", server.Server.ToBytes());
        using var reader = command.ExecuteReader();
        if (!reader.Read()) return null;
        var name = SealedName.OpenOrDamaged(seals, server.Team, server.Server, reader.GetFieldValue<byte[]>(0));
        return new ProjectedServer(server, name, reader.GetInt64(1), Ms(reader, 2), Ms(reader, 3), reader.GetInt64(4));
    }

    private static long? Ms(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void Execute(SqliteCommand command, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        command.Parameters.Clear();
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}
