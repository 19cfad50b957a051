using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Restore;

/// <summary>A file that is complete under its temporary name.</summary>
/// <param name="Directory">Where it lies; held until it is in its place.</param>
/// <param name="Entry">What it is.</param>
/// <param name="Temporary">What it is called now.</param>
/// <param name="Name">What it will be called.</param>
/// <param name="Placed">Told whether it came to its place.</param>
internal sealed record FinishedFile(
    RestoreDirectory Directory, TreeEntry Entry, byte[] Temporary, byte[] Name, TaskCompletionSource<bool>? Placed);

/// <summary>
/// Puts finished files in their places, many at a time: first their file systems are flushed, once each, then the files are renamed. After
/// a power cut a name stands for the old file or for the whole new one, never for zeros, and a flush a file is not paid. Thread-safe.
/// </summary>
internal sealed class RenameBatch(RestoreContext context)
{
    // A flush has a price of its own, and each file keeps its directory open.
    private const int FilesMax = 2000;
    private const long BytesMax = 512L << 20;

    private readonly Lock _lock = new();
    private List<FinishedFile> _files = [];
    private long _bytes;

    /// <summary>Whether somebody waits for each file.</summary>
    public bool IsEager { get; set; }

    /// <summary>Adds a file; the caller who fills the batch places it.</summary>
    public void Add(FinishedFile file)
    {
        List<FinishedFile> full;
        lock (_lock)
        {
            _files.Add(file);
            _bytes += file.Entry.Size;
            if (!IsEager && _files.Count < FilesMax && _bytes < BytesMax) return;
            full = Take();
        }
        Place(full);
    }

    /// <summary>Places what waits.</summary>
    public void Flush()
    {
        List<FinishedFile> files;
        lock (_lock) files = Take();
        Place(files);
    }

    private List<FinishedFile> Take()
    {
        var files = _files;
        (_files, _bytes) = ([], 0);
        return files;
    }

    private void Place(List<FinishedFile> files)
    {
        var flushed = new HashSet<ulong>();
        foreach (var directory in files.Select(file => file.Directory).Distinct())
        {
            try
            {
                var open = directory.Open();
                if (open.Find(RestoreCalls.Itself) is { } itself && flushed.Add(itself.Device)) open.SyncFileSystem();
            }
            catch (RestoreFaultException fault)
            {
                // The files are there all the same; only a power cut now could cost them.
                context.Events.Damaged(fault.Message);
            }
        }
        foreach (var file in files) Place(file);
    }

    private void Place(FinishedFile file)
    {
        var isPlaced = false;
        try
        {
            file.Directory.Open().Rename(file.Temporary, file.Name);
            isPlaced = true;
            context.Events.Restored(file.Directory.PathOf(file.Entry), file.Entry);
        }
        catch (RestoreFaultException fault)
        {
            file.Directory.Open().Remove(file.Temporary);
            context.Events.Failed(file.Directory.PathOf(file.Entry), fault.Message);
        }
        finally
        {
            file.Directory.Release();
            file.Placed?.TrySetResult(isPlaced);
        }
    }
}
