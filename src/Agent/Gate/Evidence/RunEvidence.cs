using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Gate.Evidence;

/// <summary>
/// What a run's ledger comes to, told twice: to the platform figures, rules and keyed ids, in the sealed snapshot everything. Pure.
/// </summary>
/// <param name="ledger">The run's.</param>
/// <param name="files">Files that the snapshot holds.</param>
internal sealed class RunEvidence(RunLedger ledger, long files)
{
    // A request takes 256 KiB of evidence; the members beside the hits need a few.
    private const int HitsBytesMost = 224 << 10, HitBytes = 150, NamesBytes = 36;

    private readonly (GateState State, IReadOnlyList<string> Rules) _judged = RunRules.Judge(ledger.Counts);

    /// <summary>What it comes to.</summary>
    public GateState State => _judged.State;

    /// <summary>The rules about the whole run that hit, the gravest first.</summary>
    public IReadOnlyList<string> RunRulesHit => _judged.Rules;

    /// <summary>For the platform.</summary>
    /// <param name="withPaths">The host's own configuration lets paths be told.</param>
    public GateEvidence ForPlatform(bool withPaths)
    {
        var (counts, sums, tables) = (ledger.Counts, ledger.Sums, ledger.Tables);
        var hits = Listed(withPaths);
        return new GateEvidence
        {
            State = Word(State),
            Learning = ledger.Basis.IsLearning,
            Files = files,
            ChangedFiles = counts.Changed,
            ChangedBytes = sums.ChangedBytes,
            GoneFiles = counts.Gone,
            HitFiles = sums.HitFiles,
            HitBytes = sums.HitBytes,
            HeldBackFiles = ledger.HeldBack,
            FirstSeenFiles = sums.FirstSeen,
            Rules = Shortest(tables.Rules),
            RunRules = RunRulesHit,
            Types = Shortest(tables.Types),
            Hits = hits,
            HitsOmitted = sums.HitFiles - hits.Count,
        };
    }

    /// <summary>For the sealed snapshot: JSON as docs/backup-format.md describes it.</summary>
    public JsonElement ForSnapshot()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            Figures(json);
            json.WriteStartArray("runRules");
            foreach (var rule in RunRulesHit) json.WriteStringValue(rule);
            json.WriteEndArray();
            Table(json, "rules", ledger.Tables.Rules);
            Table(json, "types", ledger.Tables.Types);
            json.WriteStartArray("hits");
            foreach (var hit in ledger.Hits) Hit(json, hit);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }

    /// <summary>A state as it is written.</summary>
    public static string Word(GateState state) => state switch
    {
        GateState.Open => "open",
        GateState.Suspect => "suspect",
        _ => "frozen",
    };

    private List<GateHit> Listed(bool withPaths)
    {
        var (hits, bytes) = (new List<GateHit>(), 0);
        // What is new comes first: the list has an end.
        foreach (var hit in ledger.Hits.OrderByDescending(hit => hit.IsFresh))
        {
            var clear = withPaths && TreeNames.IsText(hit.File.Path) && hit.File.Path.Length is > 0 and <= GateEvidenceForm.PathBytes
                ? System.Text.Encoding.UTF8.GetString(hit.File.Path) : null;
            // A path may be escaped: six characters for one.
            bytes += HitBytes + (NamesBytes * hit.File.Verdict.Rules.Count) + (6 * (clear?.Length ?? 0));
            if (hits.Count == GateEvidence.HitsAtMost || bytes > HitsBytesMost) break;
            hits.Add(new GateHit(hit.PathId, hit.Content, hit.File.Verdict.Rules, hit.File.Verdict.Record.Bytes,
                hit.Settlement == Settlement.HeldBack, clear));
        }
        return hits;
    }

    private void Figures(Utf8JsonWriter json)
    {
        var (counts, sums) = (ledger.Counts, ledger.Sums);
        json.WriteString("state", Word(State));
        json.WriteBoolean("learning", ledger.Basis.IsLearning);
        (string Name, long Value)[] figures =
        [
            ("files", files), ("filesBefore", counts.Before), ("changedFiles", counts.Changed), ("changedBytes", sums.ChangedBytes),
            ("goneFiles", counts.Gone), ("hitFiles", sums.HitFiles), ("hitBytes", sums.HitBytes), ("freshHits", counts.Hit),
            ("heldBackFiles", ledger.HeldBack), ("firstSeenFiles", sums.FirstSeen), ("hitsInSevenDays", counts.HitInSevenDays),
            ("hitBytesInSevenDays", counts.HitBytesInSevenDays), ("dumpsTurned", counts.DumpsTurned),
            ("oneNewEnding", counts.OneNewEnding), ("noteFolders", counts.NoteFolders),
            ("canaries", ledger.Basis.Canaries.Planted), ("canariesChanged", ledger.Basis.Canaries.Changed),
            ("hitsOmitted", sums.HitFiles - ledger.Hits.Count),
        ];
        foreach (var (name, value) in figures) json.WriteNumber(name, value);
    }

    private static void Hit(Utf8JsonWriter json, LedgerHit hit)
    {
        var (file, record) = (hit.File, hit.File.Verdict.Record);
        json.WriteStartObject();
        if (TreeNames.IsText(file.Path)) json.WriteString("path", file.Path);
        else json.WriteBase64String("pathBase64", file.Path);
        json.WriteString("pathId", hit.PathId);
        json.WriteString("content", hit.Content);
        json.WriteStartArray("rules");
        foreach (var rule in file.Verdict.Rules) json.WriteStringValue(rule);
        json.WriteEndArray();
        json.WriteNumber("bytes", record.Bytes);
        json.WriteString("type", record.Type);
        json.WriteNumber("entropy", Math.Round(record.Entropy, 3));
        json.WriteNumber("ratio", Math.Round(record.Ratio, 3));
        json.WriteBoolean("heldBack", hit.Settlement == Settlement.HeldBack);
        json.WriteBoolean("fresh", hit.IsFresh);
        json.WriteEndObject();
    }

    private static void Table(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> table)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in table) json.WriteNumber(key, count);
        json.WriteEndObject();
    }

    // The platform takes 64 names; there are fewer rules and types than that, and so it stays when some are added.
    private static Dictionary<string, long> Shortest(IReadOnlyDictionary<string, long> table) =>
        table.OrderByDescending(count => count.Value).Take(GateEvidence.NamesAtMost).ToDictionary(count => count.Key, count => count.Value);
}
