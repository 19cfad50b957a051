using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Tests.Operations;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>A message with another team's address: in an envelope of the sharding's, and put into the entity's own mailbox.</summary>
public sealed class WallsBetweenEntitiesTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_entity_does_nothing_for_a_command_that_names_another_one_however_it_came()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var mine = await FoundAsync(engine);
        var theirs = await FoundAsync(engine);
        var server = EmbeddedEngine.NewId<ServerId>();
        var token = engine.NewToken(theirs, server);
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(theirs, server, "web", false, Named.Ada)));
        Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(theirs, server, TokenHash.Of(token), 0, Named.Ada)));
        var known = await HeadAsync(engine, theirs);
        var regions = engine.Get<IReadOnlyActorRegistry>();

        // Each command is about my own team or server; the address is theirs.
        await RefusedAsync(regions.Get<TeamRegion>(), theirs.ToString(), new RenameTeam(mine, "mine now", Named.Ada));
        await RefusedAsync(regions.Get<TeamRegion>(), theirs.ToString(), new ListKeys(mine));
        await RefusedAsync(regions.Get<ServerRegion>(), $"{theirs}.{server}", new IssueToken(mine, server, Named.Hash("t"), 0, Named.Ada));
        var otherServer = EmbeddedEngine.NewId<ServerId>();
        await RefusedAsync(regions.Get<ServerRegion>(), $"{theirs}.{server}", new CloseDoor(theirs, otherServer, Named.Ada));

        Assert.NotEqual("mine now", Assert.IsType<TeamShown>(await engine.Client.AskAsync(new ShowTeam(theirs))).Name);
        Assert.Equal(known, await HeadAsync(engine, theirs));
    }

    /// <summary>By the region, in an envelope that names the entity; and past the region, to the entity's own path.</summary>
    private static async Task RefusedAsync(IActorRef region, string address, object command)
    {
        // What comes to a region is addressed by what it says: an envelope that says otherwise leads nowhere, or to a refusal.
        var byEnvelope = await AnswerAsync(region, new ShardingEnvelope(address, command));
        Assert.True(byEnvelope is null or Refused, $"{command.GetType().Name} by an envelope: {byEnvelope}");
        var shard = new Shards.ByTeam().ShardId(address);
        var entity = await new ActorSelection(region, $"{shard}/{address}").ResolveOne(Limit);
        var reply = Assert.IsType<Refused>(await entity.Ask<object>(command, Limit));
        Assert.Equal(RefusalKind.NotFound, reply.Kind);
    }

    private static async Task<object?> AnswerAsync(IActorRef region, object message)
    {
        try
        {
            return await region.Ask<object>(message, TimeSpan.FromSeconds(2));
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private static async Task<long> HeadAsync(EmbeddedEngine engine, TeamId team)
    {
        await TestSupport.Poll.UntilAsync("the log", Limit, async () =>
            (await engine.Get<IAuditLog>().HeadAsync(team, default))?.Number >= 3);
        return (await engine.Get<IAuditLog>().HeadAsync(team, default))!.Number;
    }

    private static async Task<TeamId> FoundAsync(EmbeddedEngine engine) =>
        await OpsFixture.FoundAsync(engine, (await OpsFixture.RunInAsync(engine.Folder, "teams", "invite")).Out.Trim());
}
