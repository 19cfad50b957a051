using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore.Drills;

/// <summary>STATE/backup/drill.json: what became of the last drill, for <c>status</c> and for the schedule. It names no file.</summary>
public sealed record DrillNote
{
    /// <summary>When it began.</summary>
    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>The newest snapshot that was drilled; null: none was, see <see cref="Trouble"/>.</summary>
    public SnapshotId? Snapshot { get; init; }

    /// <summary>Files that were restored.</summary>
    public long Files { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Of the files, those that did not come back as they were.</summary>
    public long Failed { get; init; }

    /// <summary>Why it could not be done; null: it was.</summary>
    public string? Trouble { get; init; }

    /// <summary>The platform has heard of it.</summary>
    public bool Told { get; init; }

    /// <summary>Reads the file; null when there is none or it is damaged: then it is as if no drill had been.</summary>
    public static DrillNote? Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), DrillNoteJson.Default.DrillNote) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces the file.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, FilePermissions.PrivateFolder);
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, DrillNoteJson.Default.DrillNote));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(DrillNote))]
internal sealed partial class DrillNoteJson : JsonSerializerContext;
