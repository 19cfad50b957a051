using System.Security.Cryptography;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Tests;

/// <summary>The engine's promises over a restart, whichever store it is on.</summary>
public abstract class EmbeddedEngineSuite
{
    private static readonly NameSet Names = new(77, 2, "cpu\nmem"u8.ToArray());

    [Fact]
    public async Task A_batch_is_stored_once_however_often_it_is_sent_and_also_after_a_restart()
    {
        await using var engine = await StartAsync();
        var (team, server) = (EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());
        var token = TokenHash.Of(engine.NewToken(team, server));
        Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(team, server, token, 0, Named.Ada)));

        var first = Request(team, server, token, batch: 5);
        Assert.Equal(new MetricsStored(2, 4, 0), await engine.Client.AskAsync(first));
        Assert.Equal(RefusalKind.RequestReplayed,
            Assert.IsType<Refused>(await engine.Client.AskAsync(first with { Call = Guid.Empty })).Kind);
        Assert.Equal(new MetricsStored(2, 4, 0), await engine.Client.AskAsync(Request(team, server, token, batch: 5)));

        await engine.StopAsync();
        await engine.StartAgainAsync();
        Assert.Equal(RefusalKind.RequestReplayed, Assert.IsType<Refused>(await engine.Client.AskAsync(first)).Kind);
        Assert.Equal(new MetricsStored(2, 4, 0), await engine.Client.AskAsync(Request(team, server, token, batch: 5)));

        var answer = await engine.Get<IMetricsReader>().QueryAsync(
            new MetricsQuery(team, server, null, Now - 60_000, Now + 60_000, 1), CancellationToken.None);
        Assert.Equal(["cpu", "mem"], answer.Series.Select(series => series.Name));
        Assert.All(answer.Series, series => Assert.Equal(2, series.Points.Count));

        var rotated = TokenHash.Of(engine.NewToken(team, server));
        Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(team, server, rotated, 0, Named.Ada)));
        Assert.Equal(RefusalKind.CredentialsRejected,
            Assert.IsType<Refused>(await engine.Client.AskAsync(Request(team, server, token, batch: 6))).Kind);
    }

    [Fact]
    public async Task Teams_people_and_plans_survive_a_restart()
    {
        await using var engine = await StartAsync();
        var (team, user, invitation) =
            (EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<UserId>(), EmbeddedEngine.NewId<InvitationId>());
        var hash = new TokenHash(SHA256.HashData("invitation"u8));
        var address = engine.Keys.AddressOf("Ada@Example.org");
        await engine.Client.AskAsync(new IssueInvitation(
            team, invitation, hash, TeamRole.Owner, DateTimeOffset.UnixEpoch.AddYears(100), Named.Ada));
        Assert.IsType<UserKnown>(await engine.Client.AskAsync(new RegisterUser(address, user, "Ada@Example.org", "hash", Named.Ada)));
        Assert.IsType<TeamJoined>(
            await engine.Client.AskAsync(new AcceptInvitation(team, invitation, hash, user, "Ada@Example.org", "Engines", Named.Ada)));
        Assert.IsType<Done>(await engine.Client.AskAsync(new SetPlan(team, 1, Named.Ada)));
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(
            new AddServer(team, EmbeddedEngine.NewId<ServerId>(), "one", false, Named.Ada)));

        await engine.StopAsync();
        await engine.StartAgainAsync();
        Assert.Equal(engine.Keys.AddressOf(" ada@example.ORG"), address);
        Assert.Equal(user, Assert.IsType<UserKnown>(await engine.Client.AskAsync(new FindUser(address))).User);
        Assert.Equal(TeamRole.Owner, Assert.IsType<Authorized>(await engine.Client.AskAsync(new AuthorizeUser(team, user))).Role);
        Assert.Equal(RefusalKind.PlanLimitReached, Assert.IsType<Refused>(
            await engine.Client.AskAsync(new AddServer(team, EmbeddedEngine.NewId<ServerId>(), "two", false, Named.Ada))).Kind);
        Assert.Equal(RefusalKind.InvitationSpent,
            Assert.IsType<Refused>(await engine.Client.AskAsync(new InspectInvitation(team, invitation, hash))).Kind);
    }

    /// <summary>Starts an engine on the store that this suite is run against.</summary>
    protected abstract Task<EmbeddedEngine> StartAsync();

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Two reports of two values each, signed anew.</summary>
    protected static AgentRequest Request(TeamId team, ServerId server, TokenHash token, long batch)
    {
        var signature = RandomNumberGenerator.GetBytes(32);
        var at = Now / 60_000 * 60_000;
        var rows = new[] { new ReportRow(at, 0, PackedValues.Pack([1, 2])), new ReportRow(at + 1000, 0, PackedValues.Pack([3, 4])) };
        return new AgentRequest(team, server, new Guid(signature.AsSpan(0, 16)), token, signature, Now / 1000,
            new MetricsPayload(new MetricBatch(batch, BitConverter.ToInt64(signature, 0), [Names], rows)));
    }
}
