using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>
/// Whoever may write into the database copies rows from one place to another. They do not open there; people hear of an error that names no
/// data, the log names the place, and every other server and team goes on. One subclass a store.
/// </summary>
public abstract class MovedRowsSuite : IAsyncLifetime
{
    private const double Secret = 4242.125;

    private PlatformAtRest _platform = null!;
    private readonly List<(string Id, string Token)> _servers = [];
    private string _ada = "", _bob = "";

    /// <summary>The folder of the test.</summary>
    private protected TempFolder Folder { get; } = new();

    /// <summary>Makes the store, and the options of a platform on it in <see cref="Folder"/>.</summary>
    private protected abstract Task<GatewayOptions> PrepareAsync();

    /// <summary>
    /// Runs one statement past the platform, in which <c>@a</c>, <c>@b</c> and <c>@c</c> are servers; gives how many rows it changed.
    /// </summary>
    private protected abstract int Execute(string sql, IEnumerable<(string Name, ServerId Server)> servers);

    public async Task InitializeAsync()
    {
        _platform = new PlatformAtRest(await PrepareAsync());
        await _platform.StartAsync();
        _ada = await FoundAsync("ada@example.org");
        _bob = await FoundAsync("bob@example.org");
        // Two servers of one team, then one of another.
        foreach (var cookie in new[] { _ada, _ada, _bob }) _servers.Add(await _platform.AddServerAsync($"server-{_servers.Count}", cookie));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (var minute = 1; minute <= 3; minute++)
        {
            foreach (var (_, token) in _servers) await _platform.ReportAsync(token, now - (minute * 60_000L), ("cpu", Secret + minute));
        }
    }

    public virtual async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        Folder.Dispose();
    }

    public static TheoryData<string> Moves => new()
    {
        // To another server of the team, to another team, to another time of the same server, and under another list of names.
        "update metric_rows set (vals, set_id) = (select vals, set_id from metric_rows where server = @b limit 1) where server = @a",
        "update metric_rows set (vals, set_id) = (select vals, set_id from metric_rows where server = @c limit 1) where server = @a",
        "update metric_rows set vals = (select vals from metric_rows where server = @a order by at_ms limit 1) where server = @a",
        "update metric_rows set set_id = set_id + 1 where server = @a",
        "update metric_sets set names = (select names from metric_sets where server = @b) where server = @a",
        "insert into metric_rows select team, @a, at_ms + 7, key, signature, set_id, vals from metric_rows where server = @b",
    };

    // Each that was reported, with its fraction: an id or a time has none, and may have any four digits.
    private static void AssertNoValue(string text)
    {
        for (var minute = 1; minute <= 3; minute++)
            Assert.DoesNotContain((Secret + minute).ToString(CultureInfo.InvariantCulture), text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Moves))]
    public async Task A_moved_row_is_an_error_of_its_own_servers_query_and_of_nothing_else(string sql)
    {
        Execute(sql);
        var (status, body, _) = await _platform.SendAsync(HttpMethod.Get, Metrics(0), null, _ada);
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("urn:hostatlas:problem:internal", body, StringComparison.Ordinal);
        AssertNoValue(body);
        Assert.DoesNotContain("cpu", body, StringComparison.Ordinal);
        Assert.Contains($"server {_servers[0].Id}", _platform.Log.Text, StringComparison.Ordinal);
        AssertNoValue(_platform.Log.Text);
        await OthersGoOnAsync();
        // Its own reports are taken all the same.
        await _platform.ReportAsync(_servers[0].Token, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), ("cpu", 1));
    }

    [Fact]
    public async Task A_name_that_was_moved_to_another_server_is_shown_nowhere_and_a_rebuild_mends_it()
    {
        // The projection may just be about to write that the server came online, and its name with it: then the row is moved once more.
        await Poll.ForAsync("the moved name to be an error", TimeSpan.FromSeconds(60), async () =>
        {
            Execute("update servers set name = (select name from servers where server = @c) where server = @a");
            var (status, body, _) = await _platform.SendAsync(HttpMethod.Get, $"/api/servers/{_servers[0].Id}", null, _ada);
            Assert.DoesNotContain("server-2", body, StringComparison.Ordinal);
            return status == HttpStatusCode.InternalServerError ? body : null;
        });
        await OthersGoOnAsync();
        var rebuilt = await Engine.Operations.OpsClient.SendAsync(
            Folder.File("data"), new Engine.Operations.OpsRequest("projection rebuild"), default);
        Assert.Equal(0, rebuilt.Exit);
        var server = await _platform.MustAsync(HttpMethod.Get, $"/api/servers/{_servers[0].Id}", null, _ada);
        Assert.Equal("server-0", server.GetProperty("name").GetString());
    }

    private async Task OthersGoOnAsync()
    {
        foreach (var (server, cookie) in new[] { (1, _ada), (2, _bob) })
        {
            var answer = await _platform.MustAsync(HttpMethod.Get, Metrics(server), null, cookie);
            Assert.Equal(3, answer.GetProperty("series")[0].GetProperty("points").GetArrayLength());
            await _platform.MustAsync(HttpMethod.Get, $"/api/servers/{_servers[server].Id}", null, cookie);
        }
    }

    private string Metrics(int server) => $"/api/servers/{_servers[server].Id}/metrics?step=1";

    private async Task<string> FoundAsync(string email)
    {
        var team = ResourceId.FromRandom<TeamId>(RandomNumberGenerator.GetBytes(16));
        return await _platform.SetUpAsync(await _platform.InviteAsync(team, TeamRole.Owner), "Acme", email, "four words in a row");
    }

    private void Execute(string sql)
    {
        var servers = new[] { "a", "b", "c" }.Zip(_servers, (name, server) =>
        {
            Assert.True(ResourceId.TryParse<ServerId>(server.Id, out var id));
            return (name, id);
        });
        Assert.True(Execute(sql, servers) > 0);
    }
}
