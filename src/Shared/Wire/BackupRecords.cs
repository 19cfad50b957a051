using System.Collections.ObjectModel;
using System.Text.Json;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Wire;

/// <summary>The body of <c>POST /api/agent/backups/begin</c>. <paramref name="Schedule"/>: cron of five fields, null for none.</summary>
public sealed record BackupBegin(Guid Request, SnapshotId Snapshot, SnapshotId? Parent, string? Schedule, JsonElement? Canaries);

/// <summary>
/// What begin says of the canaries. <paramref name="Planted"/>: how many are watched. <paramref name="Changed"/>: path ids (32 lower-case
/// hex digits, at most <see cref="ChangedAtMost"/>) of those that are gone or no longer what they were.
/// </summary>
public sealed record CanaryReport(long Planted, IReadOnlyList<string> Changed)
{
    /// <summary>Path ids that one request names.</summary>
    public const int ChangedAtMost = 100;
}

/// <summary>
/// Its answer 200. <paramref name="Decision"/>: <c>proceed</c>. What a default says is what a platform means that does not send the member.
/// </summary>
/// <param name="Chain">How the chain stands: <c>open</c> or <c>suspect</c>.</param>
/// <param name="Learning">Fewer than three runs of this server were committed.</param>
/// <param name="Epoch"><c>same</c>, or <c>new</c>: nothing that was stored before counts as known.</param>
/// <param name="Accepted">Hits that a person accepted: they are none. Null for no such hit.</param>
public sealed record BackupProceeds(
    string Decision, string Chain = "open", bool Learning = false, string Epoch = "same", IReadOnlyList<AcceptedHit>? Accepted = null);

/// <summary>A hit that a person accepted: a path id and a content id, 32 lower-case hex digits each.</summary>
public sealed record AcceptedHit(string Path, string Content);

/// <summary>The body of <c>POST /api/agent/backups/uploads</c>.</summary>
public sealed record BackupUploads(
    Guid Request, SnapshotId Snapshot, IReadOnlyList<UploadObject> Objects, IReadOnlyList<ObjectName> Reused);

/// <summary>
/// A new object. <paramref name="Size"/>: bytes as sealed. <paramref name="Sha256"/>: 64 lower-case hex digits. <paramref name="Md5"/>:
/// base64 of 16 bytes, for vaults that check it.
/// </summary>
public sealed record UploadObject(ObjectName Name, long Size, string Sha256, string? Md5 = null);

/// <summary>The answer 200 of uploads.</summary>
public sealed record UploadsAnswer(
    IReadOnlyList<ObjectTicket> Tickets, IReadOnlyList<ObjectName> Present, IReadOnlyList<ObjectName> Gone,
    IReadOnlyList<ObjectName> Later);

/// <summary>Leave to put or get one object until <paramref name="ExpiresAt"/>; the headers are sent as they stand.</summary>
public sealed record ObjectTicket(
    ObjectName Name, string Method, string Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt)
{
    /// <summary>Sent as they stand. An answer that names none, or null, has none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = Headers ?? ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>
/// The body of <c>POST /api/agent/backups/commit</c>. <paramref name="SnapshotObject"/> null: the agent's gate found what must not enter
/// the chain.
/// </summary>
public sealed record BackupCommit(
    Guid Request, SnapshotId Snapshot, ObjectName? SnapshotObject, long Objects, long Bytes, JsonElement? Gate);

/// <summary>The answer 201 of commit.</summary>
public sealed record BackupCommitted(SnapshotId Snapshot, int Generation, string Fingerprint);

/// <summary>The body of <c>POST /api/agent/backups/list</c>.</summary>
public sealed record BackupListing(Guid Request);

/// <summary>Its answer 200, the newest snapshot first.</summary>
public sealed record BackupList(IReadOnlyList<SnapshotItem> Items);

/// <summary>A committed snapshot. <paramref name="At"/>: Unix milliseconds; <paramref name="Fingerprint"/>: 16 hex digits.</summary>
public sealed record SnapshotItem(
    SnapshotId Snapshot, int Generation, string Fingerprint, long At, ObjectName SnapshotObject, long Bytes);

/// <summary>The body of <c>POST /api/agent/backups/downloads</c>.</summary>
public sealed record BackupDownloads(Guid Request, IReadOnlyList<ObjectName> Objects);

/// <summary>Its answer 200; <paramref name="Gone"/>: names that the vault does not have.</summary>
public sealed record DownloadsAnswer(IReadOnlyList<ObjectTicket> Tickets, IReadOnlyList<ObjectName> Gone);

/// <summary>
/// The body of <c>POST /api/agent/backups/drill</c>: a sample of a snapshot was restored without keeping it. <paramref name="At"/>: Unix
/// milliseconds. <paramref name="Failed"/>: of <paramref name="Files"/>, those that did not come back as they were.
/// </summary>
public sealed record BackupDrill(Guid Request, SnapshotId Snapshot, long At, long Files, long Bytes, long Failed);
