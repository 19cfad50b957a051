using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Restore;

/// <summary>What lies in a folder, told by a program that shares no code with the agent, and what nodes say should lie there.</summary>
internal static class RestoredFacts
{
    /// <summary>A line a path: "/a/b File mode=… …".</summary>
    public static async Task<List<string>> OfFolderAsync(string folder)
    {
        var script = Path.Combine(Repository.Root, "tests", "Agent.Tests", "Restore", "facts.py");
        var run = await ChildProcess.RunAsync("python3", [script, folder], TimeSpan.FromMinutes(2));
        Assert.True(run.ExitCode == 0, run.LastWords);
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            var fact = json.RootElement;
            string Text(string name) => fact.TryGetProperty(name, out var value) ? value.ToString() : "";
            var xattrs = fact.GetProperty("xattrs").EnumerateObject()
                .Select(one => $"{one.Name}={one.Value}").Order(StringComparer.Ordinal);
            var target = Text("target").Length > 0 ? Convert.ToHexStringLower(fact.GetProperty("target").GetBytesFromBase64()) : "";
            return Line(fact.GetProperty("path").GetBytesFromBase64(), Text("type"), Text("type") == "Symlink" ? "" : Text("mode"),
                $"{Text("uid")}:{Text("gid")}", Text("mtimeNs"), Text("size"), Text("sha256"), target, Text("device"),
                string.Join(',', xattrs), Text("same").Length > 0 ? TreeNames.Display(fact.GetProperty("same").GetBytesFromBase64()) : "");
        }).Order(StringComparer.Ordinal)];
    }

    /// <summary>The same lines from nodes; <paramref name="wanted"/> leaves some out.</summary>
    public static List<string> OfNodes(IReadOnlyList<TestNode> root, Func<string, bool>? wanted = null)
    {
        var lines = new List<string>();
        var first = new Dictionary<string, string>();
        Walk(root, []);
        return [.. lines.Order(StringComparer.Ordinal)];

        void Walk(IReadOnlyList<TestNode> nodes, byte[] path)
        {
            foreach (var node in nodes.OrderBy(node => Convert.ToHexString(node.Entry.Name.Span), StringComparer.Ordinal))
            {
                var entry = node.Entry;
                byte[] own = [.. path, (byte)'/', .. entry.Name.Span];
                var shown = TreeNames.Display(own);
                if (wanted?.Invoke(shown) == false) continue;
                var isFile = entry.Type == TreeEntryType.File;
                var same = shown;
                if (entry.HardLink is { } link && !first.TryAdd(link, shown)) same = first[link];
                lines.Add(Line(own, entry.Type.ToString(), entry.Type == TreeEntryType.Symlink ? "" : entry.Mode.ToString(null, null),
                    $"{entry.Uid}:{entry.Gid}", entry.MtimeNs.ToString(null, null), isFile ? entry.Size.ToString(null, null) : "",
                    isFile ? Convert.ToHexStringLower(SHA256.HashData(node.Content!)) : "",
                    entry.Target is { } target ? Convert.ToHexStringLower(target.Span) : "",
                    entry.Device is { } device ? $"[{device.Major}, {device.Minor}]" : "",
                    string.Join(',', entry.Xattrs
                        .Select(xattr => (Name: System.Text.Encoding.UTF8.GetString(xattr.Name.Span), xattr.Value))
                        .Select(xattr => $"{xattr.Name}={Convert.ToBase64String(xattr.Value.Span)}")
                        .Order(StringComparer.Ordinal)),
                    isFile ? same : ""));
                if (node.Children is { } children) Walk(children, own);
            }
        }
    }

    private static string Line(byte[] path, params string[] facts) => $"{TreeNames.Display(path)} {string.Join(" | ", facts)}";
}
