using Akka.Actor;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;

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
    protected abstract IMetricsStore Metrics { get; }

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
        return Metrics.WriteAsync([item], maybeKept: false);
    }

    private async Task<ServerId> InsertAsync(long createdMs, DateTimeOffset? silentSince = null)
    {
        var server = EmbeddedEngine.NewId<ServerId>();
        await InsertAsync(Team, server, createdMs, silentSince);
        return server;
    }

    private async Task InsertAsync(TeamId team, ServerId server, long createdMs, DateTimeOffset? silentSince = null)
    {
        var rows = new ProjectedRows();
        rows.Put(new ProjectedServer(
            new ServerKey(team, server), "host", createdMs, null, silentSince?.ToUnixTimeMilliseconds(), EntitySeq: 1));
        var offset = await Projection.ReadOffsetAsync(CancellationToken.None);
        await Projection.SaveAsync(offset, offset + 1, rows, CancellationToken.None);
    }

    /// <summary>A clock that stands.</summary>
    protected sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
