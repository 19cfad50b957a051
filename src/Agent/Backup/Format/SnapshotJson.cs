using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>The snapshot document's JSON, generated at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcTime), typeof(ReferenceJson), typeof(BackupKeyIdJson)])]
[JsonSerializable(typeof(SnapshotDocument))]
internal sealed partial class SnapshotJson : JsonSerializerContext;

/// <summary>A reference in JSON; its form is drawn at <see cref="Reference"/>.</summary>
internal sealed class ReferenceJson : JsonConverter<Reference>
{
    public override Reference Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return TreeLineParser.ReadReference(ref reader);
        }
        catch (TreeBrokenException fault)
        {
            throw new JsonException(fault.Message);
        }
    }

    public override void Write(Utf8JsonWriter writer, Reference value, JsonSerializerOptions options) =>
        TreeLine.WriteReference(writer, value);
}

/// <summary>A key id in JSON: 16 lower-case hex digits.</summary>
internal sealed class BackupKeyIdJson : JsonConverter<BackupKeyId>
{
    public override BackupKeyId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        BackupKeyId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("A key id is 16 lower-case hex digits.");

    public override void Write(Utf8JsonWriter writer, BackupKeyId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
