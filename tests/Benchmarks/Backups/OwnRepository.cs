using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>The real agent, which seals and sends, and a server's part of the platform's vault.</summary>
internal sealed class OwnRepository : IBackupProgram
{
    private readonly BackupPlatform _platform;
    private readonly AgentProcess _agent;
    private readonly string _vault;

    private OwnRepository(BackupPlatform platform, AgentProcess agent, string vault) =>
        (_platform, _agent, _vault) = (platform, agent, vault);

    /// <inheritdoc />
    public long RepositoryBytes => FolderSize.Of(_vault);

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

    /// <summary>Restores from the vault's folder itself, as from a plain copy of it: no platform takes part.</summary>
    public Task<Work> RestoreFromCopyAsync(string target) =>
        RunAsync("restore", "latest", "--to", target, "--json", "--from", _vault);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        if (Directory.Exists(_vault)) Directory.Delete(_vault, recursive: true);
    }

    private async Task<Work> RunAsync(params string[] arguments)
    {
        var before = _platform.CpuTime;
        var used = await MeasuredProcess.RunAsync("/", new Dictionary<string, string>(), [.. _agent.CommandOf(arguments)]);
        return new Work(used, (_platform.CpuTime - before).TotalSeconds);
    }
}
