using System.CommandLine;
using System.CommandLine.Invocation;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.CommandLine.Manual;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.CommandLine;

/// <summary>hostatlas-agent's verbs. Each verb is a file; faults become an exit code here and nowhere else.</summary>
internal sealed class AgentCommandLine
{
    private readonly AgentSurroundings _around;
    private readonly RootCommand _root = new("Watches this host for HostAtlas. It only calls out; it listens on nothing.");

    /// <summary>Makes the tree of verbs.</summary>
    public AgentCommandLine(AgentSurroundings around)
    {
        _around = around;
        var common = new CommonOptions();
        common.AddTo(_root);
        _root.Add(EnrollVerb.Command(common, around, Guard));
        _root.Add(RunVerb.Command(common, around, Guard));
        _root.Add(StatusVerb.Command(common, around, Guard));
        _root.Add(PreviewVerb.Command(common, around, Guard));
        _root.Add(CanariesVerb.Command(common, around, Guard));
        _root.Add(BackupVerb.Command(common, around, Guard));
        _root.Add(RepackVerb.Command(common, around, Guard));
        _root.Add(SnapshotsVerb.Command(common, around, Guard));
        _root.Add(KeyVerb.Command(common, around, Guard));
        _root.Add(RestoreVerb.Command(common, around, Guard));
        _root.Add(VerifyVerb.Command(common, around, Guard));
        _root.Add(DrillVerb.Command(common, around, Guard));
        _root.Add(RedactVerb.Command(common, around, Guard));
        _root.Add(GateVerb.Command(common, around, Guard));
        ManualVerbs.AddTo(_root, around);
    }

    /// <summary>Runs one verb; the result is the process's exit code.</summary>
    public async Task<int> InvokeAsync(string[] arguments, CancellationToken stop = default)
    {
        var parsed = _root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || (parsed.Action is null && parsed.Errors.Count > 0))
        {
            foreach (var error in parsed.Errors) await _around.Error.WriteLineAsync($"hostatlas-agent: {error.Message}");
            await _around.Error.WriteLineAsync("Run hostatlas-agent --help, or VERB --help.");
            return ExitCode.Usage;
        }
        var invocation = new InvocationConfiguration
        {
            Output = _around.Out,
            Error = _around.Error,
            EnableDefaultExceptionHandler = false,
            // The run verb ends by itself within 2 s of a signal; this is only the end of all patience.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
        };
        return await parsed.InvokeAsync(invocation, stop);
    }

    private async Task<int> Guard(Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (VerbFailedException exception)
        {
            await _around.Error.WriteLineAsync($"hostatlas-agent: {exception.Message}");
            return exception.ExitCode;
        }
        catch (Exception exception) when (exception is ConfigFaultException or StateFaultException)
        {
            await _around.Error.WriteLineAsync($"hostatlas-agent: {exception.Message}");
            return ExitCode.Usage;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BackupRefusedException
            or TicketRefusedException)
        {
            await _around.Error.WriteLineAsync($"hostatlas-agent: {exception.Message}");
            return ExitCode.Failed;
        }
    }
}

/// <summary>The options that go with every verb.</summary>
internal sealed class CommonOptions
{
    public Option<string> Config { get; } = new("--config")
    {
        Description = "The configuration.",
        HelpName = "FILE",
        Recursive = true,
        DefaultValueFactory = _ => "/etc/hostatlas/agent.toml",
    };

    public Option<string> State { get; } = new("--state")
    {
        Description = "Where the agent keeps its token and what it has not sent yet.",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = _ => "/var/lib/hostatlas",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Write for programs, not for people.", Recursive = true };

    public void AddTo(Command root)
    {
        root.Add(Config);
        root.Add(State);
        root.Add(Json);
    }
}
