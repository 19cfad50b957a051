using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>
/// The platform in a process of its own, with a vault in a folder or on an S3 server, on loopback over TLS; one server a repository.
/// </summary>
internal sealed class BackupPlatform : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly PlatformProcess _process;
    private readonly Founder _founder;
    private readonly ObjectStore? _store;
    private int _servers;

    private BackupPlatform(PlatformProcess process, Founder founder, ObjectStore? store) =>
        (_process, _founder, _store) = (process, founder, store);

    /// <summary>The program of the package that users install; null: this checkout's build of it.</summary>
    public string? Program { get; private init; }

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan CpuTime => ProcessFigures.CpuTime(_process.Id);

    /// <summary>Starts one.</summary>
    /// <param name="options">A trial spares the minute that it takes to publish the package's program.</param>
    /// <param name="store">The S3 server that keeps its vault; null: a folder.</param>
    public static async Task<BackupPlatform> StartAsync(BenchOptions options, ObjectStore? store = null)
    {
        var program = options.IsTrial ? null : await PackagedAgent.PublishAsync();
        var process = await PlatformProcess.StartAsync(environment: store is null ? null : await store.PlatformAsync());
        try
        {
            var founder = await Founder.FoundAsync(process);
            await process.OpsAsync("teams", "plan", founder.TeamId, "--servers", "unlimited");
            if (store is not null) await DirectAsync(founder);
            return new BackupPlatform(process, founder, store) { Program = program };
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>An agent of a new server, with a key, that will back the tree up; and where the vault keeps what it sends.</summary>
    public async Task<(AgentProcess Agent, IVaultPart Vault)> AddAgentAsync(string tree)
    {
        var server = await _founder.AddServerAsync($"server-{++_servers}");
        var agent = new AgentProcess(_process);
        try
        {
            // A third of the tree are random bytes in the place of pictures: the gate would rightly stop a backup of them.
            var lines = $"[backup]\nroots = [\"{tree}\"]\n[gate]\nencrypted_paths = [\"{tree}/media/\"]\n";
            await agent.ConfigureAsync(lines);
            Succeeded(await agent.EnrolAsync(server.Token));
            Succeeded(await agent.RunVerbAsync("key", "init", "--no-recovery"));
            if (_store is not null) await LeadToAsync(_store, agent, lines);
            return (agent, _store is null ? new FolderPart(Path.Combine(_process.Data, "vault", _founder.TeamId, server.Id))
                : new StorePart(_store, $"/{server.Id}/"));
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

    // Until the platform has tried its own tickets, uploads go through it.
    private static Task DirectAsync(Founder founder) => Poll.UntilAsync("the platform's trial of its own tickets", StartLimit, async () =>
    {
        using var team = await founder.GetAsync("/api/team");
        return team.RootElement.GetProperty("vault").GetProperty("uploads").GetString() == "direct";
    });

    // An agent sends nowhere that its own configuration does not lead.
    private async Task LeadToAsync(ObjectStore store, AgentProcess agent, string lines)
    {
        var authorities = Path.Combine(_process.Data, "authorities.pem");
        await File.WriteAllTextAsync(authorities, await File.ReadAllTextAsync(Path.Combine(_process.Data, "ca.pem"))
            + await File.ReadAllTextAsync(store.Server.CaFile));
        var (url, origin) = (_process.Url.ToString().TrimEnd('/'), store.Server.Endpoint.GetLeftPart(UriPartial.Authority));
        await File.WriteAllTextAsync(agent.Config, $"url = \"{url}\"\nca = \"{authorities}\"\nvault_origins = [\"{origin}\"]\n{lines}");
    }

    private static void Succeeded(Finished finished)
    {
        if (finished.ExitCode != 0) throw new InvalidOperationException($"It ended with {finished.ExitCode}:\n{finished.LastWords}");
    }
}
