using HostAtlas.Agent.Collect;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Uplink;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.CommandLine;

/// <summary>The agent's command line within the test's process, with a config and a state folder of its own.</summary>
internal sealed class AgentUnderTest : IDisposable
{
    private readonly TempFolder _folder = new();

    public string Config => _folder.File("agent.toml");

    public string State => _folder.File("state");

    /// <summary>Whether the verb believes to talk to a person.</summary>
    public bool IsTerminal { get; set; }

    /// <summary>All clocks of the verbs that follow.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    public string File(string name) => _folder.File(name);

    /// <summary>What the last verb said on standard error.</summary>
    public string Errors { get; private set; } = "";

    /// <summary>What the last verb said on standard output.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Runs a verb that filters bytes, which must end with 0; gives what it wrote.</summary>
    public async Task<byte[]> FilterAsync(string[] arguments, byte[] input)
    {
        using var written = new MemoryStream();
        Assert.Equal(ExitCode.Done, await RunAsync(arguments, new MemoryStream(input), written));
        return written.ToArray();
    }

    public Task<int> RunAsync(string[] arguments, string input = "", CancellationToken stop = default) =>
        RunAsync(arguments, Stream.Null, Stream.Null, input, stop);

    private async Task<int> RunAsync(string[] arguments, Stream bytesIn, Stream bytesOut, string input = "",
        CancellationToken stop = default)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var chance = new Random(1);
        var code = await new AgentCommandLine(new AgentSurroundings
        {
            In = new StringReader(input),
            Out = output,
            OpenInput = () => bytesIn,
            OpenOutput = () => bytesOut,
            Error = TextWriter.Synchronized(errors),
            IsTerminal = IsTerminal,
            Time = Time,
            Random = chance.NextDouble,
            Proxy = ProxyChoice.None,
            NewCollector = () => new HostCollector(HostRoots.ThisHost, Time),
        }).InvokeAsync([.. arguments, "--config", Config, "--state", State], stop);
        (Output, Errors) = (output.ToString(), errors.ToString());
        return code;
    }

    /// <summary>Writes a file that only its owner can read.</summary>
    public string Secret(string name, string content)
    {
        var path = _folder.File(name);
        System.IO.File.WriteAllText(path, content + "\n");
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public void Dispose() => _folder.Dispose();
}
