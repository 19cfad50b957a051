using System.Runtime.CompilerServices;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore;

/// <summary>A plain copy of one server's part of a vault: a folder with <c>packs</c>, <c>indexes</c> and <c>snapshots</c>. Only
/// reads.</summary>
public sealed class DirectoryRepositorySource(string folder) : IRepositorySource
{
    /// <inheritdoc />
    public bool ListsNewestFirst => false;

    /// <inheritdoc />
    public async IAsyncEnumerable<ObjectName> ListAsync(ObjectKind kind, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var place = new DirectoryInfo(Path.Combine(folder, ObjectName.FolderOf(kind)));
        if (!place.Exists) yield break;
        foreach (var file in place.EnumerateFiles())
        {
            cancellation.ThrowIfCancellationRequested();
            // What was left beside the objects by whatever copied them is not ours.
            if (ResourceId.TryParse<ObjectId>(file.Name, out var id)) yield return new ObjectName(kind, id);
        }
        await Task.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask<long> SizeAsync(ObjectName name, CancellationToken cancellation)
    {
        var file = new FileInfo(PathOf(name));
        return file.Exists ? ValueTask.FromResult(file.Length) : throw Missing(name);
    }

    /// <inheritdoc />
    public async ValueTask ReadAsync(ObjectName name, long offset, Memory<byte> into, CancellationToken cancellation)
    {
        try
        {
            using var file = File.OpenHandle(PathOf(name), options: FileOptions.Asynchronous);
            while (!into.IsEmpty)
            {
                var read = await RandomAccess.ReadAsync(file, into, offset, cancellation);
                if (read == 0)
                    throw new ObjectBrokenException(name, ObjectFault.WrongSize, $"it was cut short: it ends at byte {offset}.");
                offset += read;
                into = into[read..];
            }
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(name);
        }
    }

    private static ObjectBrokenException Missing(ObjectName name) => new(name, ObjectFault.Missing, "it is not there.");

    private string PathOf(ObjectName name) => Path.Combine(folder, ObjectName.FolderOf(name.Kind), name.Id.ToString());
}
