using System.Security.Cryptography;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Tests.Vault;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>Backups in a whole engine on real SQLite: from the door to the vault, over restarts, and with time passing.</summary>
public sealed class BackupsOverRestartsTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private readonly ManualTime _time = new(Named.Noon);

    [Fact]
    public async Task A_run_survives_restarts_between_all_its_steps_and_its_requests_stay_spent()
    {
        await using var engine = await StartAsync();
        var root = AgentsRun.Announced(Root("run"));
        var begin = Request(new BeginPayload(Id("run"), null, "0 2 * * *"));
        Assert.IsType<RunProceeds>(await engine.Client.AskAsync(begin));
        await AgainAsync(engine);
        Assert.Equal(RefusalKind.RequestReplayed, Assert.IsType<Refused>(await engine.Client.AskAsync(begin with { Call = Guid.Empty }))
            .Kind);
        Assert.Single(Assert.IsType<UploadsGranted>(await AskAsync(engine, new UploadsPayload(Id("run"), [root], []))).Tickets);
        await AgainAsync(engine);
        var bytes = AgentsRun.BytesOf(root.Name);
        Assert.Equal(PutOutcome.Stored, await engine.Get<IVault>().PutAsync(
            new VaultKey(Team, Server, root.Name), Sealed.FormOf(bytes), new MemoryStream(bytes),
            async cancellation => await engine.Client.AskAsync(new AskToKeep(Team, Server), cancellation) is Done, default));
        await AgainAsync(engine);
        Assert.IsType<SnapshotKept>(await AskAsync(engine, new CommitPayload(Id("run"), root.Name, 1, bytes.Length, "{}"u8.ToArray())));
        await AgainAsync(engine);
        var head = Assert.Single(Assert.IsType<SnapshotsListed>(await AskAsync(engine, new ListPayload())).Items);
        Assert.Equal(head, Assert.IsType<BackupsShown>(await engine.Client.AskAsync(new ShowBackups(Team, Server))).Head);
    }

    [Fact]
    public async Task A_run_that_falls_silent_while_the_platform_is_down_is_found_after_its_start()
    {
        await using var engine = await StartAsync();
        Assert.IsType<RunProceeds>(await AskAsync(engine, new BeginPayload(Id("run"), null, "0 2 * * *")));
        await engine.StopAsync();
        _time.Advance(TimeSpan.FromHours(7));
        await engine.StartAgainAsync();
        await engine.Get<BackupWatch>().LookAsync(default);
        await AwaitAsync(engine, shown => shown.Chain == ChainStatus.Suspect);
        _time.Advance(TimeSpan.FromDays(2));
        // The first look may move the row on, the next one finds what is due by then.
        await AwaitAsync(engine, shown => shown.History[0].Kind == HappeningKind.RunMissed, look: true);
    }

    [Fact]
    public async Task A_frozen_chain_is_told_of_once_a_day_also_over_a_restart()
    {
        await using var engine = await StartAsync();
        Assert.IsType<Done>(await engine.Client.AskAsync(new FreezeBackups(Team, Server, FreezeCause.Person, Named.Ada) { Reason = "r" }));
        for (var day = 1; day <= 2; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            await AwaitAsync(engine, shown => Alarms(shown) == day, look: true);
            // Whoever looks again and again hears nothing new; an answer comes after what was told before it.
            for (var look = 0; look < 3; look++) await engine.Get<BackupWatch>().LookAsync(default);
            Assert.Equal(day, Alarms(Assert.IsType<BackupsShown>(await engine.Client.AskAsync(new ShowBackups(Team, Server)))));
            if (day == 1) await AgainAsync(engine);
        }
    }

    [Fact]
    public async Task Once_a_day_every_vault_is_swept_and_what_no_rule_keeps_goes_a_week_after_it_expired()
    {
        await using var engine = await StartAsync();
        Assert.IsType<Done>(await engine.Client.AskAsync(
            new ChooseRetention(Team, Server, new RetentionPolicy(1, 0, 0, 0, 0), 30, Named.Ada)));
        var (old, next) = (await CommitAsync(engine, "old", null), await CommitAsync(engine, "next", Id("old")));
        foreach (var day in (int[])[31, 7])
        {
            _time.Advance(TimeSpan.FromDays(day));
            await engine.Get<RetentionWatch>().LookAsync(default);
            Assert.Empty(await engine.Get<ISweepList>().DueAsync(_time.GetUtcNow(), 9, default));
        }
        Assert.Equal([next], (await engine.Get<IVault>().SizesAsync(Team, Server, [old, next], default)).Keys);
        var shown = Assert.IsType<BackupsShown>(await engine.Client.AskAsync(new ShowBackups(Team, Server)));
        Assert.Equal([HappeningKind.DeletionDecided, HappeningKind.SnapshotsExpired], shown.History.Take(2).Select(item => item.Kind));
        Assert.Equal(Id("next"), Assert.Single(Assert.IsType<SnapshotsListed>(await AskAsync(engine, new ListPayload())).Items).Snapshot);
    }

    [Fact]
    public async Task A_team_that_spent_its_quota_is_told_whichever_of_its_servers_asks()
    {
        await using var engine = await EmbeddedEngine.StartAsync(_time, options => options with { BackupBytesPerTeam = 1 << 20 });
        foreach (var server in new[] { Server, Named.Id<ServerId>("other") })
            Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(Team, server, Named.Hash("token"), 0, Named.Ada)));
        Assert.IsType<RunProceeds>(await AskAsync(engine, new BeginPayload(Id("run"), null, null)));
        Assert.IsType<UploadsGranted>(await AskAsync(engine, new UploadsPayload(Id("run"), [New("a", 1 << 20)], [])));
        var other = Request(new BeginPayload(Id("other"), null, null)) with { Server = Named.Id<ServerId>("other") };
        Assert.IsType<RunProceeds>(await engine.Client.AskAsync(other));
        var one = Request(new UploadsPayload(Id("other"), [New("b", 1)], [])) with { Server = Named.Id<ServerId>("other") };
        Assert.Equal(RefusalKind.QuotaReached, Assert.IsType<Refused>(await engine.Client.AskAsync(one)).Kind);
    }

    private async Task<ObjectName> CommitAsync(EmbeddedEngine engine, string run, SnapshotId? parent)
    {
        var root = AgentsRun.Announced(Root(run));
        Assert.IsType<RunProceeds>(await AskAsync(engine, new BeginPayload(Id(run), parent, null)));
        Assert.IsType<UploadsGranted>(await AskAsync(engine, new UploadsPayload(Id(run), [root], [])));
        var bytes = AgentsRun.BytesOf(root.Name);
        Assert.Equal(PutOutcome.Stored, await engine.Get<IVault>().PutAsync(
            new VaultKey(Team, Server, root.Name), Sealed.FormOf(bytes), new MemoryStream(bytes), Sealed.Always, default));
        Assert.IsType<SnapshotKept>(await AskAsync(engine, new CommitPayload(Id(run), root.Name, 1, bytes.Length, "{}"u8.ToArray())));
        return root.Name;
    }

    private async Task<EmbeddedEngine> StartAsync()
    {
        var engine = await EmbeddedEngine.StartAsync(_time);
        Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(Team, Server, Named.Hash("token"), 0, Named.Ada)));
        return engine;
    }

    private static int Alarms(BackupsShown shown) => shown.History.Count(item => item.Kind == HappeningKind.StillFrozen);

    private static async Task AgainAsync(EmbeddedEngine engine)
    {
        await engine.StopAsync();
        await engine.StartAgainAsync();
    }

    private static Task AwaitAsync(EmbeddedEngine engine, Func<BackupsShown, bool> holds, bool look = false) =>
        Poll.UntilAsync("the chain to say so", TimeSpan.FromSeconds(30), async () =>
        {
            if (look) await engine.Get<BackupWatch>().LookAsync(default);
            return holds(Assert.IsType<BackupsShown>(await engine.Client.AskAsync(new ShowBackups(Team, Server))));
        });

    private Task<IEngineReply> AskAsync(EmbeddedEngine engine, IBackupPayload payload) => engine.Client.AskAsync(Request(payload));

    private AgentRequest Request(IBackupPayload payload) => new(
        Team, Server, new Guid(RandomNumberGenerator.GetBytes(16)), Named.Hash("token"), RandomNumberGenerator.GetBytes(32),
        _time.GetUtcNow().ToUnixTimeSeconds(), payload);
}
