using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Vault;

/// <summary>
/// Objects as files: <c>DATA/vault/{team}/{server}/{packs,indexes,snapshots}/{uuid}</c> and nothing else there, so that a plain copy of a
/// server's folder is a whole repository. Bytes arrive in <c>DATA/incoming</c>, are hashed while they do, synced, and only then given their
/// name. A name is given once: nothing here replaces or deletes an object.
/// </summary>
public sealed class DirectoryVault : IVault, IDisposable
{
    private const int BufferBytes = 128 * 1024;
    private const int NoSpace = 28, FileTooLarge = 27, OverQuota = 122;

    // As many syncs at a time: they block their thread, and a slow disk must not hold up the pool that everything else runs on.
    private const int SyncsAtATime = 8;

    private readonly string _vault, _incoming;
    private readonly TicketOffice _tickets;
    private readonly SemaphoreSlim _syncs = new(SyncsAtATime);
    private readonly ConcurrentDictionary<VaultKey, CancellationTokenSource> _arriving = new();

    /// <summary>
    /// Prepares both folders. When an engine starts, what lies in <c>incoming</c> is of a process that is no more (one engine at a time
    /// holds the data folder): it never got its name, so nobody was told that it is there. A gateway beside it does not clear
    /// (<paramref name="clears"/>); what one receives while its engine starts is answered as not kept.
    /// </summary>
    public DirectoryVault(string dataDirectory, TicketOffice tickets, bool clears = true)
    {
        var data = Path.GetFullPath(dataDirectory);
        (_vault, _incoming, _tickets) = (Path.Combine(data, "vault"), Path.Combine(data, "incoming"), tickets);
        DurableFolder.Make(data, _vault);
        DurableFolder.Make(data, _incoming);
        if (!clears) return;
        foreach (var dead in Directory.EnumerateFiles(_incoming)) File.Delete(dead);
    }

    /// <inheritdoc />
    public VaultTicket PutTicket(VaultKey key, ObjectForm form, DateTimeOffset expiresAt) =>
        new(key.Name, "PUT", _tickets.PutUrl(key, form, expiresAt), NoHeaders, expiresAt);

    /// <inheritdoc />
    public VaultTicket GetTicket(VaultKey key, DateTimeOffset expiresAt) =>
        new(key.Name, "GET", _tickets.GetUrl(key, expiresAt), NoHeaders, expiresAt);

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
    public async Task<PutOutcome> PutAsync(
        VaultKey key, ObjectForm form, Stream body, Func<CancellationToken, Task<bool>> mayKeep, CancellationToken cancellation)
    {
        if (File.Exists(PathOf(key))) return PutOutcome.Exists;
        using var own = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // One file an object: whoever opens its ticket a thousand times fills no disk. The newest wins, because the one before it may be a
        // connection that died and does not know it yet.
        _arriving.AddOrUpdate(key, own, (_, earlier) =>
        {
            Cancel(earlier);
            return own;
        });
        var temporary = Path.Combine(_incoming, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        try
        {
            return await ReceiveAsync(temporary, form, body, own.Token).ConfigureAwait(false) is var received and not PutOutcome.Stored
                ? received
                : !await mayKeep(own.Token).ConfigureAwait(false) ? PutOutcome.NotKept
                : await NameAsync(temporary, key, own.Token).ConfigureAwait(false);
        }
        catch (IOException fault) when (fault.HResult is NoSpace or FileTooLarge or OverQuota)
        {
            return PutOutcome.Full;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return PutOutcome.Overtaken;
        }
        finally
        {
            _arriving.TryRemove(KeyValuePair.Create(key, own));
            File.Delete(temporary);
        }
    }

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
    public void Dispose() => _syncs.Dispose();

    private async Task<PutOutcome> ReceiveAsync(string temporary, ObjectForm form, Stream body, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            // Written by plain calls: an asynchronous file on Linux is the same call on another thread of the pool, and two hops for it.
            using var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                BufferSize = 0,
            });
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = 0L;
            var whole = buffer.AsMemory(0, BufferBytes);
            // A connection gives what one record of TLS held; a buffer is filled before it is hashed and written.
            while (await body.ReadAtLeastAsync(whole, BufferBytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false)
                is var read and > 0)
            {
                if ((length += read) > form.Size) return PutOutcome.WrongSize;
                hash.AppendData(buffer, 0, read);
                file.Write(buffer, 0, read);
            }
            if (length != form.Size) return PutOutcome.WrongSize;
            if (!hash.GetHashAndReset().AsSpan().SequenceEqual(form.Sha256)) return PutOutcome.WrongHash;
            await SyncingAsync(() => file.Flush(flushToDisk: true), cancellation).ConfigureAwait(false);
            return PutOutcome.Stored;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<PutOutcome> NameAsync(string temporary, VaultKey key, CancellationToken cancellation)
    {
        var (folder, path) = (FolderOf(key.Team, key.Server, key.Name.Kind), PathOf(key));
        var isNew = false;
        await SyncingAsync(() =>
        {
            DurableFolder.Make(_vault, folder);
            isNew = DurableFolder.TryLink(temporary, path);
            if (isNew) DurableFolder.Sync(folder);
        }, cancellation).ConfigureAwait(false);
        return isNew ? PutOutcome.Stored : PutOutcome.Exists;
    }

    private async Task SyncingAsync(Action work, CancellationToken cancellation)
    {
        await _syncs.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _syncs.Release();
        }
    }

    private static void Cancel(CancellationTokenSource earlier)
    {
        try
        {
            earlier.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    private string PathOf(VaultKey key) => Path.Combine(FolderOf(key.Team, key.Server, key.Name.Kind), key.Name.Id.ToString());

    private string FolderOf(TeamId team, ServerId server, ObjectKind kind) =>
        Path.Combine(_vault, team.ToString(), server.ToString(), ObjectName.FolderOf(kind));

    private static readonly Dictionary<string, string> NoHeaders = [];
}
