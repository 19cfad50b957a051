using Akka.Actor;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Storage;

/// <summary>What the list of servers promises, whichever store it is read from.</summary>
public abstract class ServerDirectorySuite
{
    private static readonly TeamId Team = EmbeddedEngine.NewId<TeamId>(), Other = EmbeddedEngine.NewId<TeamId>();

    /// <summary>What the clock of the directory says.</summary>
    protected static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    /// <summary>The directory that this suite is run against.</summary>
    protected abstract IServerDirectory Directory { get; }

    /// <summary>Tells it of servers.</summary>
    protected abstract IProjectionStore Projection { get; }

    /// <summary>Tells it of reports.</summary>
    protected abstract StoreUnderTest Store { get; }

    [Fact]
    public async Task Pages_follow_each_other_in_order_of_creation_without_gap_or_overlap()
    {
        // Three of them were made in the same millisecond.
        var made = new[] { 5, 3, 3, 3, 1, 9, 7 }.Select(age => (Id: EmbeddedEngine.NewId<ServerId>(), Ms: (long)age)).ToList();
        foreach (var (id, ms) in made) await InsertAsync(Team, id, ms);
        await InsertAsync(Other, EmbeddedEngine.NewId<ServerId>(), 2);
        var seen = new List<ServerId>();
        for (ServerId? after = null; ; after = seen[^1])
        {
            var page = await Directory.ListAsync(Team, after, 2, CancellationToken.None);
            if (page.Count == 0) break;
            seen.AddRange(page.Select(row => row.Id));
        }
        var expected = made.OrderBy(server => server.Ms).ThenBy(server => server.Id.ToString(), StringComparer.Ordinal);
        Assert.Equal(expected.Select(server => server.Id), seen);
    }

    [Fact]
    public async Task A_server_of_another_team_is_as_good_as_none()
    {
        var server = EmbeddedEngine.NewId<ServerId>();
        await InsertAsync(Other, server, 1);
        Assert.Null(await Directory.FindAsync(Team, server, CancellationToken.None));
        Assert.NotNull(await Directory.FindAsync(Other, server, CancellationToken.None));
        Assert.Empty(await Directory.ListAsync(Team, server, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Last_seen_is_the_newest_reports_time_and_never_in_the_future()
    {
        var (pending, online, ahead) = (await InsertAsync(1), await InsertAsync(2), await InsertAsync(3));
        var silent = await InsertAsync(4, silentSince: Now.AddSeconds(-30));
        await ReportAsync(online, Now.AddSeconds(-20), Now.AddSeconds(-10), Now.AddSeconds(-40));
        await ReportAsync(ahead, Now.AddMinutes(5));
        await ReportAsync(silent, Now.AddSeconds(-60));

        Assert.Equal((null, "pending"), await SeenAsync(pending));
        Assert.Equal((Now.AddSeconds(-10), "online"), await SeenAsync(online));
        Assert.Equal((Now, "online"), await SeenAsync(ahead));
        Assert.Equal((Now.AddSeconds(-60), "silent"), await SeenAsync(silent));
        // A fast clock's report, dated after the silence, does not make a dead server look alive; the door's word does.
        await ReportAsync(silent, Now.AddSeconds(-5));
        Assert.Equal((Now.AddSeconds(-30), "silent"), await SeenAsync(silent));
    }

    [Fact]
    public async Task A_server_whose_reports_have_expired_is_silent_with_its_last_seen_time_kept_and_not_pending()
    {
        var (lastSeen, silentSince) = (Now.AddDays(-30), Now.AddDays(-30).AddSeconds(45));
        var gone = await InsertAsync(1, silentSince, firstReport: Now.AddDays(-60));
        await ReportAsync(gone, lastSeen.AddSeconds(-10), lastSeen);
        var options = new EngineOptions
        {
            DataDirectory = "/nowhere",
            RootKey = new byte[32],
            RawRetention = TimeSpan.FromDays(40),
            HourRetention = TimeSpan.FromDays(20),
        };
        var pass = new RollupPass(Store.Rollups, Store.Source, Store.Seals, options, NullLogger<RollupPass>.Instance);
        await pass.RunAsync(Now, CancellationToken.None);
        Assert.Equal((lastSeen, "silent"), await SeenAsync(gone));
        Assert.Equal(2, await RetainAsync(options with { RawRetention = TimeSpan.FromDays(7), HourRetention = TimeSpan.FromDays(730) }));
        Assert.Equal((lastSeen, "silent"), await SeenAsync(gone));
        // After two years the roll-up is gone too: what is left is when it fell silent.
        await RetainAsync(options with { RawRetention = TimeSpan.FromDays(7) });
        Assert.Equal((silentSince, "silent"), await SeenAsync(gone));
    }

    private Task<int> RetainAsync(EngineOptions options) => new RetentionService(
        Store.Store, Store.Rollups, Store.Lines, options, TimeProvider.System, NullLogger<RetentionService>.Instance)
        .RunAsync(Now, CancellationToken.None);

    private async Task<(DateTimeOffset?, string)> SeenAsync(ServerId server)
    {
        var row = (await Directory.FindAsync(Team, server, CancellationToken.None))!;
        var list = await Directory.ListAsync(Team, null, 200, CancellationToken.None);
        Assert.Equal(row, Assert.Single(list, listed => listed.Id == server));
        return (row.LastSeenAt, row.Status);
    }

    private Task ReportAsync(ServerId server, params DateTimeOffset[] times)
    {
        var batch = Batches.Of(times[0].Ticks, 1, Batches.Names("cpu"), [1], times.Select(time => time.ToUnixTimeMilliseconds()));
        var item = Batches.Item(new ServerKey(Team, server), batch, ActorRefs.Nobody, ActorRefs.Nobody, Now);
        return Store.Store.WriteAsync([item], maybeKept: false);
    }

    private async Task<ServerId> InsertAsync(
        long createdMs, DateTimeOffset? silentSince = null, DateTimeOffset? firstReport = null)
    {
        var server = EmbeddedEngine.NewId<ServerId>();
        await InsertAsync(Team, server, createdMs, silentSince, firstReport);
        return server;
    }

    private async Task InsertAsync(
        TeamId team, ServerId server, long createdMs, DateTimeOffset? silentSince = null, DateTimeOffset? firstReport = null)
    {
        var rows = new ProjectedRows();
        rows.Put(new ProjectedServer(
            new ServerKey(team, server), "host", createdMs, firstReport?.ToUnixTimeMilliseconds(), silentSince?.ToUnixTimeMilliseconds(),
            EntitySeq: 1));
        var offset = await Projection.ReadOffsetAsync(CancellationToken.None);
        await Projection.SaveAsync(offset, offset + 1, rows, CancellationToken.None);
    }

    /// <summary>A clock that stands.</summary>
    protected sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
