namespace HostAtlas.Benchmarks.Backups;

/// <summary>How large what lies in a folder is.</summary>
internal static class FolderSize
{
    /// <summary>Bytes of all files below it.</summary>
    public static long Of(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
