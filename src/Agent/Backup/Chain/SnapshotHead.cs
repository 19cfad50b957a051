using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Chain;

/// <summary>
/// The newest snapshot that this host knows of, in STATE/head: a vault that was rolled back looks like a vault of that day, and only
/// somebody who remembers can tell. As JSON, <c>{"generation", "uuid", "sha256", "keyId"}</c>.
/// </summary>
/// <param name="Generation">Its generation.</param>
/// <param name="Uuid">Its id.</param>
/// <param name="Sha256">SHA-256 of its object, 64 lower-case hex digits.</param>
/// <param name="KeyId">The key that it was sealed under.</param>
public sealed record SnapshotHead(long Generation, SnapshotId Uuid, string Sha256, BackupKeyId KeyId)
{
    /// <summary>Reads the file; null when there is none.</summary>
    /// <exception cref="StateFaultException">It holds something else.</exception>
    public static SnapshotHead? Load(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(path), SnapshotHeadJson.Default.SnapshotHead) is { Generation: > 0 } head
                && LowerHex.Is(head.Sha256, 64)) return head;
        }
        catch (JsonException)
        {
            // The sentence below says it for both.
        }
        throw new StateFaultException($"{path} does not hold the newest snapshot's place. Move it away to go on without the check that "
            + "nothing newer was there.");
    }

    /// <summary>Replaces the file; on the disk when this returns.</summary>
    public void Save(string path) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, SnapshotHeadJson.Default.SnapshotHead));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(BackupKeyIdJson)])]
[JsonSerializable(typeof(SnapshotHead))]
internal sealed partial class SnapshotHeadJson : JsonSerializerContext;
