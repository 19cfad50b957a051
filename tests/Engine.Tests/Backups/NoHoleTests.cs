using CsCheck;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>
/// The law of the chain: what is committed is whole at that moment, whatever came before it: requests in any order, sent twice, killed
/// between tables and journal, uploads that never came, a vault that lost objects, freezes, agents that count wrongly.
/// </summary>
public sealed class NoHoleTests
{
    private const int Objects = 4, Names = 2;

    private enum Kind
    {
        Begin,
        Announce,
        Reuse,
        Put,
        PutAll,
        Commit,
        CommitWrongly,
        Lose,
        Freeze,
        Resume,
    }

    // A commit is likelier than the rest, or hardly any script would come to one.
    private static readonly Gen<Step[]> Scripts = Gen.Select(
        Gen.Frequency(
            (16, Gen.Const(Kind.Begin)), (20, Gen.Const(Kind.Announce)), (8, Gen.Const(Kind.Reuse)), (4, Gen.Const(Kind.Put)),
            (12, Gen.Const(Kind.PutAll)), (20, Gen.Const(Kind.Commit)), (1, Gen.Const(Kind.CommitWrongly)), (3, Gen.Const(Kind.Lose)),
            (1, Gen.Const(Kind.Freeze)), (4, Gen.Const(Kind.Resume))),
        Gen.Int[0, Names - 1], Gen.Int[0, Objects - 1], Gen.Int[0, 9],
        (kind, run, name, luck) => new Step(kind, run, name, Killed: luck == 0)).Array[5, 60];

    [Fact]
    public void Whatever_is_committed_has_no_hole()
    {
        var committed = 0;
        Scripts.Sample(script => committed += PlayAsync(script).GetAwaiter().GetResult(), iter: 80, threads: 1);
        Assert.True(committed > 20, $"Only {committed} commits in all: the scripts try nothing.");
    }

    [Fact]
    public async Task A_commit_that_was_killed_between_tables_and_journal_is_no_commit_and_can_be_sent_again()
    {
        using var chain = new ChainUnderTest();
        var run = new AgentsRun(chain, "run");
        await run.WholeAsync(3);
        Assert.Null(await chain.DoAsync(run.Commit(), killed: true));
        Assert.Empty(Assert.IsType<SnapshotsListed>(await chain.DoAsync(new ListPayload())).Items);
        Assert.IsType<SnapshotKept>(await chain.DoAsync(run.Commit()));
        Assert.IsType<SnapshotKept>(await chain.DoAsync(run.Commit()));
        Assert.Equal(run.Id, Assert.Single(Assert.IsType<SnapshotsListed>(await chain.DoAsync(new ListPayload())).Items).Snapshot);
    }

    [Fact]
    public async Task An_object_that_the_vault_lost_before_the_commit_is_put_again_and_the_commit_succeeds()
    {
        using var chain = new ChainUnderTest();
        var run = new AgentsRun(chain, "run");
        await run.WholeAsync(3);
        chain.Lose(run.Needed[1].Name);
        Assert.Equal(RefusalKind.ObjectMissing, Assert.IsType<Refused>(await chain.DoAsync(run.Commit())).Kind);
        await run.AnnounceAsync(run.Needed[1]);
        Assert.Equal(PutOutcome.Stored, await chain.PutAsync(run.Needed[1].Name, AgentsRun.BytesOf(run.Needed[1].Name)));
        Assert.IsType<SnapshotKept>(await chain.DoAsync(run.Commit()));
    }

    [Fact]
    public async Task What_a_dead_run_had_sent_is_there_for_the_next_one_without_being_sent_again()
    {
        using var chain = new ChainUnderTest();
        var dead = new AgentsRun(chain, "dead");
        await dead.WholeAsync(5);
        var next = new AgentsRun(chain, "next");
        await chain.DoAsync(next.Begin());
        var names = dead.Needed.Select(announced => announced.Name).ToArray();
        var granted = Assert.IsType<UploadsGranted>(await chain.DoAsync(new UploadsPayload(next.Id, [dead.Needed[0]], names[1..])));
        Assert.Equal(names.ToHashSet(), granted.Present.ToHashSet());
        Assert.Empty(granted.Tickets);
    }

    private static async Task<int> PlayAsync(Step[] script)
    {
        using var chain = new ChainUnderTest();
        var runs = Enumerable.Range(0, Names).Select(i => new AgentsRun(chain, $"{i}")).ToArray();
        var committed = 0;
        foreach (var step in script)
        {
            var run = runs[step.Run];
            var name = Name($"{step.Name}", step.Name == 0 ? ObjectKind.Snapshot : ObjectKind.Pack);
            switch (step.Kind)
            {
                case Kind.Begin when await chain.DoAsync(run.Begin(), step.Killed) is Refused { Kind: RefusalKind.Conflict }:
                    // What is over never begins again: a fresh id.
                    runs[step.Run] = new AgentsRun(chain, $"{step.Run} after {chain.State.Closed.Count} {committed}");
                    break;
                case Kind.Begin: break;
                case Kind.Announce: await run.AnnounceAsync(AgentsRun.Announced(name), step.Killed); break;
                case Kind.Reuse: await run.ReuseAsync(name, step.Killed); break;
                case Kind.Put: await chain.PutAsync(name, AgentsRun.BytesOf(name)); break;
                case Kind.PutAll:
                    foreach (var one in run.Counted) await chain.PutAsync(one, AgentsRun.BytesOf(one));
                    break;
                case Kind.Lose: chain.Lose(name); break;
                case Kind.Freeze: chain.Freeze(); break;
                case Kind.Resume: chain.Resume(); break;
                case Kind.CommitWrongly: Assert.IsType<Refused>(await chain.DoAsync(run.Commit(extra: 1))); break;
                default:
                    if (await chain.DoAsync(run.Commit(), step.Killed) is not SnapshotKept) break;
                    committed++;
                    var needed = await chain.Store.NeededAsync(ChainUnderTest.Server, run.Id, null, 1000, default);
                    // A commit that is answered again may have lost something since; a head that is new may not.
                    if (run.CommittedBefore) break;
                    run.CommittedBefore = true;
                    foreach (var one in needed) Assert.True(await chain.HasAsync(one.Name), $"{one.Name} is not in the vault.");
                    Assert.Equal(chain.State.Head!.Objects, needed.Count);
                    Assert.Equal(chain.State.Head.Bytes, needed.Sum(one => one.Size));
                    Assert.Contains(chain.State.Head.SnapshotObject, needed.Select(one => one.Name));
                    break;
            }
        }
        var listed = Assert.IsType<SnapshotsListed>(await chain.DoAsync(new ListPayload())).Items;
        Assert.Equal(chain.State.Head, listed.Count > 0 ? listed[0] : null);
        return committed;
    }

    private sealed record Step(Kind Kind, int Run, int Name, bool Killed);
}
