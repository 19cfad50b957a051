using System.Text;
using System.Text.Json;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Watch;

/// <summary>
/// A look as one line of JSON for programs:
/// <code>{"at": ms, "servers": [{"id", "name", "status", "lastSeenAt": text|null, "values": {metric: number}}], "left": n}</code>
/// </summary>
public static class SnapshotJson
{
    /// <summary>The line, without a line feed.</summary>
    public static string Write(Snapshot snapshot)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("at", snapshot.Now.ToUnixTimeMilliseconds());
            json.WriteStartArray("servers");
            foreach (var picture in snapshot.Pictures) Write(json, picture);
            json.WriteEndArray();
            json.WriteNumber("left", snapshot.Left);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, ServerPicture picture)
    {
        json.WriteStartObject();
        json.WriteString("id", picture.Server.Id);
        json.WriteString("name", picture.Server.Name);
        json.WriteString("status", picture.Server.Status);
        if (picture.Server.LastSeenAt is { } seen) json.WriteString("lastSeenAt", TimeJsonConverter.Text(seen));
        else json.WriteNull("lastSeenAt");
        json.WriteStartObject("values");
        foreach (var (name, value) in picture.Figures.Newest) json.WriteNumber(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
