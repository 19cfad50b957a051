using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Wire;

/// <summary>
/// Times in JSON: ISO 8601 in UTC with exactly three digits of a second, so that texts sort as times do and one form is enough to read
/// them. By itself the serializer writes as many digits as a time happens to have.
/// </summary>
public sealed class TimeJsonConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));

    /// <summary>The same text, for what is written by hand.</summary>
    public static string Text(DateTimeOffset value) =>
        value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
}
