using HostAtlas.Benchmarks.Rivals;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>
/// restic with a repository in a local folder or by its own S3 backend, encrypted as it always is, with a cache of its own.
/// </summary>
internal sealed class ResticRepository : IBackupProgram
{
    private readonly TempFolder _folder = new();
    private readonly string _program, _tree, _compression, _prefix;
    private readonly ObjectStore? _store;
    private readonly Dictionary<string, string> _environment;

    private ResticRepository(string program, string tree, string compression, ObjectStore? store)
    {
        (_program, _tree, _compression, _store, _prefix) = (program, tree, compression, store, store?.NextPrefix() ?? "");
        _environment = new()
        {
            ["RESTIC_REPOSITORY"] = store is null ? Repository
                : $"s3:{store.Server.Endpoint.GetLeftPart(UriPartial.Authority)}/{store.Server.Bucket}/{_prefix.TrimEnd('/')}",
            ["RESTIC_PASSWORD"] = "benchmark",
            ["RESTIC_CACHE_DIR"] = _folder.File("cache"),
        };
        if (store is null) return;
        _environment["AWS_ACCESS_KEY_ID"] = store.Server.AccessKey;
        _environment["AWS_SECRET_ACCESS_KEY"] = store.Server.SecretKey;
        _environment["AWS_DEFAULT_REGION"] = store.Server.Region;
    }

    /// <inheritdoc />
    public long RepositoryBytes => _store?.SizeOf(_prefix) ?? FolderSize.Of(Repository);

    private string Repository => _folder.File("repository");

    private IEnumerable<string> Authority => _store is null ? [] : ["--cacert", _store.Server.CaFile];

    /// <summary>Makes an empty repository.</summary>
    /// <param name="tree">What will be backed up.</param>
    /// <param name="compression">auto, off or max.</param>
    /// <param name="store">The S3 server that keeps it; null: a local folder.</param>
    public static async Task<IBackupProgram> MakeAsync(string tree, string compression, ObjectStore? store = null)
    {
        var restic = new ResticRepository(await DebianProgram.FindAsync("restic", "restic"), tree, compression, store);
        await restic.RunAsync("init");
        return restic;
    }

    /// <inheritdoc />
    public async Task<Work> BackUpAsync() => new(await RunAsync("backup", "--compression", _compression, _tree));

    /// <inheritdoc />
    public async Task<Work> RestoreAsync(string target) => new(await RunAsync("restore", "latest", "--target", target));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        if (_store is not null) await _store.DeleteAsync(_prefix);
    }

    private Task<Usage> RunAsync(params string[] arguments) =>
        MeasuredProcess.RunAsync(_folder.Path, _environment, [_program, "--quiet", .. Authority, .. arguments]);
}
