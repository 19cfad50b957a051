namespace HostAtlas.TestSupport;

/// <summary>A folder of its own for one test, mode 0700, deleted with everything in it.</summary>
public sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hostatlas-test-");

    /// <summary>The folder's full path.</summary>
    public string Path => _folder.FullName;

    /// <summary>A path below the folder; nothing is made there.</summary>
    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_folder.Exists) _folder.Delete(recursive: true);
    }
}
