using HostAtlas.TestSupport.Processes;
using Npgsql;

namespace HostAtlas.TestSupport.Databases;

/// <summary>
/// A real PostgreSQL of this test run's own (<c>servers/pg.sh</c>): started by the first test that asks for it, on a free port; stopped and
/// deleted by a guard of the script's as soon as this process is gone, however it goes.
/// </summary>
public sealed class PostgresServer
{
    /// <summary>The password of the platform's login.</summary>
    public const string Password = "trial-only";

    /// <summary>The platform's login: as on a real server, without any right of its own.</summary>
    public const string Login = "hostatlas";

    private static readonly Lazy<Task<PostgresServer>> One = new(() => StartAsync());
    private static int _databases;

    private readonly string _folder;
    private readonly string _loginConnection;
    private readonly SemaphoreSlim _template = new(1, 1);
    // Roles belong to the whole server: two scripts that alter one at a time fail ("tuple concurrently updated").
    private readonly SemaphoreSlim _roles = new(1, 1);
    private bool _hasTemplate;

    private PostgresServer(string folder, string loginConnection) => (_folder, _loginConnection) = (folder, loginConnection);

    /// <summary>Everything of the server's: its data, its write-ahead log, and what it says in <c>server.log</c>.</summary>
    public string Folder => _folder;

    /// <summary>The server that all tests of this assembly share.</summary>
    public static Task<PostgresServer> SharedAsync() => One.Value;

    /// <summary>A server of its own, for tests that kill it.</summary>
    /// <param name="isDurable">Whether it syncs, as a real one does; tests gain nothing by it and wait.</param>
    public static async Task<PostgresServer> StartAsync(bool isDurable = false)
    {
        // Not below a test's own folder: the user postgres must be able to reach it.
        var folder = Path.Combine(Path.GetTempPath(), $"hostatlas-pg-{Environment.ProcessId}-{Interlocked.Increment(ref _databases)}");
        var port = FreePort.Next().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var connection = await RunAsync("start", folder, port, isDurable ? "" : "fast");
        await RunAsync("guard", folder, Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new PostgresServer(folder, connection.Trim());
    }

    /// <summary>An empty database, made ready for the platform as an operator would.</summary>
    public Task<PostgresDatabaseUnderTest> NewDatabaseAsync() => NewDatabaseAsync(template: null);

    /// <summary>
    /// A database with everything in it that <paramref name="prepare"/> makes of an empty one, given its connection string. It runs once a
    /// server; each further database is a copy, which takes a tenth of the time.
    /// </summary>
    public async Task<PostgresDatabaseUnderTest> NewDatabaseAsync(Action<string> prepare)
    {
        await _template.WaitAsync();
        try
        {
            if (!_hasTemplate)
            {
                var made = await NewDatabaseAsync("template0", "prepared");
                prepare(made.Connection);
                // Nobody may be connected to what is copied.
                NpgsqlConnection.ClearAllPools();
                await ExecuteAsync("postgres", "alter database prepared allow_connections false",
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'prepared'");
                _hasTemplate = true;
            }
            return await NewDatabaseAsync("prepared");
        }
        finally
        {
            _template.Release();
        }
    }

    /// <summary>kill -9 of every process of the server.</summary>
    public Task KillAsync() => RunAsync("kill", _folder);

    /// <summary>Stops it as an operator would.</summary>
    public Task StopAsync() => RunAsync("stop", _folder);

    /// <summary>Starts it again on its data and port.</summary>
    public Task StartAgainAsync() => RunAsync("start", _folder);

    /// <summary>Stops it and deletes its data.</summary>
    public Task DropAsync() => RunAsync("drop", _folder);

    /// <summary>Writes everything in a database to a file, as SQL.</summary>
    public Task DumpAsync(string database, string file) => RunAsync("dump", _folder, database, file);

    /// <summary>How the server's superuser reaches a database, past every policy: to look at what really lies there.</summary>
    public string SuperuserConnection(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = _folder,
        Port = new NpgsqlConnectionStringBuilder(_loginConnection).Port,
        Username = "postgres",
        Database = database,
        Pooling = false,
    }.ConnectionString;

    /// <summary>Runs statements as the superuser, each in a transaction of its own.</summary>
    public async Task ExecuteAsync(string database, params IEnumerable<string> statements)
    {
        await using var connection = new NpgsqlConnection(SuperuserConnection(database));
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task<PostgresDatabaseUnderTest> NewDatabaseAsync(string? template, string? name = null)
    {
        name ??= $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync("postgres", $"create database {name} template {template ?? "template0"}");
        var roles = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "src", "Engine", "Storage", "Postgres", "roles.sql"));
        await _roles.WaitAsync();
        try
        {
            await ExecuteAsync(name, roles.Replace(":\"login\"", Login, StringComparison.Ordinal)
                .Replace(":\"database\"", name, StringComparison.Ordinal));
        }
        finally
        {
            _roles.Release();
        }
        var connection = new NpgsqlConnectionStringBuilder(_loginConnection) { Database = name }.ConnectionString;
        return new PostgresDatabaseUnderTest(this, name, connection);
    }

    private static async Task<string> RunAsync(string verb, params string[] arguments)
    {
        var script = Path.Combine(Repository.Root, "tests", "TestSupport", "servers", "pg.sh");
        var finished = await ChildProcess.RunAsync("bash", [script, verb, .. arguments], TimeSpan.FromMinutes(3));
        return finished.ExitCode == 0
            ? finished.Output
            : throw new InvalidOperationException($"pg.sh {verb} ended with {finished.ExitCode}:\n{finished.LastWords}");
    }
}
