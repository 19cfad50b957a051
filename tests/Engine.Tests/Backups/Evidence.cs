using System.Text.Json;
using HostAtlas.Engine.Backups;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>Evidence of a gate that the tests of backups share.</summary>
internal static class Evidence
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>An id of a path or a content.</summary>
    public static string HitId(string name) => Convert.ToHexStringLower(Named.Bytes(name).AsSpan(0, 16));

    /// <summary>A hit of a file with a content of its own, by a rule that counts at once.</summary>
    public static GateHit Hit(string name, long bytes = 1_000, string content = "", string rule = "random") =>
        new(HitId("path " + name), HitId($"content {name} {content}"), [rule], bytes, HeldBack: true);

    /// <summary>A run of a thousand changed files with these hits, all of them listed.</summary>
    public static GateEvidence Of(params GateHit[] hits) => new()
    {
        State = hits.Length == 0 ? "open" : "suspect",
        Files = 20_000,
        ChangedFiles = 1_000,
        HitFiles = hits.Length,
        HitBytes = hits.Sum(hit => hit.Bytes),
        HeldBackFiles = hits.Length,
        Rules = hits.SelectMany(hit => hit.Rules).GroupBy(rule => rule).ToDictionary(rule => rule.Key, rule => (long)rule.Count()),
        RunRules = hits.Length == 0 ? [] : ["hit"],
        Hits = hits,
    };

    /// <summary>As many hits, each of another file.</summary>
    public static GateHit[] Many(string name, int count, long bytes = 1_000) =>
        [.. Enumerable.Range(0, count).Select(i => Hit($"{name} {i}", bytes))];

    /// <summary>As an agent sends it.</summary>
    public static byte[] Json(this GateEvidence evidence) => JsonSerializer.SerializeToUtf8Bytes(evidence, Web);

    /// <summary>The pairs of hits.</summary>
    public static HitPairs Pairs(params GateHit[] hits) => HitPairs.Of(hits.Select(hit => (hit.Path, hit.Content)));
}
