using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>STATE/backup/last.json: what became of the last run, for <c>status</c> and for the schedule. It names no file.</summary>
public sealed record LastRun
{
    /// <summary>When it began.</summary>
    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>When it ended; null while it goes on, and for ever when it was killed.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The exit code that it ended with.</summary>
    public int? Code { get; init; }

    /// <summary>What happened, in a sentence.</summary>
    public string Text { get; init; } = "";

    /// <summary>The newest snapshot that this host committed, also when the last run failed.</summary>
    public SnapshotId? Snapshot { get; init; }

    /// <summary>Its generation.</summary>
    public long? Generation { get; init; }

    /// <summary>Its fingerprint.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>Files that it holds in their last clean version, because the gate holds newer ones back.</summary>
    public long HeldBack { get; init; }

    /// <summary>Of them, files that were held back in so many runs that the backup counts as incomplete.</summary>
    public long Overdue { get; init; }

    /// <summary>How much of the newest snapshot's packs is dead; null: no run has looked yet.</summary>
    public RepackNote? Repack { get; init; }

    /// <summary>Reads the file; null when there is none or it is damaged: then it is as if no run had been.</summary>
    public static LastRun? Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), LastRunJson.Default.LastRun) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces the file.</summary>
    public void Save(string path) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, LastRunJson.Default.LastRun));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(LastRun))]
internal sealed partial class LastRunJson : JsonSerializerContext;
