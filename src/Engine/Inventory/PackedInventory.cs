using System.IO.Compression;
using System.Text.Json;
using HostAtlas.Shared;

namespace HostAtlas.Engine.Inventory;

/// <summary>
/// An inventory's JSON, gzipped: a list of paths and commands shrinks to a tenth, and what goes through mailboxes, over the wire and into
/// the table is that. It was at most 8 MiB when the gateway took it; more is never unfolded.
/// </summary>
public static class PackedInventory
{
    /// <summary>Every member that is kept, in this order. <c>request</c> and what nobody knows are not.</summary>
    public static IReadOnlyList<string> Members { get; } =
        ["host", "cron", "certificates", "agent", "units", "processes", "faults"];

    /// <summary>The members of a body that are kept.</summary>
    public static byte[] Pack(JsonElement body)
    {
        using var into = new MemoryStream();
        using (var gzip = new GZipStream(into, CompressionLevel.Fastest, leaveOpen: true))
        using (var json = new Utf8JsonWriter(gzip))
        {
            json.WriteStartObject();
            foreach (var name in Members)
            {
                if (!body.TryGetProperty(name, out var member)) continue;
                json.WritePropertyName(name);
                member.WriteTo(json);
            }
            json.WriteEndObject();
        }
        return into.ToArray();
    }

    /// <summary>The JSON; <see cref="InvalidDataException"/> when the bytes are no packed inventory.</summary>
    public static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var json = new MemoryStream();
        var part = new byte[64 * 1024];
        while (gzip.Read(part) is var read and > 0)
        {
            // Writing numbers and escapes anew may make a text somewhat longer than it was sent.
            if (json.Length + read > 2L * Limits.DecodedBodyBytes) throw new InvalidDataException("An inventory unfolds beyond its limit.");
            json.Write(part, 0, read);
        }
        return json.ToArray();
    }
}
