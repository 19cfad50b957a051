using System.Runtime.CompilerServices;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Restore;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// STATE/backup/copies: the sealed indexes, tree packs and snapshots that this host sent, so that the next run need not fetch them. They
/// are what the vault has, ciphertext, and just as little believed: what is missing or damaged here is fetched.
/// </summary>
internal sealed class SealedCopies(string folder, IRepositorySource? platform) : IRepositorySource
{
    private readonly DirectoryRepositorySource _local = new(folder);

    /// <summary>Keeps a copy. Not flushed: it can be fetched again.</summary>
    public void Keep(ObjectName name, ReadOnlySpan<byte> sealedObject)
    {
        var path = PathOf(name);
        // Each by itself: the mode is that of the last folder of a path alone.
        Directory.CreateDirectory(folder, FilePermissions.PrivateFolder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, FilePermissions.PrivateFolder);
        AtomicFile.Write(path, sealedObject, durable: false);
    }

    /// <summary>Deletes every copy but these.</summary>
    public void KeepOnly(IReadOnlySet<ObjectName> names)
    {
        foreach (var kind in ObjectName.Kinds)
        {
            var place = new DirectoryInfo(Path.Combine(folder, ObjectName.FolderOf(kind)));
            if (!place.Exists) continue;
            foreach (var file in place.EnumerateFiles())
            {
                if (!ObjectName.TryParse($"{ObjectName.FolderOf(kind)}/{file.Name}", out var name) || !names.Contains(name)) file.Delete();
            }
        }
    }

    /// <summary>A whole object, from here or from the platform, kept here afterwards.</summary>
    public async Task<byte[]> ReadAllAsync(ObjectName name, CancellationToken cancellation)
    {
        var bytes = new byte[await SizeAsync(name, cancellation).ConfigureAwait(false)];
        await ReadAsync(name, 0, bytes, cancellation).ConfigureAwait(false);
        if (!File.Exists(PathOf(name))) Keep(name, bytes);
        return bytes;
    }

    /// <summary>Forgets a copy that turned out to be damaged.</summary>
    public void Drop(ObjectName name) => File.Delete(PathOf(name));

    /// <inheritdoc />
    public bool ListsNewestFirst => platform?.ListsNewestFirst ?? false;

    /// <inheritdoc />
    public async IAsyncEnumerable<ObjectName> ListAsync(ObjectKind kind, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (platform is null) yield break;
        await foreach (var found in platform.ListAsync(kind, cancellation).ConfigureAwait(false)) yield return found;
    }

    /// <inheritdoc />
    public ValueTask<long> SizeAsync(ObjectName name, CancellationToken cancellation) => Place(name).SizeAsync(name, cancellation);

    /// <inheritdoc />
    public ValueTask ReadAsync(ObjectName name, long offset, Memory<byte> into, CancellationToken cancellation) =>
        Place(name).ReadAsync(name, offset, into, cancellation);

    private IRepositorySource Place(ObjectName name) => platform is null || File.Exists(PathOf(name)) ? _local : platform;

    private string PathOf(ObjectName name) => Path.Combine(folder, ObjectName.FolderOf(name.Kind), name.Id.ToString());
}
