using System.Text;
using System.Text.Json;

namespace HostAtlas.Agent.Progress;

/// <summary>One event for a program: a JSON object on a line.</summary>
internal static class JsonLine
{
    /// <summary>The line, without its end.</summary>
    public static string Of(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
