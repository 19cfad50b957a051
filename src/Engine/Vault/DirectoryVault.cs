using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Vault;

/// <summary>
/// Objects as files: <c>DATA/vault/{team}/{server}/{packs,indexes,snapshots}/{uuid}</c> and nothing else there, so that a plain copy of a
/// server's folder is a whole repository. Bytes arrive in <c>DATA/incoming</c>, are hashed while they do, synced, and only then given their
/// name. A name is given once: nothing here replaces an object.
/// </summary>
public sealed class DirectoryVault : IVault, IDisposable
{
    // As many syncs at a time: they block their thread, and a slow disk must not hold up the pool that everything else runs on.
    private const int SyncsAtATime = 8;

    private readonly string _vault;
    private readonly TicketOffice _tickets;
    private readonly ArrivingObjects _arriving;
    private readonly SemaphoreSlim _syncs = new(SyncsAtATime);

    /// <summary>Prepares both folders. A gateway beside an engine does not clear what arrives (<paramref name="clears"/>).</summary>
    public DirectoryVault(string dataDirectory, TicketOffice tickets, bool clears = true)
    {
        var data = Path.GetFullPath(dataDirectory);
        (_vault, _tickets) = (Path.Combine(data, "vault"), tickets);
        DurableFolder.Make(data, _vault);
        _arriving = new ArrivingObjects(data, clears);
    }

    /// <inheritdoc />
    public VaultTicket PutTicket(VaultKey key, ObjectForm form, DateTimeOffset expiresAt) => _tickets.Put(key, form, expiresAt);

    /// <inheritdoc />
    public VaultTicket GetTicket(VaultKey key, DateTimeOffset expiresAt) => _tickets.Get(key, expiresAt);

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<ObjectName, long>> SizesAsync(
        TeamId team, ServerId server, IReadOnlyCollection<ObjectName> names, CancellationToken cancellation) =>
        Task.Run<IReadOnlyDictionary<ObjectName, long>>(() =>
        {
            var sizes = new Dictionary<ObjectName, long>(names.Count);
            foreach (var name in names)
            {
                cancellation.ThrowIfCancellationRequested();
                if (new FileInfo(PathOf(new VaultKey(team, server, name))) is { Exists: true } file) sizes[name] = file.Length;
            }
            return sizes;
        }, cancellation);

    /// <inheritdoc />
    public Task SettleAsync(TeamId team, ServerId server, CancellationToken cancellation) => Task.Run(() =>
    {
        foreach (var kind in ObjectName.Kinds)
        {
            var folder = FolderOf(team, server, kind);
            if (Directory.Exists(folder)) DurableFolder.Sync(folder);
        }
    }, cancellation);

    /// <inheritdoc />
    public Task<PutOutcome> PutAsync(
        VaultKey key, ObjectForm form, Stream body, Func<CancellationToken, Task<bool>> mayKeep, CancellationToken cancellation) =>
        File.Exists(PathOf(key))
            ? Task.FromResult(PutOutcome.Exists)
            : _arriving.TakeAsync(
                key, form, body, settle: SyncAsync, mayKeep, keep: temporary => NameAsync(temporary, key), cancellation);

    /// <inheritdoc />
    public Task<Stream?> OpenAsync(VaultKey key, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(key), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            }));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    /// <inheritdoc />
    public async Task<DeletionOutcome> DeleteAsync(VaultKey key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var folder = FolderOf(key.Team, key.Server, key.Name.Kind);
        await SyncingAsync(() =>
        {
            if (!Directory.Exists(folder)) return;
            File.Delete(PathOf(key));
            // Also when there was no file: it may be this call again, after a crash between the two.
            DurableFolder.Sync(folder);
        }).ConfigureAwait(false);
        return DeletionOutcome.Gone;
    }

    /// <inheritdoc />
    public Task ForgetAsync(TeamId team, ServerId server, CancellationToken cancellation) => SyncingAsync(() =>
    {
        var all = Path.Combine(_vault, team.ToString(), server.ToString());
        foreach (var folder in ObjectName.Kinds.Select(kind => FolderOf(team, server, kind)).Append(all).Where(Directory.Exists))
        {
            if (Directory.EnumerateFileSystemEntries(folder).Any()) continue;
            Directory.Delete(folder);
            DurableFolder.Sync(Path.GetDirectoryName(folder)!);
        }
    });

    /// <inheritdoc />
    public void Dispose() => _syncs.Dispose();

    private Task SyncAsync(string temporary) => SyncingAsync(() =>
    {
        using var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.Write);
        RandomAccess.FlushToDisk(file);
    });

    private async Task<PutOutcome> NameAsync(string temporary, VaultKey key)
    {
        var (folder, path) = (FolderOf(key.Team, key.Server, key.Name.Kind), PathOf(key));
        var isNew = false;
        await SyncingAsync(() =>
        {
            DurableFolder.Make(_vault, folder);
            isNew = DurableFolder.TryLink(temporary, path);
            if (isNew) DurableFolder.Sync(folder);
        }).ConfigureAwait(false);
        return isNew ? PutOutcome.Stored : PutOutcome.Exists;
    }

    private async Task SyncingAsync(Action work)
    {
        await _syncs.WaitAsync().ConfigureAwait(false);
        try
        {
            await Task.Run(work).ConfigureAwait(false);
        }
        finally
        {
            _syncs.Release();
        }
    }

    private string PathOf(VaultKey key) => Path.Combine(FolderOf(key.Team, key.Server, key.Name.Kind), key.Name.Id.ToString());

    private string FolderOf(TeamId team, ServerId server, ObjectKind kind) =>
        Path.Combine(_vault, team.ToString(), server.ToString(), ObjectName.FolderOf(kind));
}
