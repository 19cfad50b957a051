using System.Globalization;
using System.Text.Json;
using HostAtlas.Agent.Collect;
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
        foreach (var fields in Lines("statvfs").Select(line => line.Split('\t')))
        {
            var bytes = fields[1..].Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            _space[fields[0]] = new FileSystemSpace(bytes[0], bytes[1], bytes[2]);
        }
        Roots = new HostRoots(_folder.File("proc"), _folder.File("sys"), SpaceOf, 4096);
    }

    public static IEnumerable<string> Names =>
        Directory.EnumerateDirectories(Repository.Vector("proc")).Select(path => Path.GetFileName(path)!);

    public HostRoots Roots { get; }

    public bool HasLater => Directory.Exists(Path.Combine(_captured, "later"));

    public Dictionary<string, double> Expected =>
        JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(Path.Combine(_captured, "expected.json")))!;

    /// <summary>A file of the laid-out /proc, to spoil or to take away.</summary>
    public string Proc(params string[] parts) => Path.Combine([Roots.Proc, .. parts]);

    public void MoveToLater() => Overlay(Path.Combine(_captured, "later"));

    public void Dispose() => _folder.Dispose();

    private void Overlay(string from)
    {
        foreach (var relative in new[] { "stat", "meminfo", "loadavg", "uptime", "diskstats", "net/dev", "self/mountinfo", "self/statm" })
        {
            var source = Path.Combine(from, relative);
            if (!File.Exists(source)) continue;
            var target = _folder.File("proc", relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target, overwrite: true);
        }
    }

    private string[] Lines(string file) => File.ReadAllLines(Path.Combine(_captured, file));

    private FileSystemSpace SpaceOf(string mountPoint) =>
        _space.TryGetValue(mountPoint, out var space) ? space : throw new IOException($"Nothing captured for {mountPoint}.");
}
