using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Backups;

/// <summary>A name in JSON is its text; any other text is a <see cref="JsonException"/>.</summary>
public sealed class ObjectNameJsonConverter : JsonConverter<ObjectName>
{
    /// <inheritdoc />
    public override ObjectName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ObjectName.TryParse(reader.GetString(), out var name) ? name
            : throw new JsonException("An object's name is packs/, indexes/ or snapshots/ and a UUID v4.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ObjectName value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
