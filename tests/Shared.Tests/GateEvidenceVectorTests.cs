using System.Text.Json;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Shared.Tests;

/// <summary>The evidence as it travels, held against <c>tests/Vectors/gate/evidence.json</c>: both ends must mean the same by it.</summary>
public sealed class GateEvidenceVectorTests
{
    private static readonly GateEvidence Sample = new()
    {
        State = "suspect",
        Learning = false,
        Files = 20_000,
        ChangedFiles = 311,
        ChangedBytes = 73_400_320,
        GoneFiles = 2,
        HitFiles = 2,
        HitBytes = 53_248,
        HeldBackFiles = 1,
        FirstSeenFiles = 1,
        Rules = new Dictionary<string, long> { ["random"] = 2, ["type-lost"] = 1 },
        RunRules = ["hit"],
        Types = new Dictionary<string, long> { ["data"] = 2 },
        Hits =
        [
            new GateHit("4b227777d4dd1fc61c6f884f48641d02", "ef2d127de37b942baad06145e54b0c61", ["random", "type-lost"], 40_960, true),
            new GateHit("d4735e3a265e16eee03f59718b9b5d03", "6b86b273ff34fce19d6b804eff5a3f57", ["random"], 12_288, false, "/srv/a.bin"),
        ],
    };

    [Fact]
    public void Evidence_is_written_as_the_vector_has_it()
    {
        var written = JsonSerializer.Serialize(Sample, WireJson.Default.GateEvidence);
        Assert.Equal(File.ReadAllText(Repository.Vector("gate", "evidence.json")).TrimEnd('\n'), written);
    }

    [Fact]
    public void The_vector_is_read_as_what_it_was_written_from()
    {
        var read = GateEvidenceForm.TryRead(File.ReadAllBytes(Repository.Vector("gate", "evidence.json")));
        Assert.NotNull(read);
        Assert.Equal(
            JsonSerializer.Serialize(Sample, WireJson.Default.GateEvidence), JsonSerializer.Serialize(read, WireJson.Default.GateEvidence));
    }
}
