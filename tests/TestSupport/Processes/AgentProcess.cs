namespace HostAtlas.TestSupport.Processes;

/// <summary>A real agent with a config and a state folder of its own, enrolled at one platform. It can be killed and started
/// again.</summary>
public sealed class AgentProcess : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private ChildProcess? _process;

    /// <summary>An agent that is neither enrolled nor running yet.</summary>
    public AgentProcess(PlatformProcess platform) : this(platform.Url, platform.Data)
    {
    }

    /// <summary>The same, of a platform's second process.</summary>
    public AgentProcess(GatewayProcess gateway) : this(gateway.Url, gateway.Data)
    {
    }

    private AgentProcess(Uri url, string data) =>
        (Url, Authority) = (url.ToString().TrimEnd('/'), Path.Combine(data, "ca.pem"));

    /// <summary>Its config file.</summary>
    public string Config => _folder.File("agent.toml");

    /// <summary>Its state folder.</summary>
    public string State => _folder.File("state");

    /// <summary>The id of the running process.</summary>
    public int Id => Running.Id;

    /// <summary>Its last lines of output.</summary>
    public string LastWords => _process?.LastWords ?? "";

    private ChildProcess Running => _process ?? throw new InvalidOperationException("The agent is not running.");

    /// <summary>The command that runs a verb of this agent, for whoever starts it himself.</summary>
    public IReadOnlyList<string> CommandOf(params string[] arguments) =>
        ["dotnet", ChildProcess.AssemblyOf("Agent"), .. arguments, "--config", Config, "--state", State];

    /// <summary>Runs a verb of the agent to its end.</summary>
    public Task<Finished> RunVerbAsync(params string[] arguments) => RunVerbAsync(TimeSpan.FromMinutes(3), arguments);

    /// <summary>The same, of one that takes long.</summary>
    public Task<Finished> RunVerbAsync(TimeSpan limit, params string[] arguments) =>
        ChildProcess.RunAssemblyAsync("Agent", [.. arguments, "--config", Config, "--state", State], limit: limit);

    /// <summary>The same, and the most memory that was resident meanwhile, in bytes.</summary>
    public async Task<(Finished Finished, long PeakBytes)> MeasureVerbAsync(TimeSpan limit, params string[] arguments)
    {
        await using var run = ChildProcess.StartAssembly("Agent", [.. arguments, "--config", Config, "--state", State]);
        var ended = run.EndAsync(limit);
        long peak = 0;
        await Poll.UntilAsync("the verb's end", limit, () =>
        {
            peak = Math.Max(peak, ProcessFigures.HighWaterBytes(run.Id));
            return Task.FromResult(run.HasExited);
        });
        return (await ended, peak);
    }

    /// <summary>Writes the config before the enrolment, which never edits one that is there; <paramref name="lines"/> stand beside url and
    /// ca.</summary>
    public Task ConfigureAsync(string lines) => File.WriteAllTextAsync(Config, $"url = \"{Url}\"\nca = \"{Authority}\"\n{lines}\n");

    /// <summary>Enrols with a token that a file holds.</summary>
    public async Task<Finished> EnrolAsync(string token)
    {
        var file = _folder.File("token");
        await File.WriteAllTextAsync(file, token + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await RunVerbAsync("enroll", "--url", Url, "--token-file", file, "--ca", Authority);
    }

    /// <summary>Enrols with an API key that makes the server too.</summary>
    public async Task<Finished> EnrolWithKeyAsync(string key, string name)
    {
        var file = _folder.File("key");
        await File.WriteAllTextAsync(file, key + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await RunVerbAsync("enroll", "--url", Url, "--api-key-file", file, "--name", name, "--ca", Authority);
    }

    /// <summary>Starts <c>run</c>.</summary>
    public void Start() => _process = ChildProcess.StartAssembly("Agent", ["run", "--config", Config, "--state", State]);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        await Running.DisposeAsync();
        _process = null;
    }

    /// <summary>SIGTERM; gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        var finished = await Running.TerminateAsync(TimeSpan.FromSeconds(20));
        await Running.DisposeAsync();
        _process = null;
        return finished.ExitCode;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _folder.Dispose();
    }

    private string Url { get; }

    private string Authority { get; }
}
