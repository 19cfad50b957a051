using HostAtlas.Agent.Inventory.Files;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>Walks a server's configuration from file to file and gathers the paths of certificates. Bounded: files, depth, bytes.</summary>
internal sealed class ConfigSource(HostFiles files, InventoryFaults faults)
{
    private const int FileMaxBytes = 1 << 20, FilesMax = 500, DepthMax = 10, PathsMax = 2_000;

    /// <summary>Absolute paths, each once.</summary>
    public IReadOnlyList<string> Certificates(ServerConfig server)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        // Starting files may be absent; which of them exist is the distribution's choice.
        foreach (var start in server.Files) Follow(server, start, server.Folder, 0, seen, found);
        return [.. found];
    }

    private void Follow(ServerConfig server, string pattern, string folder, int depth, HashSet<string> seen, HashSet<string> found)
    {
        foreach (var path in PathPattern.Expand(files, Whole(pattern, folder)))
        {
            if (depth > DepthMax || seen.Count >= FilesMax)
            {
                faults.Add(server.Name,
                    $"its configuration has more than {FilesMax} files or {DepthMax} levels; the rest is not looked into");
                return;
            }
            if (!seen.Add(path) || Read(path) is not { } text) continue;
            var findings = server.Read(text);
            // dovecot counts from the file that includes, the others from one folder.
            var from = server.Name == "dovecot" ? Path.GetDirectoryName(path) ?? folder : findings.Base ?? folder;
            foreach (var certificate in findings.Certificates) Take(server, certificate, from, found);
            foreach (var include in findings.Includes)
            {
                // Apache may include a whole folder, and everything below it.
                var named = Whole(include, from);
                Follow(server, files.IsFolder(named) ? $"{named.TrimEnd('/')}/*" : named, from, depth + 1, seen, found);
            }
        }
    }

    private void Take(ServerConfig server, string certificate, string folder, HashSet<string> found)
    {
        if (found.Count >= PathsMax) return;
        if (!certificate.StartsWith(ConfigDirectives.CrtList, StringComparison.Ordinal))
        {
            found.Add(Whole(certificate, folder));
            return;
        }
        var list = Whole(certificate[ConfigDirectives.CrtList.Length..], folder);
        foreach (var one in ConfigDirectives.HaproxyList(Read(list) ?? "")) found.Add(Whole(one, folder));
    }

    private string? Read(string path)
    {
        var answer = files.TryReadText(path, FileMaxBytes, out var text);
        if (answer is FileAnswer.Unreadable) faults.Add(path, "cannot be read");
        if (answer is FileAnswer.TooLarge) faults.Add(path, $"is larger than {FileMaxBytes >> 20} MiB");
        return answer == FileAnswer.Opened ? text : null;
    }

    private static string Whole(string path, string folder) => Path.GetFullPath(Path.Combine(folder, path));
}
