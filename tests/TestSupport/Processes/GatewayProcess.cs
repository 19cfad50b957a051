using HostAtlas.TestSupport.Clients;

namespace HostAtlas.TestSupport.Processes;

/// <summary>
/// A second process of a platform: <c>HostAtlas.Gateway serve --role gateway</c>, joined to the first. Everything it shares with the first
/// is what an operator would give it.
/// </summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly PlatformProcess _platform;
    private ChildProcess? _process;

    private GatewayProcess(PlatformProcess platform, string data) => (_platform, Data) = (platform, data);

    /// <summary>Its data folder.</summary>
    public string Data { get; }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; } = new($"https://127.0.0.1:{FreePort.Next()}");

    /// <summary>Its last lines of output.</summary>
    public string LastWords => _process?.LastWords ?? "";

    private ChildProcess Running => _process ?? throw new InvalidOperationException("The gateway is not running.");

    /// <summary>Starts one beside a running platform and waits until it answers.</summary>
    /// <param name="platform">The engine's process.</param>
    /// <param name="data">A folder of its own with a copy of root.key; null for the platform's.</param>
    public static async Task<GatewayProcess> StartAsync(PlatformProcess platform, string? data = null)
    {
        var gateway = new GatewayProcess(platform, data ?? platform.Data);
        await gateway.StartAgainAsync();
        return gateway;
    }

    /// <summary>Starts it on its old folder and port and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        _process = Start(_platform, Data, Url, await SeedOfAsync(_platform));
        await Poll.UntilAsync("the gateway's first answer", StartLimit, () => FirstAnswer.HasComeAsync(Running, "gateway", Url, Data));
    }

    /// <summary>Runs one that is to refuse its start; gives its exit code and words.</summary>
    public static async Task<Finished> RunRefusedAsync(PlatformProcess platform, string data, string? seed = null)
    {
        await using var process =
            Start(platform, data, new Uri($"https://127.0.0.1:{FreePort.Next()}"), seed ?? await SeedOfAsync(platform));
        return await process.EndAsync(StartLimit);
    }

    /// <summary>SIGKILL at this very moment.</summary>
    public async Task KillAsync()
    {
        await Running.DisposeAsync();
        _process = null;
    }

    /// <summary>SIGTERM; gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        var finished = await Running.TerminateAsync(TimeSpan.FromSeconds(40));
        await Running.DisposeAsync();
        _process = null;
        return finished.ExitCode;
    }

    /// <summary>An HTTP client that trusts its authority alone.</summary>
    public HttpClient NewHttpClient() => PlatformTrust.NewHttpClient(Url, Path.Combine(Data, "ca.pem"));

    /// <summary>A bare TLS connection to it.</summary>
    public Task<WireConnection> ConnectAsync(CancellationToken cancellation = default) =>
        WireConnection.OpenAsync(Url, PlatformTrust.Load(Path.Combine(Data, "ca.pem")), cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }

    private static async Task<string> SeedOfAsync(PlatformProcess platform) =>
        $"127.0.0.1:{await File.ReadAllTextAsync(Path.Combine(platform.Data, "cluster.port"))}";

    private static ChildProcess Start(PlatformProcess platform, string data, Uri url, string seed) => ChildProcess.StartAssembly(
        "Gateway",
        ["serve", "--role", "gateway", "--seed", seed, "--data", data, "--url", url.ToString().TrimEnd('/')],
        new Dictionary<string, string>(platform.Configuration) { ["HOSTATLAS__CLUSTER__SEED_WAIT_SECONDS"] = "10" });
}
