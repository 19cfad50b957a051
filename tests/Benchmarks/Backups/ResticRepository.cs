using HostAtlas.Benchmarks.Rivals;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>restic with a repository in a local folder, encrypted as it always is, with a cache of its own.</summary>
internal sealed class ResticRepository : IBackupProgram
{
    private readonly TempFolder _folder = new();
    private readonly string _program, _tree, _compression;
    private readonly Dictionary<string, string> _environment;

    private ResticRepository(string program, string tree, string compression)
    {
        (_program, _tree, _compression) = (program, tree, compression);
        _environment = new()
        {
            ["RESTIC_REPOSITORY"] = Repository,
            ["RESTIC_PASSWORD"] = "benchmark",
            ["RESTIC_CACHE_DIR"] = _folder.File("cache"),
        };
    }

    /// <inheritdoc />
    public long RepositoryBytes => FolderSize.Of(Repository);

    private string Repository => _folder.File("repository");

    /// <summary>Makes an empty repository.</summary>
    /// <param name="tree">What will be backed up.</param>
    /// <param name="compression">auto, off or max.</param>
    public static async Task<IBackupProgram> MakeAsync(string tree, string compression)
    {
        var restic = new ResticRepository(await DebianProgram.FindAsync("restic", "restic"), tree, compression);
        await restic.RunAsync("init");
        return restic;
    }

    /// <inheritdoc />
    public async Task<Work> BackUpAsync() => new(await RunAsync("backup", "--compression", _compression, _tree));

    /// <inheritdoc />
    public async Task<Work> RestoreAsync(string target) => new(await RunAsync("restore", "latest", "--target", target));

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<Usage> RunAsync(params string[] arguments) =>
        MeasuredProcess.RunAsync(_folder.Path, _environment, [_program, "--quiet", .. arguments]);
}
