using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Gate.Evidence;

/// <summary>A committed run, as the gate remembers it.</summary>
/// <param name="Snapshot">Its snapshot.</param>
/// <param name="At">When it began.</param>
/// <param name="Changed">Files that had changed; null where it is no measure: of a first run, or of one that read everything anew.</param>
/// <param name="HeldBack">Files that were held back.</param>
public sealed record PastRun(SnapshotId Snapshot, DateTimeOffset At, long? Changed, long HeldBack);

/// <summary>A hit of a committed run.</summary>
/// <param name="Path">The id of its path.</param>
/// <param name="Content">The id of its content.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="At">When it was hit first: for seven days it counts.</param>
/// <param name="SeenAt">When it was last hit so: as long as it stands there, it is no new sign.</param>
public sealed record PastHit(string Path, string Content, long Bytes, DateTimeOffset At, DateTimeOffset SeenAt);

/// <summary>
/// STATE/backup/gate.json: what the gate must know of earlier runs to judge a run by what is usual. The platform keeps figures of its own
/// and judges by them too, because whoever is root here can delete this file. It names no file.
/// </summary>
public sealed record GateMemory
{
    /// <summary>Runs that a file may be held back before its backup counts as incomplete.</summary>
    public const int HeldBackRunsMost = 3;

    private const int RunsMost = 30, HitsMost = 2_000;
    private static readonly TimeSpan Window = TimeSpan.FromDays(7);

    /// <summary>The last runs, the newest last.</summary>
    public IReadOnlyList<PastRun> Runs { get; init; } = [];

    /// <summary>Hits that still count, or that still stand there.</summary>
    public IReadOnlyList<PastHit> Hits { get; init; } = [];

    /// <summary>Changed files of earlier runs, where that is a measure.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> ChangedBefore => [.. Runs.Where(run => run.Changed is not null).Select(run => run.Changed!.Value)];

    /// <summary>Held back since then or before, a file has missed so many runs, this one among them, that its backup is incomplete; null
    /// while there were too few runs.</summary>
    [JsonIgnore]
    public DateTimeOffset? OverdueSince => Runs.Count < HeldBackRunsMost - 1 ? null : Runs[^(HeldBackRunsMost - 1)].At;

    /// <summary>Without hits that nobody has seen for seven days, or three runs. A clock that was set back loses none.</summary>
    public GateMemory At(DateTimeOffset now)
    {
        var threeRunsAgo = Runs.Count < HeldBackRunsMost ? DateTimeOffset.MinValue : Runs[^HeldBackRunsMost].At;
        return this with { Hits = [.. Hits.Where(hit => now - hit.SeenAt < Window || hit.SeenAt >= threeRunsAgo)] };
    }

    /// <summary>Files and bytes of hits that are younger than seven days.</summary>
    public (long Files, long Bytes) InSevenDays(DateTimeOffset now)
    {
        var counted = Hits.Where(hit => now - hit.At < Window).ToList();
        return (counted.Count, counted.Sum(hit => hit.Bytes));
    }

    /// <summary>With one more run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="hits">What it hit; what earlier ones had hit too keeps its first time.</param>
    /// <param name="isNewEpoch">A person has looked at everything before it.</param>
    public GateMemory With(PastRun run, IEnumerable<PastHit> hits, bool isNewEpoch)
    {
        var known = (isNewEpoch ? [] : At(run.At).Hits).ToDictionary(hit => (hit.Path, hit.Content));
        foreach (var hit in hits)
            known[(hit.Path, hit.Content)] = known.TryGetValue((hit.Path, hit.Content), out var before) ? hit with { At = before.At } : hit;
        return new GateMemory
        {
            Runs = [.. Runs.Append(run).TakeLast(RunsMost)],
            Hits = [.. known.Values.OrderBy(hit => hit.SeenAt).TakeLast(HitsMost)],
        };
    }

    /// <summary>Reads the file; as if nothing had been when there is none or it is damaged.</summary>
    public static GateMemory Load(string path)
    {
        try
        {
            return (File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), GateMemoryJson.Default.GateMemory) : null)
                is { Runs: not null, Hits: not null } read ? read : new GateMemory();
        }
        catch (JsonException)
        {
            return new GateMemory();
        }
    }

    /// <summary>Replaces the file.</summary>
    public void Save(string path) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, GateMemoryJson.Default.GateMemory));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(GateMemory))]
internal sealed partial class GateMemoryJson : JsonSerializerContext;
