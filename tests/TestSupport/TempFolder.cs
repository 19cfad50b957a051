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
        // .NET cannot name what is not UTF-8; a restore's target holds such names.
        using var remove = System.Diagnostics.Process.Start("rm", ["-rf", Path]);
        remove.WaitForExit();
    }
}
