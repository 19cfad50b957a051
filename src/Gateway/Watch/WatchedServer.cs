using System.Text.Json;

namespace HostAtlas.Gateway.Watch;

/// <summary>A server as the platform lists it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What its team calls it.</param>
/// <param name="Status"><c>pending</c>, <c>online</c> or <c>silent</c>.</param>
/// <param name="LastSeenAt">When it was last heard of, by the platform's clock.</param>
public sealed record WatchedServer(string Id, string Name, string Status, DateTimeOffset? LastSeenAt)
{
    /// <summary>Reads one item.</summary>
    public static WatchedServer Read(JsonElement item) => new(
        item.GetProperty("id").GetString()!,
        item.GetProperty("name").GetString()!,
        item.GetProperty("status").GetString()!,
        item.GetProperty("lastSeenAt") is { ValueKind: JsonValueKind.String } seen ? seen.GetDateTimeOffset() : null);
}
