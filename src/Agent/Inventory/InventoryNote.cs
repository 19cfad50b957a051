using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Inventory;

/// <summary>STATE/inventory.json: how the inventory fares, for <c>status</c>. It holds nothing of the inventory itself.</summary>
public sealed record InventoryNote
{
    /// <summary>When the platform last took one; null: never.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? Fault { get; init; }

    /// <summary>Replaces the file.</summary>
    public void Save(string path) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, InventoryNoteJson.Default.InventoryNote), durable: false);

    /// <summary>Reads the file; null when there is none or it is damaged.</summary>
    public static InventoryNote? Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), InventoryNoteJson.Default.InventoryNote) : null;
        }
        catch (JsonException)
        {
            // The next inventory writes it anew.
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(InventoryNote))]
internal sealed partial class InventoryNoteJson : JsonSerializerContext;
