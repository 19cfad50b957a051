using System.Text;
using System.Text.Json;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Shared.Tests;

/// <summary>Evidence of a gate: what is taken, and where what is not is pointed to.</summary>
public sealed class GateEvidenceFormTests
{
    private const string Id = "4b227777d4dd1fc61c6f884f48641d02";
    private const string Hit = $$"""{"path":"{{Id}}","content":"{{Id}}","rules":["random"],"bytes":7,"heldBack":true}""";

    [Fact]
    public void Evidence_is_read_as_it_was_sent()
    {
        var read = Read($$"""
            {"state": "suspect", "learning": true, "files": 9, "changedFiles": 8, "changedBytes": 7, "goneFiles": 6, "hitFiles": 5,
             "hitBytes": 4, "heldBackFiles": 3, "firstSeenFiles": 2,
             "rules": {"random": 5}, "runRules": ["hit", "ransom-note"], "types": {"docx": 1},
             "hits": [{{Hit}}, {"path": "{{Id}}", "content": "{{Id}}", "clear": "/srv/a"}], "hitsOmitted": 3, "more": []}
            """);
        Assert.Empty(read.Faults);
        var evidence = read.Evidence;
        Assert.Equal(("suspect", true, 9L, 8L, 7L, 6L), (
            evidence.State, evidence.Learning, evidence.Files, evidence.ChangedFiles, evidence.ChangedBytes, evidence.GoneFiles));
        Assert.Equal((5L, 4L, 3L, 2L, 3L), (
            evidence.HitFiles, evidence.HitBytes, evidence.HeldBackFiles, evidence.FirstSeenFiles, evidence.HitsOmitted));
        Assert.Equal((5L, 1L), (evidence.Rules["random"], evidence.Types["docx"]));
        Assert.Equal(["hit", "ransom-note"], evidence.RunRules);
        var (first, second) = (evidence.Hits[0], evidence.Hits[1]);
        Assert.Equal((Id, 7L, true, null), (first.Path, first.Bytes, first.HeldBack, first.Clear));
        Assert.Equal((0L, false, "/srv/a"), (second.Bytes, second.HeldBack, second.Clear));
    }

    [Fact]
    public void What_is_missing_or_null_is_nothing_and_open()
    {
        foreach (var json in new[] { "{}", """{"state": null, "files": null, "rules": null, "hits": null, "runRules": null}""" })
        {
            var read = Read(json);
            Assert.Empty(read.Faults);
            Assert.Equal(("open", 0L, 0), (read.Evidence.State, read.Evidence.HitFiles, read.Evidence.Hits.Count));
        }
    }

    [Theory]
    [InlineData("""{"state": "melting"}""", "/state")]
    [InlineData("""{"learning": 1}""", "/learning")]
    [InlineData("""{"files": -1}""", "/files")]
    [InlineData("""{"hitFiles": 1.5, "hitBytes": "7"}""", "/hitFiles /hitBytes")]
    [InlineData("""{"changedBytes": 9007199254740993}""", "/changedBytes")]
    [InlineData("""{"hits": 0}""", "/hits")]
    [InlineData("""{"hits": [7]}""", "/hits/0")]
    [InlineData("""{"hits": [{}]}""", "/hits/0/path /hits/0/content")]
    [InlineData($$"""{"hits": [{{Hit}}, {"path": "{{Id}}", "content": "4B227777D4DD1FC61C6F884F48641D02", "bytes": -1}]}""", "/hits/1/content /hits/1/bytes")]
    [InlineData($$"""{"hits": [{"path": "{{Id}}", "content": "{{Id}}", "rules": ["Random"], "clear": ""}]}""", "/hits/0/rules /hits/0/clear")]
    [InlineData("""{"rules": []}""", "/rules")]
    [InlineData("""{"rules": {"no rule": 1}}""", "/rules")]
    [InlineData("""{"types": {"docx": -1}}""", "/types/docx")]
    [InlineData("""{"runRules": ["hit", 7]}""", "/runRules")]
    public void What_is_not_of_its_form_is_pointed_to(string json, string pointers)
    {
        Assert.Equal(pointers, string.Join(' ', Read(json).Faults));
        Assert.Null(GateEvidenceForm.TryRead(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Lists_have_an_end()
    {
        var hits = string.Join(',', Enumerable.Repeat(Hit, GateEvidence.HitsAtMost));
        Assert.Empty(Read($$"""{"hits": [{{hits}}]}""").Faults);
        Assert.Equal(["/hits"], Read($$"""{"hits": [{{hits}},{{Hit}}]}""").Faults);
        var names = Enumerable.Range(0, 65).Select(i => $"\"r{i}\"").ToList();
        Assert.Empty(Read($$"""{"runRules": [{{string.Join(',', names.Take(64))}}]}""").Faults);
        Assert.Equal(["/runRules"], Read($$"""{"runRules": [{{string.Join(',', names)}}]}""").Faults);
        Assert.Equal(["/types"], Read("{\"types\": {" + string.Join(',', names.Select(name => name + ":1")) + "}}").Faults);
    }

    [Fact]
    public void What_is_no_object_is_no_evidence()
    {
        foreach (var json in new[] { "", "[]", "7", "{" }) Assert.Null(GateEvidenceForm.TryRead(Encoding.UTF8.GetBytes(json)));
        Assert.NotNull(GateEvidenceForm.TryRead("{}"u8.ToArray()));
    }

    private static (GateEvidence Evidence, List<string> Faults) Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var faults = new List<string>();
        return (GateEvidenceForm.Read(document.RootElement, string.Empty, (pointer, _) => faults.Add(pointer)), faults);
    }
}
