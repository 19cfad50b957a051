using System.Collections.Concurrent;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// The platform's database on a PostgreSQL server: a pool of connections for each role. All of them sign in as the same login, which has no
/// right of its own.
/// </summary>
public sealed class PostgresDatabase : IDisposable
{
    private readonly NpgsqlConnectionStringBuilder _connection;
    private readonly ConcurrentDictionary<string, NpgsqlDataSource> _sources = new();

    /// <summary>Takes a connection string that <see cref="StoreOptions.Faults"/> found nothing wrong with; nothing is opened yet.</summary>
    public PostgresDatabase(string connection)
    {
        (_connection, var faults) = ConnectionRules.Read(connection);
        if (faults.Count > 0) throw new ArgumentException(string.Join(' ', faults), nameof(connection));
    }

    /// <summary>Server and database as an operator knows them; no password.</summary>
    public string Name => $"{_connection.Host}:{_connection.Port}/{_connection.Database}";

    /// <summary>The login.</summary>
    internal string Login => _connection.Username!;

    /// <summary>The database's name.</summary>
    internal string Database => _connection.Database!;

    /// <summary>The file with the authority of the server's certificate, when one is named.</summary>
    internal string? RootCertificate => _connection.RootCertificate;

    /// <summary>Whether the connection string forbids TLS.</summary>
    internal bool IsPlain => _connection.SslMode == SslMode.Disable;

    /// <summary>The role's pool.</summary>
    internal NpgsqlDataSource Of(PostgresRole role) =>
        _sources.GetOrAdd(role.Name, _ => new NpgsqlDataSourceBuilder(ConnectionString(role)) { Name = role.Name }.Build());

    /// <summary>The login without a role and without a pool, to look what is there.</summary>
    internal NpgsqlConnection NewLoginConnection(string? options = null) => new(new NpgsqlConnectionStringBuilder(
        _connection.ConnectionString)
    {
        ApplicationName = AppName,
        Pooling = false,
        Timeout = 5,
        CommandTimeout = 10,
        Options = options,
    }.ConnectionString);

    /// <summary>How a role connects.</summary>
    internal string ConnectionString(PostgresRole role) => new NpgsqlConnectionStringBuilder(_connection.ConnectionString)
    {
        ApplicationName = AppName,
        Options = role.StartOptions,
        MaxPoolSize = role.Connections,
        ConnectionIdleLifetime = 60,
        Timeout = 2,
        // The server's own limit comes first; this one is for a server that says nothing any more.
        CommandTimeout = (int)role.Statement.TotalSeconds + 1,
        CancellationTimeout = 500,
        KeepAlive = 30,
        Enlist = false,
    }.ConnectionString;

    /// <summary>
    /// Does work on a connection of a role. Work that meets a connection which the server closed while it lay in the pool (it restarted) is
    /// done once more: so it must be work that may be done twice.
    /// </summary>
    internal async Task<T> RunAsync<T>(
        PostgresRole role, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        for (var first = true; ; first = false)
        {
            try
            {
                await using var connection = await Of(role).OpenConnectionAsync(cancellation).ConfigureAwait(false);
                return await work(connection, cancellation).ConfigureAwait(false);
            }
            catch (NpgsqlException closed) when (first && PostgresFaults.IsClosedConnection(closed))
            {
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var source in _sources.Values) source.Dispose();
    }

    private string AppName => _connection.ApplicationName ?? "hostatlas";
}
