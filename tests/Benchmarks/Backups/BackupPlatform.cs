using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>The platform in a process of its own, with a directory vault, on loopback over TLS; one server a repository.</summary>
internal sealed class BackupPlatform : IAsyncDisposable
{
    private readonly PlatformProcess _process;
    private readonly Founder _founder;
    private int _servers;

    private BackupPlatform(PlatformProcess process, Founder founder) => (_process, _founder) = (process, founder);

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan CpuTime => ProcessFigures.CpuTime(_process.Id);

    /// <summary>Starts one.</summary>
    public static async Task<BackupPlatform> StartAsync()
    {
        var process = await PlatformProcess.StartAsync();
        try
        {
            var founder = await Founder.FoundAsync(process);
            await process.OpsAsync("teams", "plan", founder.TeamId, "--servers", "unlimited");
            return new BackupPlatform(process, founder);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>An agent of a new server, with a key, that will back the tree up; and where the vault keeps what it sends.</summary>
    public async Task<(AgentProcess Agent, string Vault)> AddAgentAsync(string tree)
    {
        var server = await _founder.AddServerAsync($"server-{++_servers}");
        var agent = new AgentProcess(_process);
        try
        {
            // A third of the tree are random bytes in the place of pictures: the gate would rightly stop a backup of them.
            await agent.ConfigureAsync($"[backup]\nroots = [\"{tree}\"]\n[gate]\nencrypted_paths = [\"{tree}/media/\"]\n");
            Succeeded(await agent.EnrolAsync(server.Token));
            Succeeded(await agent.RunVerbAsync("key", "init", "--no-recovery"));
            return (agent, Path.Combine(_process.Data, "vault", _founder.TeamId, server.Id));
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _founder.Dispose();
        await _process.DisposeAsync();
    }

    private static void Succeeded(Finished finished)
    {
        if (finished.ExitCode != 0) throw new InvalidOperationException($"It ended with {finished.ExitCode}:\n{finished.LastWords}");
    }
}
