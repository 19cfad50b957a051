using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Spool;

/// <summary>
/// A range of reports that is sent as one request under one id. The id is on the disk before the first attempt, so that a retry after a
/// crash is the same batch and the platform stores it once.
/// </summary>
public sealed record SpoolBatch(Guid Id, long First, long Last);

/// <summary>Reports that had to go because the spool was full: how many in all, and the times of the first and the last (Unix
/// ms).</summary>
public sealed record SpoolGap(long Reports, long FromMs, long ToMs)
{
    /// <summary>Nothing is missing.</summary>
    public static readonly SpoolGap None = new(0, 0, 0);

    internal SpoolGap With(long reports, long fromMs, long toMs) => reports == 0 ? this
        : Reports == 0 ? new SpoolGap(reports, fromMs, toMs)
        : new SpoolGap(Reports + reports, Math.Min(FromMs, fromMs), Math.Max(ToMs, toMs));
}

/// <summary>
/// How far the log was acknowledged and which batches are cut from what follows, oldest first and without holes between them. All counts
/// only grow.
/// </summary>
public sealed record SpoolPlan
{
    /// <summary>Everything up to this sequence is done with.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Batches with an id.</summary>
    public IReadOnlyList<SpoolBatch> Batches { get; init; } = [];

    /// <summary>The id of the batch that is cut next; empty in a plan of an agent that did not draw it beforehand.</summary>
    public Guid NextId { get; init; }

    /// <summary>What had to go because the spool was full.</summary>
    public SpoolGap Gap { get; init; } = SpoolGap.None;

    /// <summary>Reports that the disk gave back damaged or not at all.</summary>
    public long DamagedReports { get; init; }

    /// <summary>Reports that the platform would not take, set aside in STATE/refused.</summary>
    public long RefusedReports { get; init; }

    /// <summary>The highest sequence the plan knows; none at or below it is given again.</summary>
    [JsonIgnore]
    public long HighestSequence => Batches.Count > 0 ? Math.Max(Acknowledged, Batches[^1].Last) : Acknowledged;

    internal byte[] ToBytes() => CheckedBytes.Seal(JsonSerializer.SerializeToUtf8Bytes(this, SpoolJson.Default.SpoolPlan));

    /// <summary>Reads <see cref="ToBytes"/>; null when the bytes are damaged.</summary>
    internal static SpoolPlan? FromBytes(ReadOnlySpan<byte> bytes) => CheckedBytes.Open(bytes) is { IsEmpty: false } json
        ? JsonSerializer.Deserialize(json, SpoolJson.Default.SpoolPlan) : null;

    internal static SpoolPlan? Load(string path) => File.Exists(path) ? FromBytes(File.ReadAllBytes(path)) : null;

    internal void Save(string path) => AtomicFile.Write(path, ToBytes());
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SpoolPlan))]
internal sealed partial class SpoolJson : JsonSerializerContext;
