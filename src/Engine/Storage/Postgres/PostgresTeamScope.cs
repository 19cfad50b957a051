using System.Data;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// A transaction that sees one team's rows and nothing else. Every read of a team's data goes through one.
/// <para>
/// The connection has the role <c>hostatlas_reader</c>, which is subject to row level security, and the transaction names the team: the
/// policies compare each row with it. The setting ends with the transaction, so a connection that goes back to the pool, after a fault
/// too, sees nothing. Unlike SQLite's scope this one does not stand against statements of an attacker's own making, who could take another
/// role; it stands against the platform's own mistakes. No statement is ever made of what people send: they hand in parameters.
/// </para>
/// </summary>
public sealed class PostgresTeamScope : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private PostgresTeamScope(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_connection, _transaction) = (connection, transaction);

    /// <summary>Opens a scope for a team. All of its statements see the database as it was at its first one.</summary>
    public static Task<PostgresTeamScope> OpenAsync(PostgresDatabase database, TeamId team, CancellationToken cancellation) =>
        OpenAsync(database, team, again: true, cancellation);

    /// <summary>A command in the scope; parameters are <c>$1</c>, <c>$2</c>, ….</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<PostgresTeamScope> OpenAsync(
        PostgresDatabase database, TeamId team, bool again, CancellationToken cancellation)
    {
        var connection = await database.Of(PostgresRole.Reader).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Begins with the first statement, in one round trip with it.
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
            await using var name = new NpgsqlCommand("select set_config('hostatlas.team_id', $1, true)", connection, transaction);
            name.Parameters.AddWithValue(team.ToString());
            await name.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            return new PostgresTeamScope(connection, transaction);
        }
        catch (NpgsqlException closed) when (again && PostgresFaults.IsClosedConnection(closed))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            return await OpenAsync(database, team, again: false, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
