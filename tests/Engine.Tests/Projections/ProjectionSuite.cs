using System.Data.Common;
using System.Security.Cryptography;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Projections;

/// <summary>The projection in a running engine, whichever store it is on.</summary>
public abstract class ProjectionSuite
{
    /// <summary>The reconciler at work all the time.</summary>
    protected static readonly ProjectionTimes Often = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));

    /// <summary>Starts an engine on the store that this suite is run against.</summary>
    protected abstract Task<EmbeddedEngine> StartAsync();

    /// <summary>The tables past the engine, with every right.</summary>
    protected abstract Task<DbConnection> OpenTablesAsync(EmbeddedEngine engine);

    /// <summary>Locks the tables against writers, for as long as its connection is open.</summary>
    protected abstract string LockSql { get; }

    [Fact]
    public async Task A_server_is_listed_soon_after_it_joined()
    {
        await using var engine = await StartAsync();
        Assert.False(await engine.Get<IProjectionStore>().AnyTeamAsync(default));
        var team = await FoundAsync(engine);
        var server = await AddServerAsync(engine, team, "web-1");

        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server));
        var row = Assert.Single(await engine.Get<IServerDirectory>().ListAsync(team, null, 10, default));
        Assert.Equal((server, "web-1", "pending"), (row.Id, row.Name, row.Status));
        Assert.True(await engine.Get<IProjectionStore>().AnyTeamAsync(default));
    }

    [Fact]
    public async Task A_server_is_listed_by_its_new_name_and_no_longer_once_it_was_deleted()
    {
        await using var engine = await StartAsync();
        var team = await FoundAsync(engine);
        var (kept, server) = (await AddServerAsync(engine, team, "kept"), await AddServerAsync(engine, team, "web-1"));
        Assert.IsType<Done>(await engine.Client.AskAsync(new RenameServer(team, server, "web-2", ByKey: false, Named.Ada)));
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForNameAsync(team, server, "web-2"));

        Assert.IsType<Done>(await engine.Client.AskAsync(new RemoveServer(team, server, Named.Ada)));
        Assert.True(await engine.Get<ProjectionWaiter>().WaitUntilGoneAsync(team, server));
        Assert.Equal([kept], (await engine.Get<IServerDirectory>().ListAsync(team, null, 10, default)).Select(row => row.Id));
        // What its door writes afterwards brings it back in no table, nor does telling all of it again.
        Assert.IsType<Done>(await engine.Client.AskAsync(new CloseDoor(team, server, Named.Ada)));
        await engine.Client.AskAsync(new AwaitCaughtUp());
        Assert.Equal(1, Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection())).Servers);
    }

    [Fact]
    public async Task Waiting_for_a_server_that_never_comes_ends_without_an_error() =>
        await WithEngineAsync(async engine => Assert.False(await engine.Get<ProjectionWaiter>().WaitForServerAsync(
            EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>(), TimeSpan.FromMilliseconds(60))));

    [Fact]
    public async Task After_a_restart_it_goes_on_where_it_stood_and_tells_what_it_missed()
    {
        await using var engine = await StartAsync();
        var team = await FoundAsync(engine);
        var first = await AddServerAsync(engine, team, "first");
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, first));

        // Stopped at once after the last command: whether its event was told before or after the restart must not matter.
        var second = await AddServerAsync(engine, team, "second");
        await engine.StopAsync();
        await engine.StartAgainAsync();
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, second));
        await engine.Client.AskAsync(new AwaitCaughtUp());
        Assert.Equal(["first", "second"],
            (await engine.Get<IServerDirectory>().ListAsync(team, null, 10, default)).Select(row => row.Name).Order());
    }

    [Fact]
    public async Task A_rebuild_gives_the_tables_that_had_grown_and_mends_rows_that_were_wrong()
    {
        await using var engine = await StartAsync();
        var (one, two) = (await FoundAsync(engine), await FoundAsync(engine));
        await engine.Client.AskAsync(new SetPlan(one, null, Named.Ada));
        foreach (var team in new[] { one, two })
        {
            for (var i = 0; i < 3; i++)
            {
                var server = await AddServerAsync(engine, team, $"server-{i}");
                await engine.Client.AskAsync(new IssueToken(team, server, new TokenHash(SHA256.HashData("t"u8)), 0, Named.Ada));
            }
        }
        var store = engine.Get<IProjectionStore>();
        var grown = await Poll.ForAsync("every event in the tables", TimeSpan.FromSeconds(15), () =>
            DumpAsync(engine).ContinueWith(dump => dump.Result.Count(line => line.EndsWith("|1", StringComparison.Ordinal)) == 6
                ? dump.Result
                : null, TaskScheduler.Default));

        await ExecuteAsync(engine, "update servers set entity_seq = 99; delete from teams");
        var rebuilt = Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection()));
        Assert.Equal((2, 6), (rebuilt.Teams, rebuilt.Servers));
        Assert.Equal(rebuilt.Offset, await store.ReadOffsetAsync(default));
        Assert.Equal(grown, await DumpAsync(engine));

        // And it goes on from there.
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(one, await AddServerAsync(engine, one, "after")));
    }

    [Fact]
    public async Task While_the_store_is_away_it_waits_and_then_goes_on_by_itself()
    {
        await using var engine = await StartAsync();
        var team = await FoundAsync(engine);
        await engine.Client.AskAsync(new AwaitCaughtUp());
        ServerId server;
        await using (var connection = await OpenTablesAsync(engine))
        {
            // Somebody holds the tables for longer than a writer is patient.
            await ExecuteAsync(connection, LockSql);
            server = await AddServerAsync(engine, team, "during");
            Assert.False(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server, TimeSpan.FromSeconds(4)));
        }
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server, TimeSpan.FromSeconds(30)));
    }

    /// <summary>Every row, with its name opened.</summary>
    protected async Task<List<string>> DumpAsync(EmbeddedEngine engine)
    {
        await using var connection = await OpenTablesAsync(engine);
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select team, null, name, founded_at_ms || '|' || coalesce(cast(plan as text), 'unlimited') || '|' || entity_seq from teams
            union all
            select team, server, name, created_at_ms || '|' || coalesce(cast(first_report_ms as text), '') || '|'
              || coalesce(cast(silent_since_ms as text), '') || '|' || entity_seq from servers
            order by 1, 2
            """;
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            var team = Id<TeamId>(reader, 0);
            ServerId? server = await reader.IsDBNullAsync(1) ? null : Id<ServerId>(reader, 1);
            // Sealed names differ each time they are sealed; what they open to does not.
            var name = SealedName.Open(engine.Get<ITeamSeals>(), team, server, (byte[])reader.GetValue(2));
            lines.Add($"{team}|{server}|{name}|{reader.GetString(3)}");
        }
        return lines;
    }

    /// <summary>Changes the tables as nobody but a test may.</summary>
    protected async Task ExecuteAsync(EmbeddedEngine engine, string sql)
    {
        await using var connection = await OpenTablesAsync(engine);
        await ExecuteAsync(connection, sql);
    }

    /// <summary>Runs statements on a connection.</summary>
    protected static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are these tests' own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static T Id<T>(DbDataReader reader, int column) where T : struct, IResourceId<T>
    {
        var bytes = reader.GetValue(column) is Guid id ? id.ToByteArray(bigEndian: true) : (byte[])reader.GetValue(column);
        Assert.True(ResourceId.TryRead<T>(bytes, out var read));
        return read;
    }

    private async Task WithEngineAsync(Func<EmbeddedEngine, Task> run)
    {
        await using var engine = await StartAsync();
        await run(engine);
    }

    /// <summary>A team with one person.</summary>
    protected static async Task<TeamId> FoundAsync(EmbeddedEngine engine)
    {
        var (team, user) = (EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<UserId>());
        var invitation = EmbeddedEngine.NewId<InvitationId>();
        var hash = new TokenHash(SHA256.HashData("invitation"u8));
        await engine.Client.AskAsync(new IssueInvitation(
            team, invitation, hash, TeamRole.Owner, DateTimeOffset.UnixEpoch.AddYears(100), Named.Ada));
        var accept = new AcceptInvitation(team, invitation, hash, user, "a@example.org", "Acme", Named.Ada);
        Assert.IsType<TeamJoined>(await engine.Client.AskAsync(accept));
        return team;
    }

    /// <summary>A server of a team.</summary>
    protected static async Task<ServerId> AddServerAsync(EmbeddedEngine engine, TeamId team, string name)
    {
        var server = EmbeddedEngine.NewId<ServerId>();
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(team, server, name, EnrolledByKey: false, Named.Ada)));
        return server;
    }
}
