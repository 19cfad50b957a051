using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>The real agent, which seals and sends, and a server's part of the platform's vault.</summary>
internal sealed class OwnRepository : IBackupProgram
{
    private readonly BackupPlatform _platform;
    private readonly AgentProcess _agent;
    private readonly IVaultPart _vault;

    private OwnRepository(BackupPlatform platform, AgentProcess agent, IVaultPart vault) =>
        (_platform, _agent, _vault) = (platform, agent, vault);

    /// <inheritdoc />
    public long RepositoryBytes => _vault.Bytes;

    /// <summary>Enrols a server with an empty repository.</summary>
    public static async Task<IBackupProgram> MakeAsync(BackupPlatform platform, string tree)
    {
        var (agent, vault) = await platform.AddAgentAsync(tree);
        return new OwnRepository(platform, agent, vault);
    }

    /// <inheritdoc />
    public Task<Work> BackUpAsync() => RunAsync("backup", "--json");

    /// <inheritdoc />
    public Task<Work> RestoreAsync(string target) => RunAsync("restore", "latest", "--to", target, "--json");

    /// <summary>Restores from the vault's folder itself, as from a plain copy of it: no platform takes part. Null where it is no folder.
    /// </summary>
    public Func<string, Task<Work>>? RestoreFromCopy => _vault is FolderPart { Folder: var folder }
        ? target => RunAsync("restore", "latest", "--to", target, "--json", "--from", folder) : null;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _vault.DeleteAsync();
    }

    private async Task<Work> RunAsync(params string[] arguments)
    {
        var before = _platform.CpuTime;
        var command = _agent.CommandOf(arguments);
        // The first two words are the runtime and this checkout's build.
        if (_platform.Program is { } program) command = [program, .. command.Skip(2)];
        var used = await MeasuredProcess.RunAsync("/", new Dictionary<string, string>(), [.. command]);
        return new Work(used, (_platform.CpuTime - before).TotalSeconds);
    }
}
