namespace HostAtlas.Benchmarks.Hosts;

/// <summary>
/// What a server that a benchmark started says once it listens, in a file of its folder, written by rename: its address, then a token of
/// each enrolled server, a line each.
/// </summary>
internal static class ReadyFile
{
    private const string Name = "ready";

    /// <summary>Says it.</summary>
    public static void Write(string folder, Uri url, IEnumerable<string> tokens)
    {
        var temporary = Path.Combine(folder, Name + ".new");
        File.WriteAllLines(temporary, [url.ToString(), .. tokens]);
        File.Move(temporary, Path.Combine(folder, Name));
    }

    /// <summary>Reads it; null while it is not there.</summary>
    public static (Uri Url, string[] Tokens)? TryRead(string folder) =>
        Path.Combine(folder, Name) is var file && File.Exists(file) && File.ReadAllLines(file) is [var url, .. var tokens]
            ? (new Uri(url), tokens)
            : null;
}
