namespace HostAtlas.Engine.Operations;

/// <summary>
/// One platform a data folder: an advisory lock (flock) on <c>DATA/lock</c> that lives as long as the process and dies with it, however it
/// dies. Two platforms on one folder would each think themselves the only writer of every entity's journal.
/// </summary>
public sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>Takes the lock or throws <see cref="DataFolderTakenException"/>; never waits.</summary>
    public static DataFolderLock Take(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, "lock");
        try
        {
            // FileShare.None is an exclusive flock without waiting on Linux. The file itself is left: to delete it would free the name,
            // not the lock.
            return new DataFolderLock(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (IOException held) when (File.Exists(path))
        {
            throw new DataFolderTakenException(dataDirectory, held);
        }
    }

    /// <summary>Gives the folder free.</summary>
    public void Dispose() => _file.Dispose();
}

/// <summary>Another platform runs on this data folder; this one does not start.</summary>
public sealed class DataFolderTakenException(string dataDirectory, Exception held)
    : IOException($"Another platform runs on the data folder {dataDirectory}. Stop it, or name another folder with --data.", held);
