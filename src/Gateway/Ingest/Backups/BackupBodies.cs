using System.Globalization;
using System.Text.Json;
using HostAtlas.Engine.Backups;
using HostAtlas.Shared;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest.Backups;

/// <summary>
/// From the bodies of <c>POST /api/agent/backups/…</c> to payloads. Pure. <c>request</c> is only there to make each body another one.
/// </summary>
internal static class BackupBodies
{
    /// <summary>What a gate may tell, in bytes of JSON.</summary>
    public const int EvidenceBytes = 256 * 1024;

    private const int Sha256Bytes = 32, Md5Bytes = 16;

    private static readonly long LatestMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Of <c>begin</c>.</summary>
    public static BeginPayload Begin(BodyMembers body)
    {
        var schedule = body.OptionalText("schedule");
        if (schedule is not null && RunSchedule.Read(schedule) is null)
            body.Faults.Add("/schedule", "A cron line of five fields is expected, or null.");
        var canaries = ChangedCanaries(body);
        return new BeginPayload(body.Id<SnapshotId>("snapshot"), body.IdOrNull<SnapshotId>("parent"), schedule)
        {
            ChangedCanaries = canaries,
        };
    }

    /// <summary>Of <c>uploads</c>.</summary>
    public static UploadsPayload Uploads(BodyMembers body)
    {
        var snapshot = body.Id<SnapshotId>("snapshot");
        // One of the two is enough: a run that reuses everything has nothing new, and the first one nothing to reuse.
        var (fresh, reused) = (body.List("objects", required: !body.Has("reused")), body.List("reused", required: false));
        if (fresh.Count + reused.Count > Limits.ObjectsPerRequest)
            body.Faults.Add("/objects", $"A request names at most {Limits.ObjectsPerRequest:N0} objects, new and reused ones together.");
        var named = new HashSet<ObjectName>();
        var objects = new List<AnnouncedObject>(fresh.Count);
        for (var i = 0; i < fresh.Count && !body.Faults.IsFull; i++) objects.Add(Announced(body, fresh[i], At("/objects/", i), named));
        var names = new List<ObjectName>(reused.Count);
        for (var i = 0; i < reused.Count && !body.Faults.IsFull; i++) names.Add(Once(body, reused[i], At("/reused/", i), named));
        return new UploadsPayload(snapshot, objects, names);
    }

    /// <summary>Of <c>commit</c>.</summary>
    public static CommitPayload Commit(BodyMembers body) => new(
        // Without the member nothing is meant; null means the gate's worst verdict.
        body.Id<SnapshotId>("snapshot"), body.NameOrNull("snapshotObject"), body.Count("objects"), body.Count("bytes"),
        Evidence(body));

    /// <summary>Of <c>list</c>.</summary>
    public static ListPayload List(BodyMembers body) => new();

    /// <summary>Of <c>downloads</c>.</summary>
    public static DownloadsPayload Downloads(BodyMembers body)
    {
        var named = new HashSet<ObjectName>();
        var list = body.List("objects", required: true);
        var names = new List<ObjectName>(list.Count);
        for (var i = 0; i < list.Count && !body.Faults.IsFull; i++) names.Add(Once(body, list[i], At("/objects/", i), named));
        return new DownloadsPayload(names);
    }

