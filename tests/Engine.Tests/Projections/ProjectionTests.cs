using System.Security.Cryptography;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Tests.Projections;

public sealed class ProjectionTests
{
    [Fact]
    public async Task A_server_is_listed_soon_after_it_joined()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        Assert.False(await engine.Get<IProjectionStore>().AnyTeamAsync(default));
        var team = await FoundAsync(engine);
        var server = await AddServerAsync(engine, team, "web-1");

        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server));
        var row = Assert.Single(await engine.Get<IServerDirectory>().ListAsync(team, null, 10, default));
        Assert.Equal((server, "web-1", "pending"), (row.Id, row.Name, row.Status));
        Assert.True(await engine.Get<IProjectionStore>().AnyTeamAsync(default));
    }

    [Fact]
    public async Task Waiting_for_a_server_that_never_comes_ends_without_an_error() =>
        await WithEngineAsync(async engine => Assert.False(await engine.Get<ProjectionWaiter>().WaitForServerAsync(
            EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>(), TimeSpan.FromMilliseconds(60))));

    [Fact]
    public async Task After_a_restart_it_goes_on_where_it_stood_and_tells_what_it_missed()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
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
        await using var engine = await EmbeddedEngine.StartAsync();
        var (one, two) = (await FoundAsync(engine), await FoundAsync(engine));
        await engine.Client.AskAsync(new SetPlan(one, null));
        foreach (var team in new[] { one, two })
        {
            for (var i = 0; i < 3; i++)
            {
                var server = await AddServerAsync(engine, team, $"server-{i}");
                await engine.Client.AskAsync(new IssueToken(team, server, new TokenHash(SHA256.HashData("t"u8)), 0));
            }
        }
        var store = engine.Get<IProjectionStore>();
        var grown = await Poll.ForAsync("every event in the tables", TimeSpan.FromSeconds(15), () =>
            Task.FromResult(Dump(engine) is var dump && dump.Count(line => line.EndsWith("|1", StringComparison.Ordinal)) == 6
                ? dump
                : null));

        using (var connection = engine.Get<DataFile>().OpenWriter())
            DataFile.Execute(connection, "update servers set name = x'00', entity_seq = 99; delete from teams");
        var rebuilt = Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection()));
        Assert.Equal((2, 6), (rebuilt.Teams, rebuilt.Servers));
        Assert.Equal(rebuilt.Offset, await store.ReadOffsetAsync(default));
        Assert.Equal(grown, Dump(engine));

        // And it goes on from there.
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(one, await AddServerAsync(engine, one, "after")));
    }

    [Fact]
    public async Task While_the_store_is_away_it_waits_and_then_goes_on_by_itself()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var team = await FoundAsync(engine);
        await engine.Client.AskAsync(new AwaitCaughtUp());
        ServerId server;
        using (var connection = engine.Get<DataFile>().OpenWriter())
        {
            // Somebody holds the only write lock for longer than a writer is patient.
            DataFile.Execute(connection, "begin immediate");
            server = await AddServerAsync(engine, team, "during");
            Assert.False(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server, TimeSpan.FromSeconds(2.5)));
            DataFile.Execute(connection, "rollback");
        }
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server, TimeSpan.FromSeconds(15)));
    }

    /// <summary>
    /// A transaction of the journal that was held open for longer than the reader waits commits its event with an offset that the reader
    /// has passed. SQLite's single writer cannot do that, so the event is taken out of the journal and put back when the reader is beyond
    /// it.
    /// </summary>
    [Fact]
    public async Task An_event_that_was_committed_behind_the_readers_back_is_found_although_none_follows_it()
    {
        var often = new ProjectionTimes(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));
        await using var engine = await EmbeddedEngine.StartAsync();
        var (one, two) = (await FoundAsync(engine), await FoundAsync(engine));
        await engine.Client.AskAsync(new AwaitCaughtUp());
        await engine.StopAsync();
        // Both teams' rows are forgotten, and the founding of one is late.
        using (var data = new DataFile(engine.Folder).OpenWriter()) DataFile.Execute(data, "delete from teams; delete from projection");
        JournalFile.Execute(engine, "create table late as select * from journal where persistence_id like '%' || $team", one);
        JournalFile.Execute(engine, "delete from journal where persistence_id like '%' || $team", one);

        await engine.StartAgainAsync(adjust: services => services.AddSingleton(often));
        await Poll.UntilAsync("the other team's row", TimeSpan.FromSeconds(30), () => Task.FromResult(Dump(engine).Count == 1));
        Assert.StartsWith($"{two}|", Assert.Single(Dump(engine)), StringComparison.Ordinal);
        JournalFile.Execute(engine, "insert into journal select * from late where persistence_id like '%' || $team", one);
        await Poll.UntilAsync("the late team's row", TimeSpan.FromSeconds(30), () => Task.FromResult(Dump(engine).Count == 2));
        // The live reading goes on beside it.
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(one, await AddServerAsync(engine, one, "after")));
    }

    private static List<string> Dump(EmbeddedEngine engine)
    {
        using var connection = engine.Get<DataFile>().OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = """
            select team, null, name, founded_at_ms || '|' || coalesce(plan, 'unlimited') || '|' || entity_seq from teams
            union all
            select team, server, name, created_at_ms || '|' || coalesce(first_report_ms, '') || '|' || coalesce(silent_since_ms, '')
              || '|' || entity_seq from servers
            order by 1, 2
            """;
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
        {
            Assert.True(ResourceId.TryRead<TeamId>(reader.GetFieldValue<byte[]>(0), out var team));
            ServerId? server = reader.IsDBNull(1) || !ResourceId.TryRead<ServerId>(reader.GetFieldValue<byte[]>(1), out var id) ? null : id;
            // Sealed names differ each time they are sealed; what they open to does not.
            var name = SealedName.Open(engine.Get<ITeamSeals>(), team, server, reader.GetFieldValue<byte[]>(2));
            lines.Add($"{team}|{server}|{name}|{reader.GetString(3)}");
        }
        return lines;
    }

    private static async Task WithEngineAsync(Func<EmbeddedEngine, Task> run)
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        await run(engine);
    }

    private static async Task<TeamId> FoundAsync(EmbeddedEngine engine)
    {
        var (team, user) = (EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<UserId>());
        var invitation = EmbeddedEngine.NewId<InvitationId>();
        var hash = new TokenHash(SHA256.HashData("invitation"u8));
        await engine.Client.AskAsync(new IssueInvitation(team, invitation, hash, TeamRole.Owner, DateTimeOffset.UnixEpoch.AddYears(100)));
        var accept = new AcceptInvitation(team, invitation, hash, user, "a@example.org", "Acme");
        Assert.IsType<TeamJoined>(await engine.Client.AskAsync(accept));
        return team;
    }

    private static async Task<ServerId> AddServerAsync(EmbeddedEngine engine, TeamId team, string name)
    {
        var server = EmbeddedEngine.NewId<ServerId>();
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(team, server, name, EnrolledByKey: false)));
        return server;
    }
}
