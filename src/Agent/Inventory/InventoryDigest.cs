using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory;

/// <summary>
/// Says whether an inventory tells anything new. Left aside is what moves by itself: which processes are the largest, when a job runs next,
/// when the host was started as reckoned from its clock (the boot's id tells that), the request's own id.
/// </summary>
internal static class InventoryDigest
{
    /// <summary>SHA-256 of what stays.</summary>
    public static string Of(InventoryReport report)
    {
        var lasting = report with
        {
            Request = Guid.Empty,
            Host = report.Host with { BootedAt = null },
            Cron = [.. report.Cron.Select(item => item with { Next = null })],
            Processes = [],
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(lasting, WireJson.Default.InventoryReport)));
    }
}
