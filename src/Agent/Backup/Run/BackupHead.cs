using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// STATE/head: the newest snapshot that this host made or saw, so that a platform which shows an older one as the newest is found out.
/// </summary>
/// <param name="Generation">Its generation.</param>
/// <param name="Snapshot">Its id.</param>
/// <param name="Sha256">SHA-256 of its object, 64 lower-case hex digits.</param>
/// <param name="PrivateKeys">It was made with private keys included.</param>
public sealed record BackupHead(long Generation, SnapshotId Snapshot, string Sha256, bool PrivateKeys)
{
    /// <summary>The first 16 hex digits of the object's hash.</summary>
    [JsonIgnore]
    public string Fingerprint => Sha256[..16];

    /// <summary>Reads the file; null when there is none.</summary>
    /// <exception cref="StateFaultException">It holds something else.</exception>
    public static BackupHead? Load(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(path), BackupHeadJson.Default.BackupHead) is { Sha256.Length: 64 } head) return head;
        }
        catch (JsonException)
        {
            // Falls through to the one sentence for both.
        }
        throw new StateFaultException($"{path} does not say which snapshot is the newest. Compare hostatlas-agent snapshots with what earlier "
            + "runs printed; then remove the file.");
    }

    /// <summary>Replaces the file; on the disk when this returns.</summary>
    public void Save(string path) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, BackupHeadJson.Default.BackupHead));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BackupHead))]
internal sealed partial class BackupHeadJson : JsonSerializerContext;
