using System.Globalization;
using System.Text.Json;
using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Collect.Parsing;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect;

/// <summary>A host of <c>tests/Vectors/proc</c> laid out as /proc and /sys below a folder of its own.</summary>
internal sealed class CapturedHost : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _captured;
    private readonly Dictionary<string, FileSystemSpace> _space = [];

    public CapturedHost(string name)
    {
        _captured = Repository.Vector("proc", name);
        Overlay(_captured);
        Directory.CreateDirectory(_folder.File("sys", "class", "net"));
        foreach (var device in Lines("sys-block")) Directory.CreateDirectory(_folder.File("sys", "block", device));
        foreach (var one in Lines("sys-net-physical")) Directory.CreateDirectory(_folder.File("sys", "class", "net", one, "device"));
        foreach (var process in Lines("processes")) Write(process + "\n", "proc", process.Split(' ')[0], "stat");
        foreach (var link in Lines("links").Select(line => line.Split('\t'))) Link(link[0], link[1]);
        foreach (var fields in Lines("statvfs").Select(line => line.Split('\t')))
        {
            var counts = fields[1..].Select(Number).ToArray();
            _space[fields[0]] = new FileSystemSpace(counts[0], counts[1], counts[2], counts[3], counts[4]);
        }
        var pageSize = Lines("page-size") is [var bytes] ? int.Parse(bytes, CultureInfo.InvariantCulture) : 4096;
        Roots = new HostRoots(_folder.Path, SpaceOf, ReadClock, () => TimeSpan.Zero, pageSize);
    }

    public static IEnumerable<string> Names =>
        Directory.EnumerateDirectories(Repository.Vector("proc")).Select(path => Path.GetFileName(path)!);

    public HostRoots Roots { get; }

    public bool HasLater => Directory.Exists(Path.Combine(_captured, "later"));

    public Dictionary<string, double> Expected =>
        JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(Path.Combine(_captured, "expected.json")))!;

    /// <summary>A file of the laid-out /proc, to spoil or to take away.</summary>
    public string Proc(params string[] parts) => Roots.Proc(parts);

    /// <summary>A file of the laid-out /sys.</summary>
    public string Sys(params string[] parts) => Roots.Sys(parts);

    /// <summary>Writes a file of the host, with the folders above it.</summary>
    public void Write(string text, params string[] parts)
    {
        var path = _folder.File(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void MoveToLater() => Overlay(Path.Combine(_captured, "later"));

    public void Dispose() => _folder.Dispose();

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private void Overlay(string from)
    {
        foreach (var tree in new[] { "proc", "sys" }.Select(name => Path.Combine(from, name)).Where(Directory.Exists))
        {
            foreach (var source in Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories))
            {
                var target = _folder.File(Path.GetRelativePath(from, source));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(source, target, overwrite: true);
            }
        }
    }

    private void Link(string path, string target)
    {
        var link = _folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, target);
    }

    private string[] Lines(string file)
    {
        var path = Path.Combine(_captured, file);
        return File.Exists(path) ? File.ReadAllLines(path) : [];
    }

    private ClockReading? ReadClock()
    {
        if (Lines("clock") is not [var line]) return null;
        var fields = line.Split(' ').Select(Number).ToArray();
        return ClockReading.From((int)fields[0], fields[1], fields[2], fields[3]);
    }

    private FileSystemSpace SpaceOf(string mountPoint) =>
        _space.TryGetValue(mountPoint, out var space) ? space : throw new IOException($"Nothing captured for {mountPoint}.");
}
