using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Gate.Evidence;

public sealed class RunLedgerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private static readonly PathIds Ids = new(TestKeys.Keys);
    private static readonly TreeEntry Clean = new() { Name = "a"u8.ToArray(), Type = TreeEntryType.File };

    private static readonly (string What, JudgedFile File, Settlement Settlement, int Hits)[] Files =
    [
        ("nothing found", File("/a", Clean), Settlement.Clean, 0),
        ("a hit with a clean version", File("/a", Clean, "random"), Settlement.HeldBack, 1),
        ("a hit without one", File("/a", null, "random"), Settlement.FirstSeen, 1),
        ("what was so from the first", File("/a", Clean, "random") with { WasFirstSeen = true }, Settlement.FirstSeen, 0),
        ("an accepted pair", File("/accepted", Clean, "random"), Settlement.Clean, 0),
        ("an accepted path with another content", File("/other", Clean, "random"), Settlement.HeldBack, 1),
    ];

    [Fact]
    public void A_file_comes_to_what_the_table_says()
    {
        foreach (var (what, file, settlement, hits) in Files)
        {
            var ledger = Ledger(new RunBasis
            {
                Now = Now,
                Accepted = new HashSet<(string, string)> { (Ids.Of("/accepted"u8), "c"), (Ids.Of("/other"u8), "d") },
            });
            Assert.True(ledger.Settle(file, "c") == settlement, what);
            Assert.True(hits == ledger.Counts.Hit, what);
            Assert.Equal(settlement == Settlement.HeldBack ? 1 : 0, ledger.HeldBack);
        }
    }

    [Fact]
    public void What_was_hit_before_as_it_is_stays_held_back_and_is_no_new_sign()
    {
        var first = Ledger(new RunBasis { Now = Now });
        first.Settle(File("/a", Clean, "random"), "c");
        var memory = new GateMemory().With(Run(1, Now), first.PastHits(), isNewEpoch: false);
        var next = Ledger(new RunBasis { Now = Now.AddDays(1), Memory = memory });
        Assert.Equal(Settlement.HeldBack, next.Settle(File("/a", Clean, "random"), "c"));
        Assert.Equal((0L, 1L, 1L), (next.Counts.Hit, next.Counts.HitInSevenDays, next.HeldBack));
        Assert.Equal(Settlement.HeldBack, next.Settle(File("/a", Clean, "random"), "another"));
        Assert.Equal((1L, 2L), (next.Counts.Hit, next.Counts.HitInSevenDays));
        // Nor does it become one when it has stood there for weeks.
        for (var day = 1; day < 30; day++)
        {
            var later = Ledger(new RunBasis { Now = Now.AddDays(day), Memory = memory });
            later.Settle(File("/a", Clean, "random"), "c");
            Assert.Equal((0L, day < 7 ? 1L : 0L), (later.Counts.Hit, later.Counts.HitInSevenDays));
            memory = memory.With(Run((byte)day, Now.AddDays(day)), later.PastHits(), isNewEpoch: false);
        }
    }

    [Fact]
    public void A_slow_burn_ends_the_run_at_the_file_that_makes_it_certain()
    {
        var memory = new GateMemory
        {
            Hits = [.. Enumerable.Range(0, 150).Select(i => new PastHit($"{i}", "c", 1, Now.AddDays(-6), Now.AddDays(-6)))],
        };
        var ledger = Ledger(new RunBasis { Now = Now, Memory = memory });
        for (var i = 0; i < 49; i++) ledger.Settle(File($"/new{i}", Clean, "random"), "c");
        Assert.Throws<GateFrozenException>(() => ledger.Settle(File("/new49", Clean, "random"), "c"));
        // A week later the first 150 do not count any more; after a freeze nothing does.
        foreach (var basis in new[] { new RunBasis { Now = Now.AddDays(2), Memory = memory },
            new RunBasis { Now = Now, Memory = memory, IsNewEpoch = true } })
        {
            var later = Ledger(basis);
            for (var i = 0; i < 150; i++) later.Settle(File($"/new{i}", Clean, "random"), "c");
            Assert.Equal(150, later.Counts.HitInSevenDays);
        }
    }

    [Fact]
    public void A_dump_that_turned_ends_the_run() => Assert.Throws<GateFrozenException>(() =>
        Ledger(new RunBasis { Now = Now }).Settle(File("/a.sql", Clean, "random") with { HasTurned = true }, "c"));

    [Fact]
    public void The_memory_keeps_30_runs_and_tells_since_when_a_file_is_overdue()
    {
        var memory = new GateMemory();
        Assert.Null(memory.OverdueSince);
        for (var i = 0; i < 40; i++) memory = memory.With(Run(1, Now.AddDays(i)), [], isNewEpoch: false);
        Assert.Equal(30, memory.Runs.Count);
        // The third run in a row comes now.
        Assert.Equal(Now.AddDays(38), memory.OverdueSince);
    }

    [Fact]
    public void New_endings_and_notes_are_counted_beside_what_the_last_snapshot_has()
    {
        var ledger = Ledger(new RunBasis { Now = Now, FilesBefore = 100 });
        ledger.Saw("x.txt"u8);
        for (var i = 0; i < 20; i++)
        {
            ledger.Changed(Encoding.UTF8.GetBytes($"/d/a{i}.docx.Locked"), 1, isNew: true);
            ledger.Changed(Encoding.UTF8.GetBytes($"/d/b{i}.txt"), 1, isNew: true);
            ledger.Changed(Encoding.UTF8.GetBytes($"/d{i % 3}/HOW_TO_DECRYPT.html"), 1, isNew: true);
            ledger.Changed(Encoding.UTF8.GetBytes($"/d/c{i}.old"), 1, isNew: false);
        }
        Assert.Equal((20L, 3L, 80L), (ledger.Counts.OneNewEnding, ledger.Counts.NoteFolders, ledger.Counts.Changed));
    }

    [Fact]
    public void The_platform_hears_no_path_and_never_more_than_it_takes()
    {
        var ledger = Ledger(new RunBasis { Now = Now, Memory = new GateMemory() });
        string[] all = [.. ContentRules.All.Select(rule => rule.Name), .. ChangeRules.All.Select(rule => rule.Name)];
        for (var i = 0; i < 199; i++) ledger.Settle(File($"/secret/{new string('ß', 1000)}{i}", Clean, all), $"{i:x32}");
        var evidence = new RunEvidence(ledger, 20_000);
        foreach (var withPaths in new[] { false, true })
        {
            var told = evidence.ForPlatform(withPaths);
            var json = JsonSerializer.SerializeToUtf8Bytes(told, WireJson.Default.GateEvidence);
            Assert.True(json.Length < 256 * 1024, $"{json.Length}");
            Assert.NotNull(GateEvidenceForm.TryRead(json));
            Assert.Equal(withPaths, Encoding.UTF8.GetString(json).Contains("secret", StringComparison.Ordinal));
            Assert.Equal(199, told.Hits.Count + told.HitsOmitted);
        }
        var inside = evidence.ForSnapshot();
        Assert.Equal(199, inside.GetProperty("hits").GetArrayLength());
        Assert.StartsWith("/secret/", inside.GetProperty("hits")[0].GetProperty("path").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_of_paths_and_contents_are_what_docs_backup_format_says()
    {
        using var contents = Ids.Contents();
        var id = new ChunkId(Enumerable.Repeat((byte)7, 32).ToArray());
        contents.Add(id);
        contents.Add(id);
        byte[] message = [.. "content\0"u8, .. Enumerable.Repeat((byte)7, 64)];
        Assert.Equal(Mac(message), contents.Finish());
        Assert.Equal(Mac([.. "content\0"u8]), contents.Finish());
        contents.Add(id);
        contents.Drop();
        Assert.Equal(Mac([.. "content\0"u8]), contents.Finish());
        Assert.Equal(Mac([.. "/etc/hosts"u8]), Ids.Of("/etc/hosts"u8));
    }

    private static string Mac(byte[] message) => Convert.ToHexStringLower(
        System.Security.Cryptography.HMACSHA256.HashData(TestKeys.Keys.PathKey, message).AsSpan(0, 16));

    private static RunLedger Ledger(RunBasis basis) => new(Ids, basis);

    private static PastRun Run(byte number, DateTimeOffset at) => new(TestKeys.Id<SnapshotId>(number), at, 10, 0);

    private static JudgedFile File(string path, TreeEntry? kept, params string[] rules) => new(Encoding.UTF8.GetBytes(path),
        new FileVerdict(rules.Length == 0 ? GateVerdict.Clean : GateVerdict.HeldBack, rules, new FileRecord("data", 8, 1, 1000)), kept,
        false, false);
}
