using System.Text.Json;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Tests.Operations;

/// <summary><c>ops keys …</c> on a whole engine that is at work.</summary>
public sealed class KeyVerbsTests
{
    private static readonly NameSet Names = new(77, 2, "cpu\nmem"u8.ToArray());
    private static readonly ResealTimes Quick = new(TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(100));

    [Fact]
    public async Task A_rotation_goes_by_while_reports_come_in_and_then_the_earlier_data_keys_are_gone()
    {
        await using var engine = await EmbeddedEngine.StartAsync(adjust: Adjust);
        var (team, server, token) = await TeamWithServerAsync(engine);
        for (var i = 0; i < 120; i++) await engine.Client.AskAsync(new SetPlan(team, 10 + i, Named.Ada));
        for (var i = 0; i < 30; i++) Assert.IsType<MetricsStored>(await engine.Client.AskAsync(Report(team, server, token, i)));
        var before = Now();

        using var stop = new CancellationTokenSource();
        var sender = Task.Run(async () =>
        {
            var sent = 0;
            for (; !stop.IsCancellationRequested; sent++)
                Assert.IsType<MetricsStored>(await engine.Client.AskAsync(Report(team, server, token, 1_000 + sent)));
            return sent;
        });
        var (exit, output, error) = await OpsFixture.RunInAsync(engine.Folder, "keys", "rotate");
        Assert.Equal((0, ""), (exit, error));
        // The team of the first start's invitation, which nobody used, is the second one.
        Assert.Contains("2 teams have new data keys", output, StringComparison.Ordinal);
        await UntilDoneAsync(engine);
        await stop.CancelAsync();
        var total = 30 + await sender;

        Assert.Equal([false, true], engine.Get<IKeyStore>().Load(team).Select(key => key.DestroyedAt is null));
        Assert.All(await HeadsAsync(engine, team), number => Assert.Equal(2, number));
        for (var start = 0; start < 2; start++)
        {
            Assert.Equal(total, await CountAsync(engine, team, server, before));
            Assert.IsType<MetricsStored>(await engine.Client.AskAsync(Report(team, server, token, 5_000 + start)));
            total++;
            Assert.IsType<Done>(await engine.Client.AskAsync(new SetPlan(team, 7 + start, Named.Ada)));
            Assert.Equal("web", (await engine.Get<IServerDirectory>().FindAsync(team, server, default))!.Name);
            Assert.IsType<Engine.Projections.ProjectionRebuilt>(await engine.Client.AskAsync(new Engine.Projections.RebuildProjection()));
            await engine.StopAsync();
            await engine.StartAgainAsync(adjust: Adjust);
        }
        Assert.Equal(64, new FileInfo(Path.Combine(engine.Folder, "root.key")).Length);
    }

