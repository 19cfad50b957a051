using Npgsql;

namespace HostAtlas.TestSupport.Databases;

/// <summary>One database of a test's own on a <see cref="PostgresServer"/>; dropped with the test.</summary>
public sealed class PostgresDatabaseUnderTest(PostgresServer server, string name, string connection) : IAsyncDisposable
{
    /// <summary>Its name on the server.</summary>
    public string Name => name;

    /// <summary>The platform's connection string.</summary>
    public string Connection => connection;

    /// <summary>The superuser's connection string.</summary>
    public string SuperuserConnection => server.SuperuserConnection(name);

    /// <summary>The server it lies on.</summary>
    public PostgresServer Server => server;

    /// <summary>Runs statements as the superuser.</summary>
    public Task ExecuteAsync(params IEnumerable<string> statements) => server.ExecuteAsync(name, statements);

    /// <summary>Lets nobody in any more and throws out who is in.</summary>
    public Task TakeAwayAsync() => server.ExecuteAsync("postgres", $"alter database {name} allow_connections false",
        $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");

    /// <summary>Lets everybody in again.</summary>
    public Task BringBackAsync() => server.ExecuteAsync("postgres", $"alter database {name} allow_connections true");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            await server.ExecuteAsync("postgres", $"drop database if exists {name} with (force)");
        }
        catch (NpgsqlException)
        {
            // The test left its server dead: it goes as a whole, and what the test has to say is more to the point.
        }
    }
}
