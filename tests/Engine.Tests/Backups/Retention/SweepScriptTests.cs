using CsCheck;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Backups;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups.Retention;

/// <summary>
/// The law of retention over a real store and a real vault, as <see cref="RetentionDecadeTests"/> has it over a model: whatever runs,
/// sweeps, crashes between tables and journal, freezes, cancellations and days come in whatever order, a snapshot that is kept has no hole.
/// </summary>
public sealed class SweepScriptTests
{
    private const int Names = 5;

    private enum Kind
    {
        Run,
        OpenRun,
        Sweep,
        Step,
        Days,
        Freeze,
        Resume,
        Cancel,
    }

    private static readonly Gen<Move[]> Scripts = Gen.Select(
        Gen.Frequency(
            (10, Gen.Const(Kind.Run)), (1, Gen.Const(Kind.OpenRun)), (10, Gen.Const(Kind.Sweep)), (8, Gen.Const(Kind.Step)),
            (14, Gen.Const(Kind.Days)), (1, Gen.Const(Kind.Freeze)), (6, Gen.Const(Kind.Resume)), (1, Gen.Const(Kind.Cancel))),
        Gen.Int[0, 99], Gen.Int[0, 7], (kind, number, luck) => new Move(kind, number, Killed: luck == 0)).Array[30, 60];

    [Fact]
    public void A_snapshot_that_is_kept_has_no_hole_whatever_was_swept_and_whenever_it_died()
    {
        var deleted = 0;
        // Chance may have it that nothing goes; then it is asked again.
        for (var round = 0; round < 5 && deleted == 0; round++)
            Scripts.Sample(script => deleted += PlayAsync(script).GetAwaiter().GetResult(), iter: 4, threads: 1);
        Assert.True(deleted > 0, $"Only {deleted} objects went in all: the scripts try nothing.");
    }

    private static async Task<int> PlayAsync(Move[] script)
    {
        using var chain = new ChainUnderTest();
        await chain.TellAsync(new ChooseRetention(
            ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, new RetentionPolicy(1, 0, 1, 0, 0), 30, Named.Ada));
        var deleted = 0;
        for (var at = 0; at < script.Length; at++)
        {
            // Two snapshots come first: without one to lose, nothing is tried.
            var (kind, number, killed) = at < 2 ? new Move(Kind.Run, script[at].Number, Killed: false) : script[at];
            var frozen = chain.State.Chain == ChainStatus.Frozen ? await ObjectsAsync(chain) : null;
            switch (kind)
            {
                case Kind.Run or Kind.OpenRun: await RunAsync(chain, $"{at}", number, commits: kind == Kind.Run, killed); break;
                case Kind.Sweep: deleted += (await chain.SweepAsync()).Deleted.Objects; break;
                case Kind.Step: await chain.SweepAsync((SweepStep)(1 + (number % 3)), killed); break;
                case Kind.Days:
                    chain.Now = chain.Now.AddDays(5 + (number % 40));
                    await chain.TellAsync(new CheckBackups(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server));
                    break;
                case Kind.Freeze: chain.Freeze(); break;
                case Kind.Resume: chain.Resume(); break;
                default:
                    await chain.TellAsync(
                        new CancelDeletion(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, Named.Ada), killed);
                    break;
            }
            if (kind is Kind.Sweep or Kind.Step) await AssertWholeAsync(chain);
            if (frozen is not null) Assert.Empty(frozen.Except(await ObjectsAsync(chain)));
        }
        return deleted;
    }

    /// <summary>A run that reuses what it can of what others left, and brings what it must.</summary>
    private static async Task RunAsync(ChainUnderTest chain, string name, int number, bool commits, bool killed)
    {
        var run = new AgentsRun(chain, name);
        if (await chain.DoAsync(run.Begin()) is not RunProceeds) return;
        await run.WholeAsync(2);
        for (var i = 0; i < Names; i++)
        {
            if ((number >> i & 1) == 0) continue;
            var shared = Name($"shared {i}");
            await run.ReuseAsync(shared, killed);
            if (run.Counted.Contains(shared)) continue;
            // Gone: its bytes come back under a fresh name, as an agent's do.
            var fresh = AgentsRun.Announced(Name($"{name} shared {i}"));
            var first = AgentsRun.Announced(shared);
            var announced = (await chain.Store.FindAsync(ChainUnderTest.Server, run.Id, [shared], chain.Now, default)).Known.Count == 0
                ? first : fresh;
            await run.AnnounceAsync(announced);
            await chain.PutAsync(announced.Name, AgentsRun.BytesOf(announced.Name));
        }
        if (commits) await chain.DoAsync(run.Commit(), killed);
    }

    private static async Task AssertWholeAsync(ChainUnderTest chain)
    {
        var kept = await chain.Store.ChainAsync(ChainUnderTest.Server, ChainExtent.Of(chain.State), default);
        foreach (var snapshot in kept)
        {
            var needed = await chain.Store.NeededAsync(ChainUnderTest.Server, snapshot.Snapshot.Snapshot, null, 99, default);
            // Also one that has expired: as long as it is listed it can be restored.
            Assert.Equal(snapshot.Snapshot.Objects, needed.Count);
            foreach (var one in needed)
                Assert.True(await chain.HasAsync(one.Name), $"Snapshot {snapshot.Snapshot.Number} lacks {one.Name}.");
        }
        Assert.Equal(chain.State.Head?.Number ?? 0, kept.Count == 0 ? 0 : kept[0].Snapshot.Number);
        if (kept.Count > 0) Assert.Null(kept[0].ExpiredAt);
    }

    private static async Task<HashSet<ObjectName>> ObjectsAsync(ChainUnderTest chain)
    {
        var all = await chain.Store.StandingAsync(
            ChainUnderTest.Server, new ObjectQuestion(ChainExtent.Of(chain.State), [], ObjectsWanted.All, null, 999), default);
        var names = all.Select(item => item.Name).ToList();
        return [.. (await chain.Vault.SizesAsync(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, names, default)).Keys];
    }

    private sealed record Move(Kind Kind, int Number, bool Killed);
}