    /// <summary>Of <c>drill</c>.</summary>
    public static DrillPayload Drill(BodyMembers body)
    {
        var (snapshot, at) = (body.Id<SnapshotId>("snapshot"), body.Count("at"));
        var (files, bytes, failed) = (body.Count("files"), body.Count("bytes"), body.Count("failed"));
        if (failed > files) body.Faults.Add("/failed", "No more files can have failed than were restored.");
        if (at > LatestMs) body.Faults.Add("/at", "Unix milliseconds are expected.");
        return new DrillPayload(snapshot, DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(at, LatestMs)), files, bytes, failed);
    }

    // Judged by the entity; here so that an agent is pointed to what is wrong before anything is decided by it.
    private static byte[]? Evidence(BodyMembers body)
    {
        var json = body.OptionalObject("gate", EvidenceBytes);
        if (json is { Length: <= EvidenceBytes }) GateEvidenceForm.Read(body.Root.GetProperty("gate"), "/gate", body.Faults.Add);
        return json;
    }

    /// <summary>Path ids of those that are not what was planted; null for none. The number of those that were is only looked at.</summary>
    private static IReadOnlyList<string>? ChangedCanaries(BodyMembers body)
    {
        if (body.OptionalObject("canaries", EvidenceBytes) is null) return null;
        var canaries = body.Root.GetProperty("canaries");
        var planted = Member(canaries, "planted");
        if (planted.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null)
            && !(planted.ValueKind == JsonValueKind.Number && planted.TryGetInt64(out var count) && count >= 0))
            body.Faults.Add("/canaries/planted", "A whole number from 0 on is expected.");
        var changed = Member(canaries, "changed");
        if (changed.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return null;
        if (changed.ValueKind != JsonValueKind.Array || changed.GetArrayLength() > CanaryReport.ChangedAtMost
            || !changed.EnumerateArray().All(id => id.ValueKind == JsonValueKind.String && GateEvidenceForm.IsId(id.GetString())))
        {
            body.Faults.Add("/canaries/changed",
                $"A list of at most {CanaryReport.ChangedAtMost} path ids of 32 lower-case hex digits is expected.");
            return null;
        }
        return changed.GetArrayLength() == 0 ? null : [.. changed.EnumerateArray().Select(id => id.GetString()!)];
    }

    private static AnnouncedObject Announced(BodyMembers body, JsonElement element, string pointer, HashSet<ObjectName> named)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            body.Faults.Add(pointer, "An object of name, size and sha256 is expected.");
            return new AnnouncedObject(default, 0, []);
        }
        var name = Once(body, Member(element, "name"), pointer + "/name", named);
        var size = 0L;
        if (Member(element, "size") is not { ValueKind: JsonValueKind.Number } number || !number.TryGetInt64(out size)
            || size is < 1 or > ObjectName.ObjectMaxBytes)
            body.Faults.Add(pointer + "/size", $"A whole number from 1 to {ObjectName.ObjectMaxBytes:N0} is expected.");
        var sha256 = new byte[Sha256Bytes];
        if (Member(element, "sha256") is not { ValueKind: JsonValueKind.String } hex || !IsHex(hex.GetString()!, sha256))
            body.Faults.Add(pointer + "/sha256", "64 lower-case hex digits are expected.");
        return new AnnouncedObject(name, size, sha256) { Md5 = Md5(body, Member(element, "md5"), pointer + "/md5") };
    }

    private static ObjectName Once(BodyMembers body, JsonElement element, string pointer, HashSet<ObjectName> named)
    {
        var name = body.Name(element, pointer);
        if (name != default && !named.Add(name)) body.Faults.Add(pointer, "The request names this object twice.");
        return name;
    }

    private static JsonElement Member(JsonElement element, string name) => element.TryGetProperty(name, out var member) ? member : default;

    private static bool IsHex(string text, Span<byte> bytes) =>
        text.Length == 2 * bytes.Length && !text.AsSpan().ContainsAnyInRange('A', 'F')
        && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;

    // For vaults that check it; what goes through the gateway is judged by SHA-256.
    private static byte[]? Md5(BodyMembers body, JsonElement element, string pointer)
    {
        if (element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return null;
        var bytes = new byte[Md5Bytes];
        if (element.ValueKind == JsonValueKind.String && element.GetString() is { } text && (IsHex(text, bytes)
            || (text.Length == 24 && Convert.TryFromBase64String(text, bytes, out var length) && length == Md5Bytes))) return bytes;
        body.Faults.Add(pointer, "Base64 of 16 bytes or 32 lower-case hex digits are expected.");
        return null;
    }

    private static string At(string list, int index) => list + index.ToString(CultureInfo.InvariantCulture);
}
