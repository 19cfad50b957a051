using System.Security.Cryptography;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Move;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Tests.Storage.Postgres;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.Engine.Tests.Storage.Move;

/// <summary>A real engine's data from SQLite to PostgreSQL.</summary>
public sealed class StoreMoveTests : IAsyncLifetime
{
    private const int Reports = 40;
    private static readonly NameSet Names = new(77, 2, "cpu\nmem"u8.ToArray());

    // Once a test: a batch that is sent again has the times it had.
    private readonly long _newest = Now / 60_000 * 60_000;

    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync() => _test = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    [Fact]
    public async Task After_a_move_that_was_interrupted_again_and_again_everything_is_as_before_and_goes_on()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var (team, server, token) = await FillAsync(engine);
        await engine.StopAsync();
        var files = Digests(engine);

        // The command dies in the middle of its batches, each time a few further; the platform may not start on what is there.
        var interrupted = 0;
        while (!await TryMoveAsync(engine, stopAfter: 5)) interrupted++;
        Assert.True(interrupted > 3, $"{interrupted} interruptions");
        Assert.Equal(files, Digests(engine));

        await engine.StartAgainAsync(OnPostgres);
        Assert.Equal(Reports, await CountAsync(engine, team, server));
        var row = Assert.Single(await engine.Get<IServerDirectory>().ListAsync(team, null, 10, default));
        Assert.Equal((server, "web-1"), (row.Id, row.Name));
        // The journal goes on: the token is known, a batch that was sent before is a retry, a replay stays one.
        Assert.Equal(new MetricsStored(1, 2, 0), await SendAsync(engine, team, server, token, batch: 3));
        Assert.Equal(new MetricsStored(1, 2, 0), await SendAsync(engine, team, server, token, batch: Reports));
        Assert.Equal(Reports + 1, await CountAsync(engine, team, server));
        // And so does the projection.
        var second = EmbeddedEngine.NewId<ServerId>();
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(team, second, "web-2", EnrolledByKey: false, Named.Ada)));
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, second, TimeSpan.FromSeconds(60)));
        var rebuilt = Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection()));
        Assert.Equal((1, 2), (rebuilt.Teams, rebuilt.Servers));
    }

    [Fact]
    public async Task A_target_that_differs_in_one_row_is_caught_and_stays_closed()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var (_, server, _) = await FillAsync(engine);
        await engine.StopAsync();
        var spoilt = false;
        var spoil = new Told(progress =>
        {
            if (progress.Phase != "comparing" || spoilt) return;
            spoilt = true;
            _test.ExecuteAsync("""
                update hostatlas.metric_rows set vals = set_byte(vals, 20, get_byte(vals, 20) # 1)
                where at_ms = (select min(at_ms) from hostatlas.metric_rows)
                """).GetAwaiter().GetResult();
        });
        var differs = await Assert.ThrowsAsync<StoreMoveException>(() => Move(engine, spoil).RunAsync(dryRun: false, default));
        Assert.Contains("hostatlas.metric_rows differs in the row of server " + server, differs.Message, StringComparison.Ordinal);
        var closed = await Assert.ThrowsAsync<StoreStartException>(() => engine.StartAgainAsync(OnPostgres));
        Assert.Contains("not finished", closed.Message, StringComparison.Ordinal);
        // A row too many is seen as well as one too few.
        await _test.ExecuteAsync("""
            update hostatlas.metric_rows set vals = set_byte(vals, 20, get_byte(vals, 20) # 1)
            where at_ms = (select min(at_ms) from hostatlas.metric_rows);
            insert into hostatlas.metric_marks values (gen_random_uuid(), gen_random_uuid(), 1, 1)
            """);
        differs = await Assert.ThrowsAsync<StoreMoveException>(() => Move(engine).RunAsync(dryRun: false, default));
        Assert.Matches("metric_marks has \\d+ rows, the source has \\d+", differs.Message);
        await _test.ExecuteAsync("delete from hostatlas.metric_marks where hour_ms = 1");
        await Move(engine).RunAsync(dryRun: false, default);
    }

    [Fact]
    public async Task What_is_not_empty_or_belongs_to_another_move_or_runs_is_refused_and_left_as_it_is()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        await FillAsync(engine);
        var file = await WriteConnectionAsync(engine);
        Assert.Contains("Another platform runs on the data folder", (await RunAsync(engine, 1, file)).Error, StringComparison.Ordinal);
        await engine.StopAsync();

        var looked = await RunAsync(engine, 0, file, "--dry-run", "--json");
        Assert.Contains("\"moved\":false", looked.Output, StringComparison.Ordinal);
        Assert.Contains($$"""{"table":"hostatlas.metric_rows","rows":{{Reports}},""", looked.Output, StringComparison.Ordinal);

        Assert.False(await TryMoveAsync(engine, stopAfter: 2));
        await using (var other = await EmbeddedEngine.StartAsync())
        {
            await FillAsync(other);
            await other.StopAsync();
            Assert.Contains("of another data folder", (await RunAsync(other, 1, file)).Error, StringComparison.Ordinal);
            Assert.Contains("of another data folder", (await RunAsync(other, 1, file, "--dry-run")).Error, StringComparison.Ordinal);

            var moved = await RunAsync(engine, 0, file);
            Assert.Contains($"connection_file = \"{file}\"", moved.Output, StringComparison.Ordinal);
            Assert.Contains("comparing", moved.Error, StringComparison.Ordinal);
            Assert.Contains("is not empty", (await RunAsync(other, 1, file)).Error, StringComparison.Ordinal);
        }
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", (await RunAsync(engine, 2, file)).Error, StringComparison.Ordinal);
    }

    private async Task<(TeamId Team, ServerId Server, TokenHash Token)> FillAsync(EmbeddedEngine engine)
    {
        var (team, server) = (EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());
        var invitation = EmbeddedEngine.NewId<InvitationId>();
        var hash = new TokenHash(SHA256.HashData("invitation"u8));
        await engine.Client.AskAsync(new IssueInvitation(
            team, invitation, hash, TeamRole.Owner, DateTimeOffset.UnixEpoch.AddYears(100), Named.Ada));
        Assert.IsType<TeamJoined>(await engine.Client.AskAsync(
            new AcceptInvitation(team, invitation, hash, EmbeddedEngine.NewId<UserId>(), "a@example.org", "Acme", Named.Ada)));
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(team, server, "web-1", EnrolledByKey: false, Named.Ada)));
        var token = TokenHash.Of(engine.NewToken(team, server));
        Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(team, server, token, 0, Named.Ada)));
        for (var batch = 0; batch < Reports; batch++)
            Assert.Equal(new MetricsStored(1, 2, 0), await SendAsync(engine, team, server, token, batch));
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server, TimeSpan.FromSeconds(60)));
        return (team, server, token);
    }

    // One report a batch, an hour apart, so that they lie on several days.
    private async Task<IEngineReply> SendAsync(EmbeddedEngine engine, TeamId team, ServerId server, TokenHash token, long batch)
    {
        var signature = RandomNumberGenerator.GetBytes(32);
        var at = _newest - (batch * 3_600_000);
        return await engine.Client.AskAsync(new AgentRequest(team, server, new Guid(signature.AsSpan(0, 16)), token, signature, Now / 1000,
            new MetricsPayload(new MetricBatch(
                batch, BitConverter.ToInt64(signature, 0), [Names], [new ReportRow(at, 0, PackedValues.Pack([batch, 1]))]))));
    }

    private static async Task<int> CountAsync(EmbeddedEngine engine, TeamId team, ServerId server)
    {
        var points = 0;
        for (var day = 0; day < 3; day++)
        {
            var to = Now + 60_000 - (day * 86_400_000L);
            var answer = await engine.Get<IMetricsReader>().QueryAsync(
                new MetricsQuery(team, server, ["cpu"], to - 86_400_000, to, 60), CancellationToken.None);
            points += answer.Series.Sum(series => series.Points.Count);
        }
        return points;
    }

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private EngineOptions OnPostgres(EngineOptions options) =>
        options with { Store = new StoreOptions(StoreKind.Postgresql, _test.Connection) };

    // Small batches, so that a small journal has many.
    private StoreMove Move(EmbeddedEngine engine, IProgress<MoveProgress>? progress = null) =>
        new(engine.Folder, _test.Connection, progress, TimeProvider.System) { BatchRows = 3 };

    /// <summary>Moves until some rows are copied in this run, and dies then; true when it came to its end before.</summary>
    private async Task<bool> TryMoveAsync(EmbeddedEngine engine, int stopAfter)
    {
        using var stop = new CancellationTokenSource();
        try
        {
            var move = new StoreMove(engine.Folder, _test.Connection, new Told(_ => { }), TimeProvider.System)
            {
                BatchRows = 3,
                AfterBatch = phase =>
                {
                    if (phase == "copying" && --stopAfter == 0) stop.Cancel();
                },
            };
            await move.RunAsync(dryRun: false, stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<string> WriteConnectionAsync(EmbeddedEngine engine)
    {
        var file = Path.Combine(engine.Folder, "connection");
        await File.WriteAllTextAsync(file, _test.Connection);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private static async Task<(string Output, string Error)> RunAsync(EmbeddedEngine engine, int exit, string file, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var parsed = StoreCommandLine.Build().Parse(["move", "--data", engine.Folder, "--connection-file", file, .. more]);
        Assert.Equal((exit, ""), (await parsed.InvokeAsync(new() { Output = output, Error = error }), exit == 0 ? "" : output.ToString()));
        Assert.DoesNotContain(PostgresServer.Password, output.ToString() + error, StringComparison.Ordinal);
        return (output.ToString(), error.ToString());
    }

    private static List<string> Digests(EmbeddedEngine engine) => [.. Directory.GetFiles(engine.Folder, "*.db").Order()
        .Select(file => Path.GetFileName(file) + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))))];

    private sealed class Told(Action<MoveProgress> tell) : IProgress<MoveProgress>
    {
        public void Report(MoveProgress value) => tell(value);
    }
}
