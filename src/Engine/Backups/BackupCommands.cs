using System.Text.Json.Serialization;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// A command to the entity of one server's backups. Its address is the door's, <c>{team}.{server}</c>, in a region of its own: the chain
/// lives by days and decisions, the door by seconds and requests.
/// </summary>
public interface IBackupCommand
{
    /// <summary>The tenant.</summary>
    TeamId Team { get; }

    /// <summary>The server within the tenant.</summary>
    ServerId Server { get; }
}

/// <summary>
/// An agent's request that its door has let in. The entity answers the sender and tells the door by <see cref="RequestSettled"/> whether
/// the signature is spent. <paramref name="Signature"/>: 32 bytes. <paramref name="From"/>: the agent's network address, null when unknown.
/// </summary>
public sealed record BackupRequest(
    TeamId Team, ServerId Server, Guid Call, byte[] Signature, long TimestampSeconds, IBackupPayload Payload, string? From = null)
    : IBackupCommand
{
    /// <summary>Who asks.</summary>
    public Author By => Author.OfServer(Server, From);
}

/// <summary>What an agent's request about backups carries, one type an endpoint; the discriminator is its manifest.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(BeginPayload), "backup-begin.1")]
[JsonDerivedType(typeof(UploadsPayload), "backup-uploads.1")]
[JsonDerivedType(typeof(CommitPayload), "backup-commit.1")]
[JsonDerivedType(typeof(ListPayload), "backup-list.1")]
[JsonDerivedType(typeof(DownloadsPayload), "backup-downloads.1")]
[JsonDerivedType(typeof(DrillPayload), "backup-drill.1")]
public interface IBackupPayload : IAgentPayload;

/// <summary>
/// A run begins. <paramref name="Parent"/>: the head it builds on, null for a new chain. <paramref name="Schedule"/>: cron, null for none.
/// Reply: <see cref="RunProceeds"/>.
/// </summary>
public sealed record BeginPayload(SnapshotId Snapshot, SnapshotId? Parent, string? Schedule) : IBackupPayload
{
    /// <summary>Path ids of canaries that are not what was planted; null when all are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ChangedCanaries { get; init; }
}

/// <summary>
/// Names what the run's snapshot will need: objects that are new, and objects of earlier runs. Reply: <see cref="UploadsGranted"/>.
/// </summary>
public sealed record UploadsPayload(
    SnapshotId Snapshot, IReadOnlyList<AnnouncedObject> Objects, IReadOnlyList<ObjectName> Reused) : IBackupPayload;

/// <summary>A new object: its bytes as sealed and their SHA-256.</summary>
public sealed record AnnouncedObject(ObjectName Name, long Size, byte[] Sha256)
{
    /// <summary>Their MD5, for vaults that check it; null when the agent did not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Md5 { get; init; }
}

/// <summary>
/// The run is done. <paramref name="SnapshotObject"/> null: the agent's gate found what must not enter the chain. <paramref name="Gate"/>:
/// its evidence as JSON, kept sealed. Reply: <see cref="SnapshotKept"/>.
/// </summary>
public sealed record CommitPayload(SnapshotId Snapshot, ObjectName? SnapshotObject, long Objects, long Bytes, byte[]? Gate)
    : IBackupPayload;

/// <summary>Which snapshots there are. Reply: <see cref="SnapshotsListed"/>.</summary>
public sealed record ListPayload : IBackupPayload;

/// <summary>Tickets to get objects. Reply: <see cref="DownloadsGranted"/>.</summary>
public sealed record DownloadsPayload(IReadOnlyList<ObjectName> Objects) : IBackupPayload;

/// <summary>
/// A sample of a snapshot was restored without keeping it. <paramref name="DrilledAt"/>: by the host's clock. <paramref name="Failed"/>: of
/// <paramref name="Files"/>, those that did not come back as they were. Reply: <see cref="Done"/>.
/// </summary>
public sealed record DrillPayload(SnapshotId Snapshot, DateTimeOffset DrilledAt, long Files, long Bytes, long Failed) : IBackupPayload;

/// <summary>
/// Whether an object that has arrived may get its name. Asked by the vault's own door at the last moment. Reply: <see cref="Done"/>, or
/// BackupsFrozen.
/// </summary>
public sealed record AskToKeep(TeamId Team, ServerId Server) : IBackupCommand;

/// <summary>Something may be due: a run that has gone silent, a slot of the schedule that passed. No reply.</summary>
public sealed record CheckBackups(TeamId Team, ServerId Server) : IBackupCommand;

/// <summary>How the chain stands and what happened, for people. Reply: <see cref="BackupsShown"/>.</summary>
public sealed record ShowBackups(TeamId Team, ServerId Server) : IBackupCommand;

/// <summary>Freezes the chain: nothing more enters it, open runs are closed. Idempotent. Reply: <see cref="Done"/>.</summary>
public sealed record FreezeBackups(TeamId Team, ServerId Server, FreezeCause Cause, Author By) : IBackupCommand
{
    /// <summary>In the person's words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>A person has looked and opens the chain again. Idempotent. Reply: <see cref="Done"/>.</summary>
public sealed record ResumeBackups(TeamId Team, ServerId Server, Author By) : IBackupCommand
{
    /// <summary>In the person's words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Everything that the kept evidence lists is accepted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AcceptsAll { get; init; }

    /// <summary>What is accepted by name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HitPairs? Accepts { get; init; }
}

/// <summary>A person lets the next run begin without a parent. Idempotent. Reply: <see cref="Done"/>.</summary>
public sealed record ApproveNewChain(TeamId Team, ServerId Server, Author By) : IBackupCommand;

/// <summary>
/// Closes the chain for good: the server is being deleted. Refused (Conflict) while the chain is suspect or frozen: whoever wants to be rid
/// of the evidence, or of the last good snapshot, must not get it by deleting the server. The vault stays. Idempotent. Reply:
/// <see cref="Done"/>.
/// </summary>
public sealed record CloseBackups(TeamId Team, ServerId Server, Author By) : IBackupCommand;
