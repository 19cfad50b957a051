using System.Data;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// A transaction that sees one team's rows and nothing else. Every read of a team's data goes through one.
/// <para>
/// The connection has the role <c>hostatlas_reader</c>, which is subject to row level security, and the transaction names the team: the
/// policies compare each row with it. The setting ends with the transaction, so a connection that goes back to the pool, after a fault
/// too, sees nothing. One query cannot change it, whatever it says: the database lets nobody call what sets a setting
/// (<c>roles.sql</c>), and a scope runs one query at a time and nothing else. Who speaks to the server past the scope could take another
/// role, though: it stands against statements that a mistake makes, not against somebody who has the platform's connection.
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

    /// <summary>
    /// A command in the scope; parameters are <c>$1</c>, <c>$2</c>, …. <see cref="InvalidOperationException"/> when it is not one query:
    /// SET and whatever else is a statement of its own could leave the team behind for the next.
    /// </summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        if (!IsOneQuery(sql)) throw new InvalidOperationException("A team's scope runs one query at a time, and nothing else.");
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

    // Coarse on purpose: no query of the platform's has a semicolon, not even in a text.
    private static bool IsOneQuery(string sql)
    {
        var text = sql.AsSpan().TrimStart();
        const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;
        return (text.StartsWith("select", AnyCase) || text.StartsWith("with", AnyCase)) && !text.Contains(';');
    }

    private static async Task<PostgresTeamScope> OpenAsync(
        PostgresDatabase database, TeamId team, bool again, CancellationToken cancellation)
    {
        var connection = await database.Of(PostgresRole.Reader).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Begins with the first statement, in one round trip with it.
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
            // SET takes no parameters; an id is hexadecimal digits and dashes, whoever sent it.
            await using var name = new NpgsqlCommand($"set local hostatlas.team_id = '{team.Value:D}'", connection, transaction);
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
