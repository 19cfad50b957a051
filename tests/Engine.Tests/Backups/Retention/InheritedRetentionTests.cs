using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups.Retention;

/// <summary>A team's default at a server that chose nothing: as if it had been chosen there, a sweep later.</summary>
public sealed class InheritedRetentionTests : IDisposable
{
    private static readonly RetentionPolicy OnlyTheNewest = new(1, 0, 0, 0, 0);

    private readonly ChainUnderTest _chain = new();

    private RetentionMemory Memory => _chain.State.Retention!;

    [Fact]
    public async Task It_is_taken_over_once_and_decides_from_that_very_sweep_on_and_a_dry_run_tells_so_before()
    {
        await TwoSnapshotsAsync();
        _chain.Now = Now.AddDays(31);
        Assert.Equal(0, (await _chain.SweepAsync()).Expired);
        _chain.Default = new RetentionDefault(OnlyTheNewest, 30);
        Assert.Equal(1, (await _chain.SweepAsync(SweepStep.Expire, dryRun: true))!.Expired);
        Assert.DoesNotContain(_chain.Journal, happened => happened is RetentionInherited);
        Assert.Equal(1, (await _chain.SweepAsync()).Expired);
        await _chain.SweepAsync();
        var taken = Assert.Single(_chain.Journal.OfType<RetentionInherited>());
        Assert.Equal((OnlyTheNewest, new RetentionFloor(30), RetentionPolicy.Default, true),
            (taken.Policy, taken.Floor, taken.FromPolicy, taken.Shortens));
    }

    [Fact]
    public async Task A_lower_floor_waits_its_week_from_the_sweep_that_heard_of_it()
    {
        await TwoSnapshotsAsync();
        _chain.Default = new RetentionDefault(OnlyTheNewest, 7);
        _chain.Now = Now.AddDays(10);
        Assert.Equal(0, (await _chain.SweepAsync()).Expired);
        Assert.Equal(new RetentionFloor(30, 7, Now.AddDays(17)), Memory.Floor);
        _chain.Now = Now.AddDays(17).AddSeconds(-1);
        Assert.Equal(0, (await _chain.SweepAsync()).Expired);
        _chain.Now = Now.AddDays(17);
        Assert.Equal(1, (await _chain.SweepAsync()).Expired);
        Assert.Single(_chain.Journal.OfType<RetentionInherited>());
        // A higher one holds at once, and nothing of it is a reason to tell anybody.
        _chain.Default = new RetentionDefault(RetentionPolicy.Default, 60);
        await _chain.SweepAsync();
        Assert.False(_chain.Journal.OfType<RetentionInherited>().Last().Shortens);
        Assert.Equal(60, Memory.Days.At(_chain.Now));
    }

    [Fact]
    public async Task A_server_that_chose_keeps_its_choice_until_somebody_gives_it_up_and_then_a_lower_floor_waits_too()
    {
        var server = ChainUnderTest.Server;
        await TwoSnapshotsAsync();
        var own = new RetentionPolicy(9, 9, 9, 9, 9);
        await _chain.TellAsync(new ChooseRetention(server.Team, server.Server, own, 40, Named.Ada));
        _chain.Default = new RetentionDefault(OnlyTheNewest, 7);
        await _chain.SweepAsync();
        Assert.Equal((own, 40), (Memory.Counts, Memory.Days.At(_chain.Now)));
        for (var time = 0; time < 2; time++)
            await _chain.TellAsync(new InheritRetention(server.Team, server.Server, Named.Ada));
        Assert.Single(_chain.Journal.OfType<RetentionReleased>());
        // Nothing before the next sweep.
        Assert.Equal((own, 40), (Memory.Counts, Memory.Days.At(_chain.Now)));
        await _chain.SweepAsync();
        Assert.Equal((OnlyTheNewest, new RetentionFloor(40, 7, _chain.Now.AddDays(7))), (Memory.Counts, Memory.Days));
        // Chosen anew, it is the server's own again.
        await _chain.TellAsync(new ChooseRetention(server.Team, server.Server, own, 40, Named.Ada));
        await _chain.SweepAsync();
        Assert.Equal((own, false), (Memory.Counts, Memory.Inherited));
    }

    [Fact]
    public async Task A_team_that_never_chose_leaves_the_platforms_own_to_who_gave_the_own_choice_up()
    {
        var server = ChainUnderTest.Server;
        await TwoSnapshotsAsync();
        await _chain.SweepAsync();
        Assert.DoesNotContain(_chain.Journal, happened => happened is RetentionInherited);
        await _chain.TellAsync(new ChooseRetention(server.Team, server.Server, OnlyTheNewest, 30, Named.Ada));
        await _chain.TellAsync(new InheritRetention(server.Team, server.Server, Named.Ada));
        await _chain.SweepAsync();
        Assert.Equal(RetentionPolicy.Default, Memory.Counts);
    }

    public void Dispose() => _chain.Dispose();

    private async Task TwoSnapshotsAsync()
    {
        foreach (var name in (string[])["old", "new"])
        {
            var run = new AgentsRun(_chain, name);
            await run.WholeAsync(2);
            Assert.IsType<SnapshotKept>(await _chain.DoAsync(run.Commit()));
        }
    }
}
