namespace HostAtlas.TestSupport;

/// <summary>Where the checkout lies, found from the running test's own folder.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>HostAtlas.sln</c>.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>A file or folder below <c>tests/Vectors</c>.</summary>
    public static string Vector(params string[] parts) => Path.Combine([Root, "tests", "Vectors", .. parts]);

    private static string FindRoot(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HostAtlas.sln"))) return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No HostAtlas.sln above {from}: tests run from a checkout.");
    }
}
