using Akka.Actor;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>The sealed journal in a whole engine on the real SQL journal.</summary>
public sealed class SealedJournalTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team"), Other = Named.Id<TeamId>("other");
    private static readonly ProjectionTimes Often = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));

    [Fact]
    public async Task Every_event_and_snapshot_opens_at_the_number_that_the_table_gives_it_and_a_restart_finds_all_of_it()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var people = await FoundAsync(engine, Team, "Engines");
        // Beyond two snapshots, and with commands of two events among them (a founding is PersistAll of several).
        for (var i = 1; i <= 210; i++) Assert.IsType<Done>(await engine.Client.AskAsync(new SetPlan(Team, i, Named.Ada)));
        await FoundAsync(engine, Other, "Others");
        await Poll.UntilAsync("the snapshots", TimeSpan.FromSeconds(20), () => Task.FromResult(Rows(engine, "snapshot").Count == 2));

        var seals = engine.Get<JournalSeal>();
        foreach (var (id, number, bytes) in Rows(engine, "journal")) seals.Of(id).Open(new SealedEvent(bytes), number);
        Assert.All(Rows(engine, "snapshot"), row =>
            Assert.IsType<TeamState>(seals.Of(row.Id).Open(new SealedSnapshot(row.Bytes), row.Number)));
        Assert.Equal(213, Rows(engine, "journal").Count(row => row.Id == $"team-{Team}"));

        await engine.StopAsync();
        await engine.StartAgainAsync();
        Assert.Equal(TeamRole.Owner, Assert.IsType<Authorized>(await engine.Client.AskAsync(new AuthorizeUser(Team, people))).Role);
        Assert.IsType<UserKnown>(await engine.Client.AskAsync(new FindUser(Named.Address("Engines"))));
        // And the numbers go on from there.
        Assert.IsType<Done>(await engine.Client.AskAsync(new SetPlan(Team, 1, Named.Ada)));
        Assert.Equal(214, Rows(engine, "journal").Where(row => row.Id == $"team-{Team}").Max(row => row.Number));
    }

    [Fact]
    public async Task Events_that_somebody_exchanged_stop_their_own_team_alone()
    {
        await using var engine = await EmbeddedEngine.StartAsync(adjust: services => services.AddSingleton(Often));
        var (ada, bob) = (await FoundAsync(engine, Team, "Engines"), await FoundAsync(engine, Other, "Others"));
        for (var plan = 5; plan < 8; plan++) await engine.Client.AskAsync(new SetPlan(Team, plan, Named.Ada));
        await engine.StopAsync();
        JournalFile.Execute(engine, """
            update journal set message = (select message from journal where persistence_id = 'team-' || $team and sequence_number = 6)
            where persistence_id = 'team-' || $team and sequence_number = 5
            """, Team);
        // The tables are told anew from such a journal, too.
        using (var data = engine.File.OpenWriter())
            DataFile.Execute(data, "delete from teams; delete from servers; delete from projection");

        await engine.StartAgainAsync(adjust: services => services.AddSingleton(Often));
        Assert.Equal(RefusalKind.Internal, Assert.IsType<Refused>(await engine.Client.AskAsync(new AuthorizeUser(Team, ada))).Kind);
        Assert.Equal(RefusalKind.Internal, Assert.IsType<Refused>(await engine.Client.AskAsync(new SetPlan(Team, 1, Named.Ada))).Kind);
        Assert.Equal("Others", Assert.IsType<Authorized>(await engine.Client.AskAsync(new AuthorizeUser(Other, bob))).TeamName);
        var server = Named.Id<ServerId>("server");
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(Other, server, "web", false, Named.Ada)));
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(Other, server, TimeSpan.FromSeconds(20)));
        Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection()));
        Assert.Equal("web", (await engine.Get<IServerDirectory>().FindAsync(Other, server, default))!.Name);
    }

    [Fact]
    public async Task A_team_whose_keys_were_destroyed_is_gone_from_entities_tables_and_presence_and_others_go_on()
    {
        await using var engine = await EmbeddedEngine.StartAsync(adjust: services => services.AddSingleton(Often));
        var (ada, bob) = (await FoundAsync(engine, Team, "Engines"), await FoundAsync(engine, Other, "Others"));
        var (gone, stays) = (Named.Id<ServerId>("gone"), Named.Id<ServerId>("stays"));
        foreach (var (team, server) in new[] { (Team, gone), (Other, stays) })
        {
            Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(team, server, "web", false, Named.Ada)));
            Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(team, server, Named.Hash("t"), 0, Named.Ada)));
            Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server));
        }
        engine.Get<IKeyStore>().Destroy(Team, int.MaxValue, Named.Noon);
        engine.Get<TeamSeals>().Refresh(Team);

        for (var start = 0; start < 2; start++)
        {
            await Poll.UntilAsync("the team's rows to go", TimeSpan.FromSeconds(20), async () =>
                await engine.Get<IServerDirectory>().FindAsync(Team, gone, default) is null && Count(engine, "teams") == 1);
            Assert.Equal(RefusalKind.NotFound, Assert.IsType<Refused>(await engine.Client.AskAsync(new AuthorizeUser(Team, ada))).Kind);
            Assert.Equal(RefusalKind.NotFound,
                Assert.IsType<Refused>(await engine.Client.AskAsync(new IssueToken(Team, gone, Named.Hash("t2"), 0, Named.Ada))).Kind);
            Assert.Equal("Others", Assert.IsType<Authorized>(await engine.Client.AskAsync(new AuthorizeUser(Other, bob))).TeamName);
            Assert.Equal("web", (await engine.Get<IServerDirectory>().FindAsync(Other, stays, default))!.Name);
            Assert.Equal(1, Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection())).Teams);
            await engine.StopAsync();
            await engine.StartAgainAsync(adjust: services => services.AddSingleton(Often));
        }
        // Invitation, founding, member, server: nothing was added, nothing taken away.
        Assert.Equal(4, Rows(engine, "journal").Count(row => row.Id == $"team-{Team}"));
    }

    private static long Count(EmbeddedEngine engine, string table)
    {
        using var connection = engine.File.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = $"select count(*) from {table}";
        return (long)command.ExecuteScalar()!;
    }

    private static async Task<UserId> FoundAsync(EmbeddedEngine engine, TeamId team, string name)
    {
        var (user, invitation) = (Named.Id<UserId>(name), Named.Id<InvitationId>(name));
        Assert.IsType<Done>(await engine.Client.AskAsync(
            new IssueInvitation(team, invitation, Named.Hash(name), TeamRole.Owner, DateTimeOffset.UnixEpoch.AddYears(100), Named.Ada)));
        Assert.IsType<UserKnown>(await engine.Client.AskAsync(
            new RegisterUser(Named.Address(name), user, $"{name}@example.org", "hash", Named.Ada)));
        Assert.IsType<TeamJoined>(
            await engine.Client.AskAsync(
                new AcceptInvitation(team, invitation, Named.Hash(name), user, $"{name}@example.org", name, Named.Ada)));
        return user;
    }

    private static List<(string Id, long Number, byte[] Bytes)> Rows(EmbeddedEngine engine, string table)
    {
        using var connection = JournalFile.Open(engine, SqliteOpenMode.ReadOnly);
        using var command = connection.CreateCommand();
        command.CommandText = table == "journal"
            ? "select persistence_id, sequence_number, message from journal order by ordering"
            : "select persistence_id, sequence_number, snapshot from snapshot";
        using var reader = command.ExecuteReader();
        var rows = new List<(string, long, byte[])>();
        while (reader.Read()) rows.Add((reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
        return rows;
    }
}
