using HostAtlas.Benchmarks.Rivals;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>borg with a repository in a local folder, encrypted in its faster way (BLAKE2) and compressed by its default, lz4.</summary>
internal sealed class BorgRepository : IBackupProgram
{
    private readonly TempFolder _folder = new();
    private readonly string _program, _tree;
    private readonly Dictionary<string, string> _environment;
    private int _archives;

    private BorgRepository(string program, string tree)
    {
        (_program, _tree) = (program, tree);
        _environment = new()
        {
            ["BORG_REPO"] = Repository,
            ["BORG_PASSPHRASE"] = "benchmark",
            ["BORG_BASE_DIR"] = _folder.Path,
            ["BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK"] = "yes",
        };
    }

    /// <inheritdoc />
    public long RepositoryBytes => FolderSize.Of(Repository);

    private string Repository => _folder.File("repository");

    /// <summary>Makes an empty repository.</summary>
    public static async Task<IBackupProgram> MakeAsync(string tree)
    {
        var borg = new BorgRepository(await DebianProgram.FindAsync("borgbackup", "borg"), tree);
        await borg.RunAsync(borg._folder.Path, "init", "--encryption", "repokey-blake2");
        return borg;
    }

    /// <inheritdoc />
    public async Task<Work> BackUpAsync() =>
        new(await RunAsync(_folder.Path, "create", "--compression", "lz4", $"::archive-{++_archives}", _tree));

    /// <inheritdoc />
    public async Task<Work> RestoreAsync(string target) => new(await RunAsync(target, "extract", $"::archive-{_archives}"));

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<Usage> RunAsync(string folder, params string[] arguments) =>
        MeasuredProcess.RunAsync(folder, _environment, [_program, .. arguments]);
}
