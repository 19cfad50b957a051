using System.IO.Compression;
using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Uplink;

/// <summary>The bytes of <c>POST /api/agent/inventory</c>, and how they are kept within what the platform takes.</summary>
internal static class InventoryBody
{
    /// <summary>Where it goes.</summary>
    public const string Path = "/api/agent/inventory";

    private const int ShortCommandLength = 1_000;

    /// <summary>The JSON. What does not fit is left out, the longest first, and a fault says so.</summary>
    public static byte[] Write(InventoryReport report)
    {
        var json = Json(report);
        if (Fits(json)) return json;
        report = report with
        {
            Cron = [.. report.Cron.Select(item => item with { Command = Cut(item.Command), Environment = [] })],
            Faults = [.. report.Faults.Take(Limits.InventoryItems - 1), new InventoryFault("inventory",
                "is larger than the platform takes: long commands are cut, and of long lists the end is left out")],
        };
        for (json = Json(report); !Fits(json); json = Json(report))
        {
            report = report with
            {
                Cron = Half(report.Cron),
                Certificates = Half(report.Certificates),
                Host = report.Host with { Updates = Half(report.Host.Updates) },
                Faults = [report.Faults[^1]],
            };
        }
        return json;
    }

    /// <summary>The body as it is sent: as small as it gets, since it is large and rare.</summary>
    public static SentBody Encode(ReadOnlySpan<byte> json) => SentBody.Of(json, CompressionLevel.Optimal);

    // Whatever a name, a path or a description holds: our own tokens leave the host in no place. Their signs need no escape in JSON.
    private static byte[] Json(InventoryReport report)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(report, WireJson.Default.InventoryReport);
        var text = Encoding.UTF8.GetString(json);
        var clean = OwnTokens.Replace(text);
        return ReferenceEquals(clean, text) ? json : Encoding.UTF8.GetBytes(clean);
    }

    private static bool Fits(byte[] json) =>
        json.Length <= Limits.DecodedBodyBytes
            && (json.Length <= Limits.RequestBodyBytes || Encode(json).Bytes.Length <= Limits.RequestBodyBytes);

    private static string Cut(string command) => command.Length > ShortCommandLength ? command[..ShortCommandLength] : command;

    private static PendingUpdates? Half(PendingUpdates? updates) =>
        updates is null ? null : updates with { Packages = Half(updates.Packages) };

    private static IReadOnlyList<T> Half<T>(IReadOnlyList<T> list) => [.. list.Take(list.Count / 2)];
}
