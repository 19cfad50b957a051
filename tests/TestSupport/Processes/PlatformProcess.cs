using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.TestSupport.Processes;

/// <summary>
/// A real platform in one process, as its operator starts it: <c>HostAtlas.Gateway serve</c> on loopback with a data folder of its own.
/// It can be killed, stopped and started again on the same data and port.
/// </summary>
public sealed class PlatformProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];
    private ChildProcess? _process;

    private PlatformProcess()
    {
    }

    /// <summary>The data folder, <c>DATA</c> of the protocol.</summary>
    public string Data => _folder.File("data");

    /// <summary>Where it listens.</summary>
    public Uri Url { get; } = new($"https://127.0.0.1:{FreePort.Next()}");

    /// <summary>Its database when that is PostgreSQL, or null: then everything lies in the data folder.</summary>
    public PostgresDatabaseUnderTest? Database { get; private set; }

    /// <summary>The id of the running process.</summary>
    public int Id => Running.Id;

    /// <summary>Its last lines of output.</summary>
    public string LastWords => _process?.LastWords ?? "";

    /// <summary>The configuration it was started with, beside its folder and address.</summary>
    internal IReadOnlyDictionary<string, string> Configuration => _environment;

    /// <summary>How long the last start took until it answered.</summary>
    public TimeSpan LastStart { get; private set; }

    private ChildProcess Running => _process ?? throw new InvalidOperationException("The platform is not running.");

    /// <summary>Starts a platform on an empty data folder and an empty database, and waits until it answers.</summary>
    /// <param name="store">Which database; a PostgreSQL server is shared by the tests of an assembly.</param>
    /// <param name="server">A PostgreSQL server of the test's own, to be killed.</param>
    /// <param name="environment">More configuration, e.g. <c>HOSTATLAS__INGEST__QUEUE</c>.</param>
    public static async Task<PlatformProcess> StartAsync(PlatformStore store = PlatformStore.Sqlite, PostgresServer? server = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var platform = new PlatformProcess();
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) platform._environment[name] = value;
        Directory.CreateDirectory(platform.Data);
        if (store == PlatformStore.Postgresql)
            await platform.UseAsync(await (server ?? await PostgresServer.SharedAsync()).NewDatabaseAsync());
        await platform.StartAgainAsync();
        return platform;
    }

    /// <summary>Lets the next start be on a PostgreSQL database, which goes with the platform.</summary>
    public async Task UseAsync(PostgresDatabaseUnderTest database)
    {
        Database = database;
        _environment["HOSTATLAS__STORE__KIND"] = "postgresql";
        _environment["HOSTATLAS__STORE__CONNECTION_FILE"] = await WriteConnectionAsync(database);
    }

    /// <summary>A file of mode 0600 with a database's connection string.</summary>
    public async Task<string> WriteConnectionAsync(PostgresDatabaseUnderTest database)
    {
        var file = _folder.File("connection");
        await File.WriteAllTextAsync(file, database.Connection + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    /// <summary>Starts it on its old data and port and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        _process = ChildProcess.StartAssembly("Gateway", ["serve", "--data", Data, "--url", Url.ToString().TrimEnd('/')], _environment);
        LastStart = await Poll.UntilAsync(
            "the platform's first answer", StartLimit, () => FirstAnswer.HasComeAsync(Running, "platform", Url, Data));
    }

    /// <summary>SIGKILL at this very moment.</summary>
    public async Task KillAsync()
    {
        await Running.KillAsync();
        await Running.DisposeAsync();
        _process = null;
    }

    /// <summary>SIGTERM, as systemd stops it; gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        var finished = await Running.TerminateAsync(TimeSpan.FromSeconds(40));
        await Running.DisposeAsync();
        _process = null;
        return finished.ExitCode;
    }

    /// <summary>Runs an operator's command; throws with its words unless it ends with 0. Gives its standard output.</summary>
    public async Task<string> OpsAsync(params string[] arguments)
    {
        var finished = await ChildProcess.RunAssemblyAsync("Gateway", ["ops", .. arguments, "--data", Data]);
        return finished.ExitCode == 0
            ? finished.Output
            : throw new InvalidOperationException(
                $"ops {string.Join(' ', arguments)} ended with {finished.ExitCode}:\n{finished.LastWords}");
    }

    /// <summary>An HTTP client that trusts this platform's own authority and nothing else, over TLS 1.3.</summary>
    public HttpClient NewHttpClient() => PlatformTrust.NewHttpClient(Url, Path.Combine(Data, "ca.pem"));

    /// <summary>A bare TLS connection to it, for bytes that no HTTP library would send.</summary>
    public Task<WireConnection> ConnectAsync(CancellationToken cancellation = default) =>
        WireConnection.OpenAsync(Url, PlatformTrust.Load(Path.Combine(Data, "ca.pem")), cancellation);

    /// <summary>The token of the file <c>DATA/invitation</c>.</summary>
    public async Task<string> InvitationAsync() => (await File.ReadAllTextAsync(Path.Combine(Data, "invitation"))).TrimEnd('\n');

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>Which database a platform keeps everything in.</summary>
public enum PlatformStore
{
    /// <summary>Files in the data folder.</summary>
    Sqlite,

    /// <summary>A real PostgreSQL server.</summary>
    Postgresql,
}