    [Fact]
    public async Task Right_after_a_rotation_the_earlier_key_still_opens_and_show_says_that_it_waits()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var (team, _, _) = await TeamWithServerAsync(engine);
        using (var rotated = JsonDocument.Parse((await OpsFixture.RunInAsync(engine.Folder, "keys", "rotate", "--json")).Out))
            Assert.Equal(2, rotated.RootElement.GetProperty("teams").GetInt32());
        using var picture = await ShowAsync(engine);
        var roots = picture.RootElement.GetProperty("roots").EnumerateArray().ToList();
        Assert.Equal(["seals", "opens"], roots.Select(root => root.GetProperty("use").GetString()));
        Assert.Equal([4, 0], roots.Select(root => root.GetProperty("dataKeys").GetInt32()));
        Assert.Equal((2, 2), (Number(picture, "teams"), Number(picture, "teamsToDo")));
        Assert.Equal("waiting", picture.RootElement.GetProperty("reseal").GetProperty("state").GetString());
        Assert.Contains("2 still with an earlier key", (await OpsFixture.RunInAsync(engine.Folder, "keys", "show")).Out,
            StringComparison.Ordinal);
        Assert.All(engine.Get<IKeyStore>().Load(team), key => Assert.Null(key.DestroyedAt));
    }

    [Fact]
    public async Task Destroying_asks_for_the_id_twice_says_what_it_does_and_makes_everything_unreadable_for_good()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var (team, server, token) = await TeamWithServerAsync(engine);
        Assert.IsType<MetricsStored>(await engine.Client.AskAsync(Report(team, server, token, 1)));
        var (other, otherServer, otherToken) = await TeamWithServerAsync(engine);

        var slip = await OpsFixture.RunInAsync(engine.Folder, "keys", "destroy", $"{team}", "--confirm", $"{other}");
        Assert.Equal(2, slip.Exit);
        Assert.Contains("never be read", slip.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await OpsFixture.RunInAsync(engine.Folder, "keys", "destroy", "x", "--confirm", "x")).Exit);
        var nobody = EmbeddedEngine.NewId<TeamId>();
        Assert.Equal((1, "", "There is no such team.\n"),
            await OpsFixture.RunInAsync(engine.Folder, "keys", "destroy", $"{nobody}", "--confirm", $"{nobody}"));
        Assert.IsType<MetricsStored>(await engine.Client.AskAsync(Report(team, server, token, 2)));

        var done = await OpsFixture.RunInAsync(engine.Folder, "keys", "destroy", $"{team}", "--confirm", $"{team}");
        Assert.Equal((0, ""), (done.Exit, done.Error));
        // The door that is in memory, too, and at once.
        Assert.Equal(RefusalKind.CredentialsRejected,
            Assert.IsType<Refused>(await engine.Client.AskAsync(Report(team, server, token, 3))).Kind);
        Assert.Equal(RefusalKind.NotFound, Assert.IsType<Refused>(await engine.Client.AskAsync(new SetPlan(team, 5, Named.Ada))).Kind);
        var again = await OpsFixture.RunInAsync(engine.Folder, "keys", "destroy", $"{team}", "--confirm", $"{team}");
        Assert.Contains("were destroyed before", again.Out, StringComparison.Ordinal);
        Assert.IsType<MetricsStored>(await engine.Client.AskAsync(Report(other, otherServer, otherToken, 3)));

        // Whoever has the files, root.key and this code: each row, under every key that there is.
        await engine.StopAsync();
        var roots = new RootKeys(await File.ReadAllBytesAsync(Path.Combine(engine.Folder, "root.key")));
        var seals = new TeamSeals(new Engine.Storage.Sqlite.SqliteKeyStore(engine.File), roots, TimeProvider.System);
        Assert.Throws<TeamKeyDestroyedException>(() => seals.Find(team));
        var values = new Engine.Storage.Sqlite.SqliteSealedValues(
            engine.File, new EngineOptions { DataDirectory = engine.Folder, RootKey = new byte[32] });
        foreach (var table in Enum.GetValues<SealedTable>())
        {
            foreach (var value in await values.ReadAsync(team, table, null, [0xFF], 1_000, default))
                Assert.Throws<SealBrokenException>(() => seals.Get(other).Open(value.Place, value.Sealed));
        }
    }

    private static void Adjust(IServiceCollection services) => services.AddSingleton(Quick);

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static Task UntilDoneAsync(EmbeddedEngine engine) => Poll.UntilAsync("the pass to end", TimeSpan.FromSeconds(60), async () =>
    {
        using var picture = await ShowAsync(engine);
        return Number(picture, "teamsToDo") == 0 && picture.RootElement.GetProperty("reseal").GetProperty("state").GetString() == "done";
    });

    private static async Task<JsonDocument> ShowAsync(EmbeddedEngine engine) =>
        JsonDocument.Parse((await OpsFixture.RunInAsync(engine.Folder, "keys", "show", "--json")).Out);

    private static int Number(JsonDocument picture, string name) => picture.RootElement.GetProperty(name).GetInt32();

    private static async Task<List<int>> HeadsAsync(EmbeddedEngine engine, TeamId team)
    {
        var numbers = new List<int>();
        foreach (var table in Enum.GetValues<SealedTable>())
            numbers.AddRange((await engine.Get<ISealedValues>().ReadAsync(team, table, null, [0xFF], 100_000, default))
                .Select(value => TeamSeal.KeyNumberOf(value.Sealed)));
        return numbers;
    }

    // Every row is there, and every one opens.
    private static async Task<long> CountAsync(EmbeddedEngine engine, TeamId team, ServerId server, long before)
    {
        var answer = await engine.Get<IMetricsReader>().QueryAsync(
            new MetricsQuery(team, server, null, before - 3_600_000, Now() + 60_000, 1), CancellationToken.None);
        Assert.All(answer.Series.Single(series => series.Name == "mem").Points, point => Assert.Equal((2, 2), (point.Min, point.Max)));
        using var connection = engine.File.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from metric_rows";
        return (long)command.ExecuteScalar()!;
    }

    private static async Task<(TeamId, ServerId, TokenHash)> TeamWithServerAsync(EmbeddedEngine engine)
    {
        var (_, invitation, _) = await OpsFixture.RunInAsync(engine.Folder, "teams", "invite");
        var team = await OpsFixture.FoundAsync(engine, invitation.Trim());
        var server = EmbeddedEngine.NewId<ServerId>();
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(team, server, "web", false, Named.Ada)));
        var token = TokenHash.Of(engine.NewToken(team, server));
        Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(team, server, token, 0, Named.Ada)));
        Assert.True(await engine.Get<Engine.Projections.ProjectionWaiter>().WaitForServerAsync(team, server));
        return (team, server, token);
    }

    // One report a batch, each at a second of its own in the past hour.
    private static AgentRequest Report(TeamId team, ServerId server, TokenHash token, int number)
    {
        var signature = Named.Bytes($"{team}{number}{Now()}");
        var at = (Now() / 1_000 * 1_000) - (number % 3_000 * 1_000L);
        return new AgentRequest(team, server, new Guid(signature.AsSpan(0, 16)), token, signature, Now() / 1000,
            new MetricsPayload(new MetricBatch(BitConverter.ToInt64(signature, 8), BitConverter.ToInt64(signature, 0), [Names],
                [new ReportRow(at, 0, PackedValues.Pack([1, 2]))])));
    }
}
