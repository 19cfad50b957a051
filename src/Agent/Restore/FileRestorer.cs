using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Restore;

/// <summary>A file to be restored.</summary>
/// <param name="Directory">Where; held until the file is in its place or lost.</param>
/// <param name="Entry">What.</param>
/// <param name="Placed">Told whether it came to its place, when other names wait for it.</param>
internal sealed record FileJob(RestoreDirectory Directory, TreeEntry Entry, TaskCompletionSource<bool>? Placed = null);

/// <summary>The disk is full or cannot be written: no further file would come through either.</summary>
internal sealed class RestoreStoppedException(string message) : Exception(message);

/// <summary>
/// Restores entries one by one: each is made complete under a temporary name in its directory and only then put in its place. A file is
/// restored identical or not at all. Thread-safe.
/// </summary>
internal sealed class FileRestorer(RestoreContext context, BlobReader blobs, RenameBatch batch)
{
    /// <summary>Restores a regular file. Its directory is let go when it is in its place or lost.</summary>
    public async Task RestoreAsync(FileJob job, CancellationToken cancellation)
    {
        var name = RestoreCalls.Name(job.Entry.Name.Span);
        byte[]? temporary = null;
        try
        {
            var directory = job.Directory.Open();
            if (KeepsOrRefuses(directory, name, job.Directory, job.Entry))
            {
                Finish(job, isPlaced: false);
                return;
            }
            temporary = context.TemporaryName();
            using (var file = directory.CreateFile(temporary))
            {
                await FileContent.WriteAsync(file, job.Entry, blobs, context.Events.Written, cancellation);
                if (!EntryMetadata.Apply(file, job.Entry)) context.Events.Lessened();
            }
            // Counted here: files come to their places by the thousand, and until then a bar would stand at none.
            context.Events.Completed();
            batch.Add(new FinishedFile(job.Directory, job.Entry, temporary, name, job.Placed));
        }
        catch (Exception fault) when (fault is RestoreFaultException or ChunkUnavailableException or TreeBrokenException or IOException)
        {
            Discard(job.Directory, temporary);
            Stop(fault);
            Tell(job.Directory, job.Entry, fault);
            Finish(job, isPlaced: false);
        }
        catch
        {
            Discard(job.Directory, temporary);
            Finish(job, isPlaced: false);
            throw;
        }
    }

    /// <summary>Restores a link, a pipe, a socket's name or a device.</summary>
    public void RestoreSpecial(RestoreDirectory into, TreeEntry entry)
    {
        var name = RestoreCalls.Name(entry.Name.Span);
        byte[]? temporary = null;
        try
        {
            var directory = into.Open();
            if (KeepsOrRefuses(directory, name, into, entry)) return;
            temporary = context.TemporaryName();
            if (entry.Type == TreeEntryType.Symlink) directory.Symlink(RestoreCalls.Name(entry.Target!.Value.Span), temporary);
            else directory.MakeNode(temporary, entry.Type, entry.Device ?? default);
            if (!EntryMetadata.Apply(directory, temporary, entry)) context.Events.Lessened();
            directory.Rename(temporary, name);
            context.Events.Restored(into.PathOf(entry), entry);
        }
        catch (RestoreFaultException fault)
        {
            Discard(into, temporary);
            Stop(fault);
            Tell(into, entry, fault);
        }
    }

    /// <summary>Gives a file that is in its place one more name. False: it could not be, and has to be restored by itself.</summary>
    public bool TryLink(RestoreDirectory from, TreeEntry first, RestoreDirectory into, TreeEntry entry)
    {
        byte[]? temporary = null;
        try
        {
            var name = RestoreCalls.Name(entry.Name.Span);
            var directory = into.Open();
            if (KeepsOrRefuses(directory, name, into, entry)) return true;
            using var source = from.OpenAgain();
            temporary = context.TemporaryName();
            source.Link(RestoreCalls.Name(first.Name.Span), directory, temporary);
            directory.Rename(temporary, name);
            // Renaming one name of a file over another of the same file does nothing at all, and the first name stays.
            directory.Remove(temporary);
            context.Events.Written(entry.Size);
            context.Events.Completed();
            context.Events.Restored(into.PathOf(entry), entry);
            return true;
        }
        catch (RestoreFaultException)
        {
            Discard(into, temporary);
            return false;
        }
    }

    private bool KeepsOrRefuses(TargetDirectory directory, byte[] name, RestoreDirectory into, TreeEntry entry)
    {
        var there = directory.Find(name);
        if (context.Keeps(there, entry))
        {
            if (context.Options.Overwrite == OverwriteMode.Changed && entry.Type == TreeEntryType.File)
            {
                using var file = directory.OpenFile(name);
                if (!EntryMetadata.Apply(file, entry)) context.Events.Lessened();
            }
            context.Events.Kept(into.PathOf(entry), entry);
            return true;
        }
        return there is { Type: TreeEntryType.Directory }
            ? throw new RestoreFaultException($"a directory stands where {TargetDirectory.Named(entry.Type)} belongs") : false;
    }

    private static void Finish(FileJob job, bool isPlaced)
    {
        job.Directory.Release();
        job.Placed?.TrySetResult(isPlaced);
    }

    private static void Discard(RestoreDirectory directory, byte[]? temporary)
    {
        if (temporary is not null) directory.Open().Remove(temporary);
    }

    private void Tell(RestoreDirectory directory, TreeEntry entry, Exception fault)
    {
        // For a directory that could not be made one line was said already.
        if (!directory.IsLost) context.Events.Failed(directory.PathOf(entry), fault.Message);
    }

    private static void Stop(Exception fault)
    {
        var error = fault is RestoreFaultException refused ? refused.Error : fault.HResult;
        if (error is RestoreCalls.NoSpace or RestoreCalls.OverQuota or RestoreCalls.ReadOnlySystem)
            throw new RestoreStoppedException($"the target cannot be written any more: {fault.Message.TrimEnd('.')}.");
    }
}
