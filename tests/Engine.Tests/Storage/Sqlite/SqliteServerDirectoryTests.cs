using Akka.Actor;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

public sealed class SqliteServerDirectoryTests : IDisposable
{
    private static readonly TeamId Team = EmbeddedEngine.NewId<TeamId>(), Other = EmbeddedEngine.NewId<TeamId>();
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    private readonly SqliteStoreUnderTest _store = new();
    private readonly SqliteServerDirectory _directory;

    public SqliteServerDirectoryTests() => _directory = new SqliteServerDirectory(_store.File, _store.Seals, new FixedTime(Now));

    [Fact]
    public async Task Pages_follow_each_other_in_order_of_creation_without_gap_or_overlap()
    {
        // Three of them were made in the same millisecond.
        var made = new[] { 5, 3, 3, 3, 1, 9, 7 }.Select(age => (Id: EmbeddedEngine.NewId<ServerId>(), Ms: (long)age)).ToList();
        foreach (var (id, ms) in made) Insert(Team, id, ms);
        Insert(Other, EmbeddedEngine.NewId<ServerId>(), 2);
        var seen = new List<ServerId>();
        for (ServerId? after = null; ; after = seen[^1])
        {
            var page = await _directory.ListAsync(Team, after, 2, CancellationToken.None);
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
        Insert(Other, server, 1);
        Assert.Null(await _directory.FindAsync(Team, server, CancellationToken.None));
        Assert.NotNull(await _directory.FindAsync(Other, server, CancellationToken.None));
        Assert.Empty(await _directory.ListAsync(Team, server, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Last_seen_is_the_newest_reports_time_and_never_in_the_future()
    {
        var (pending, online, ahead) = (Insert(Team, 1), Insert(Team, 2), Insert(Team, 3));
        var silent = Insert(Team, 4, silentSince: Now.AddSeconds(-30));
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

    public void Dispose() => _store.Dispose();

    private async Task<(DateTimeOffset?, string)> SeenAsync(ServerId server)
    {
        var row = (await _directory.FindAsync(Team, server, CancellationToken.None))!;
        var list = await _directory.ListAsync(Team, null, 200, CancellationToken.None);
        Assert.Equal(row, Assert.Single(list, listed => listed.Id == server));
        return (row.LastSeenAt, row.Status);
    }

    private Task ReportAsync(ServerId server, params DateTimeOffset[] times)
    {
        var batch = Batches.Of(times[0].Ticks, 1, Batches.Names("cpu"), [1], times.Select(time => time.ToUnixTimeMilliseconds()));
        var item = Batches.Item(new ServerKey(Team, server), batch, ActorRefs.Nobody, ActorRefs.Nobody, Now);
        return _store.Store.WriteAsync([item], maybeKept: false);
    }

    private ServerId Insert(TeamId team, long createdMs, DateTimeOffset? silentSince = null)
    {
        var server = EmbeddedEngine.NewId<ServerId>();
        Insert(team, server, createdMs, silentSince);
        return server;
    }

    private void Insert(TeamId team, ServerId server, long createdMs, DateTimeOffset? silentSince = null)
    {
        using var writer = _store.File.OpenWriter();
        using var command = writer.CreateCommand();
        command.CommandText = """
            insert into servers (team, server, name, created_at_ms, silent_since_ms, entity_seq)
            values ($team, $server, $name, $created, $silent, 1)
            """;
        command.Parameters.AddWithValue("$team", team.ToBytes());
        command.Parameters.AddWithValue("$server", server.ToBytes());
        command.Parameters.AddWithValue("$name", SealedName.Seal(_store.Seals, team, server, "host"));
        command.Parameters.AddWithValue("$created", createdMs);
        command.Parameters.AddWithValue("$silent", (object?)silentSince?.ToUnixTimeMilliseconds() ?? DBNull.Value);
        command.ExecuteNonQuery();
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
