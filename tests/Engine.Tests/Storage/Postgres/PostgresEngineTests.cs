using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The engine's suite over PostgreSQL.</summary>
public sealed class PostgresEngineTests : EmbeddedEngineSuite, IAsyncLifetime
{
    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync() => _test = await Prepared.NewAsync();

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    [Fact]
    public async Task The_data_folder_keeps_no_database()
    {
        await using var engine = await StartAsync();
        Assert.Empty(Directory.GetFiles(engine.Folder, "*.db*"));
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_harms_its_own_request_and_no_other_of_its_flush()
    {
        await using var engine = await StartAsync();
        var team = EmbeddedEngine.NewId<TeamId>();
        var servers = Enumerable.Range(0, 40).Select(_ => EmbeddedEngine.NewId<ServerId>()).ToArray();
        foreach (var server in servers) await IssueAsync(engine, team, server);
        var poisoned = servers[17];
        await _test.ExecuteAsync($"alter table hostatlas.metric_rows add constraint poison check (server <> '{poisoned}')");

        // All at once, so that they share flushes.
        var replies = await Task.WhenAll(servers.Select(server => engine.Client.AskAsync(Request(team, server, Token(team, server), 5))));
        for (var i = 0; i < servers.Length; i++)
        {
            if (servers[i] == poisoned) Assert.Equal(RefusalKind.Internal, Assert.IsType<Refused>(replies[i]).Kind);
            else Assert.Equal(new MetricsStored(2, 4, 0), replies[i]);
        }
        // Nothing is in its way once the database takes it.
        await _test.ExecuteAsync("alter table hostatlas.metric_rows drop constraint poison");
        Assert.Equal(new MetricsStored(2, 4, 0), await engine.Client.AskAsync(Request(team, poisoned, Token(team, poisoned), 5)));
    }

    private static TokenHash Token(TeamId team, ServerId server) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{team}{server}")));

    private static async Task IssueAsync(EmbeddedEngine engine, TeamId team, ServerId server) =>
        Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(team, server, Token(team, server), 0, Named.Ada)));

    protected override Task<EmbeddedEngine> StartAsync() =>
        EmbeddedEngine.StartAsync(store: new StoreOptions(StoreKind.Postgresql, _test.Connection));
}
