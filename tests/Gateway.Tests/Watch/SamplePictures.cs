using System.Text.Json;
using HostAtlas.Gateway.Watch;

namespace HostAtlas.Gateway.Tests.Watch;

/// <summary>Servers as the platform's API would tell them, for tables to draw.</summary>
internal static class SamplePictures
{
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_760_000_000);
    private const int StepSeconds = 20, Steps = 30;

    private static readonly Dictionary<string, double> WebValues = new()
    {
        ["cpu.used_percent"] = 42.4,
        ["cpu.iowait_percent"] = 3.2,
        ["cpu.cores"] = 4,
        ["load.1m"] = 1.27,
        ["load.5m"] = 0.98,
        ["load.15m"] = 12.3,
        ["memory.total_bytes"] = 16664031232,
        ["memory.used_bytes"] = 12898027520,
        ["memory.used_percent"] = 77.4,
        ["swap.total_bytes"] = 0,
        ["swap.used_bytes"] = 0,
        ["disk.total_bytes{mount=\"/\"}"] = 105089261568,
        ["disk.used_bytes{mount=\"/\"}"] = 52544630784,
        ["disk.used_percent{mount=\"/\"}"] = 52.7,
        ["disk.total_bytes{mount=\"/srv/films and sound\"}"] = 1967843622912,
        ["disk.used_bytes{mount=\"/srv/films and sound\"}"] = 1869451441767,
        ["disk.used_percent{mount=\"/srv/films and sound\"}"] = 100,
        ["diskio.read_bytes_per_second{device=\"nvme0n1\"}"] = 1048576,
        ["diskio.written_bytes_per_second{device=\"nvme0n1\"}"] = 2097152,
        ["diskio.busy_percent{device=\"nvme0n1\"}"] = 25,
        ["network.received_bytes_per_second{interface=\"eno1\"}"] = 1200000,
        ["network.sent_bytes_per_second{interface=\"eno1\"}"] = 120,
        ["host.uptime_seconds"] = 98765.43,
    };

    public static ServerPicture Web => Picture("web-01", "online", TimeSpan.FromSeconds(3), WebValues);

    public static ServerPicture Silent => Picture("db [old]", "silent", TimeSpan.FromHours(3), WebValues);

    public static ServerPicture Pending => new(new WatchedServer("id-new", "new", "pending", null), Answer([]));

    public static ServerPicture Picture(string name, string status, TimeSpan seenAgo, Dictionary<string, double> values) =>
        new(new WatchedServer($"id-{name}", name, status, Now - seenAgo), Answer(values));

    /// <summary>Each series climbs to its value; the fifth step before the last is missing.</summary>
    public static HostFigures Answer(Dictionary<string, double> values)
    {
        var newest = Now.ToUnixTimeSeconds() / StepSeconds * StepSeconds * 1000;
        var series = values.Select(pair => new
        {
            name = pair.Key,
            points = Enumerable.Range(1, Steps).Where(step => step != Steps - 5)
                .Select(step => (At: newest - ((Steps - step) * StepSeconds * 1000), Value: pair.Value * step / Steps))
                .Select(point => new[] { point.At, point.Value, point.Value, point.Value, point.Value }),
        });
        return new HostFigures(JsonSerializer.SerializeToElement(new { step = StepSeconds, series }));
    }

}
