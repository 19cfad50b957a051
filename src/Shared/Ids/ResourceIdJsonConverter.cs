using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>An id in JSON is its text form; any other form is a <see cref="JsonException"/>.</summary>
public sealed class ResourceIdJsonConverter<T> : JsonConverter<T> where T : struct, IResourceId<T>
{
    /// <inheritdoc />
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ResourceId.TryParse<T>(reader.GetString(), out var id) ? id
            : throw new JsonException("An id is a UUID v4 in lower case with hyphens.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    /// <inheritdoc />
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options);

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value.ToString("D"));
}
