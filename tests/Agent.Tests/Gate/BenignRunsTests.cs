using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Xunit.Abstractions;

namespace HostAtlas.Agent.Tests.Gate;

/// <summary>
/// Ordinary months of ordinary servers, in the figures that runs are judged by: edits, new archives, log rotation, databases that grow,
/// upgrades of packages, photo imports, folders that are deleted. Files are flagged by mistake as often as gate.md allows.
/// </summary>
public sealed class BenignRunsTests(ITestOutputHelper output)
{
    private const int FilesAtFirst = 20_000, RunsOfAServer = 50;

    // One in 2,000, ten times what was measured.
    private const double FlaggedByMistake = 0.0005;

    [Fact]
    public void A_thousand_runs_of_20_000_files_freeze_none()
    {
        var servers = LongForm.IsAsked ? 4_000 : 20;
        var states = new Dictionary<GateState, int>();
        for (var server = 0; server < servers; server++)
        {
            var random = new Random(server);
            var (memory, files) = (new GateMemory(), (long)FilesAtFirst);
            for (var run = 0; run < RunsOfAServer; run++)
            {
                var day = DateTimeOffset.UnixEpoch.AddDays(run);
                var (changed, created, gone) = run == 0 ? (files, 0, 0) : Day(random, files);
                var hits = Flagged(random, changed);
                var known = memory.InSevenDays(day);
                var (state, rules) = RunRules.Judge(new RunCounts
                {
                    Changed = changed,
                    Hit = hits.Count,
                    HitInSevenDays = hits.Count + known.Files,
                    HitBytesInSevenDays = hits.Sum() + known.Bytes,
                    Gone = gone,
                    Before = run == 0 ? 0 : files,
                    OneNewEnding = random.Next(50) == 0 ? random.Next(15) : 0,
                    ChangedBefore = memory.ChangedBefore,
                    IsLearning = run < 3,
                });
                Assert.True(state != GateState.Frozen, $"server {server}, run {run}: {string.Join(", ", rules)}, {changed} changed, "
                    + $"{hits.Count} hit, {gone} of {files} gone");
                states[state] = states.GetValueOrDefault(state) + 1;
                var id = ResourceId.FromRandom<SnapshotId>(new byte[16]);
                memory = memory.With(new PastRun(id, day, run == 0 ? null : changed, 0),
                    hits.Select((bytes, i) => new PastHit($"{run}", $"{i}", bytes, day, day)), isNewEpoch: false);
                files += created - gone;
            }
        }
        output.WriteLine(string.Join(", ", states.Select(count => $"{count.Value:N0} {count.Key}")));
    }

    // What a day brings: files that changed, files that are new among them, files that are gone.
    private static (long Changed, int Created, int Gone) Day(Random random, long files)
    {
        var (edits, archives, databases) = (random.Next(5, 400), random.Next(0, 6), random.Next(1, 5));
        // Each log is renamed and packed: the packed one is new, the plain one begins anew, the oldest goes.
        var rotated = random.Next(10, 60);
        var upgraded = random.Next(20) == 0 ? random.Next(500, 4_000) : 0;
        var photos = random.Next(15) == 0 ? random.Next(100, 800) : 0;
        var deleted = random.Next(20) == 0 ? (int)(files * 0.29 * random.NextDouble()) : 0;
        var created = archives + rotated + photos + (upgraded / 10);
        // Temporary files and old logs; never more together with a deleted folder than the rule allows.
        var gone = deleted + Math.Min(rotated + (upgraded / 12), (int)(files * 0.005));
        return (edits + archives + databases + (2 * rotated) + upgraded + photos, created, gone);
    }

    private static List<long> Flagged(Random random, long changed)
    {
        var hits = new List<long>();
        for (var i = 0L; i < changed; i++)
        {
            if (random.NextDouble() < FlaggedByMistake) hits.Add(random.Next(10_000, 4 << 20));
        }
        return hits;
    }
}
