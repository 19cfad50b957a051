using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>
/// House rule: at rest nothing of a tenant is in clear. A busy platform, then every byte it left on the disk is searched for what was
/// planted. One subclass a store.
/// </summary>
public abstract partial class AtRestSuite : IDisposable
{
    /// <summary>
    /// The only files that are not searched: they hold secrets by their very purpose, 0600, and nothing of a tenant. (The invitation of the
    /// first start founds a team; it is deleted with that.)
    /// </summary>
    private static readonly string[] NotSearched = ["root.key", "server.key", "ca.key", "invitation"];

    private const string TeamName = "Zebrafink Werke GmbH", SecondTeam = "Quokka & Söhne", Password = "kolibri tanzt um 7 uhr",
        Founder = "ada.zebrafink@planted.example", Member = "bob.quokka@planted.example", KeyName = "planted-ci-schluessel",
        MetricOne = "planted.temperature_celsius", MetricTwo = "planted:disk{mount=\"/srv/geheim\"}";

    private static readonly double[] Values = [1234567.890123, -9876.54321, 3.14159265358979];
    private static readonly string[] ServerNames = ["zebrafink-web-1", "zebrafink-db-ä2", "zebrafink-mail-3"];

    private readonly PlantedValues _planted = new();
    private int _copies;

    /// <summary>The folder of the test.</summary>
    protected TempFolder Folder { get; } = new();

    /// <summary>The options of a platform on the store, in <see cref="Folder"/>.</summary>
    private protected abstract GatewayOptions Options { get; }

    /// <summary>
    /// What the store holds beside the files of the data folder, in a form in which nothing is compressed: a name and bytes each.
    /// </summary>
    private protected abstract IEnumerable<(string Name, byte[] Bytes)> DumpStore();

    /// <summary>Values that the platform must have stored by the end: that a search of nothing finds nothing proves nothing.</summary>
    private protected abstract long CountStored();

    [Fact]
    public async Task After_a_busy_scenario_nothing_of_a_tenant_is_found_in_any_byte_on_the_disk_or_in_the_log()
    {
        await using var platform = new PlatformAtRest(Options);
        await platform.StartAsync();
        await ScenarioAsync(platform);
        // Live, with the stores' logs and shared memory as they are …
        AssertNothingIn(Dump().ToList());
        await platform.StopAsync();
        // … and at rest, where the logs have been folded in; then once more after a start, which reads everything.
        AssertNothingIn(Dump().ToList());
        await platform.StartAsync();
        await platform.MustAsync(HttpMethod.Post, "/api/session", new { email = Founder, password = Password });
        await platform.StopAsync();
        AssertNothingIn([.. Dump(), ("the log", Encoding.UTF8.GetBytes(platform.Log.Text))]);
        Assert.InRange(CountStored(), 60, long.MaxValue);
    }

    [Fact]
    public void The_search_can_fail()
    {
        PlantConstants();
        foreach (var (what, bytes) in _planted.Forms)
        {
            var file = RandomNumberGenerator.GetBytes(5_000);
            Assert.Empty(_planted.FindIn("noise", file));
            bytes.CopyTo(file, 1_234);
            Assert.Contains($"{what} lies in a file", _planted.FindIn("a file", file));
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes away what the subclass made.</summary>
    protected virtual void Dispose(bool disposing) => Folder.Dispose();

    private void AssertNothingIn(List<(string Name, byte[] Bytes)> dump)
    {
        Assert.True(dump.Sum(file => (long)file.Bytes.Length) > 100_000, "There is next to nothing to search.");
        Assert.Empty(dump.SelectMany(file => _planted.FindIn(file.Name, file.Bytes)));
    }

    private IEnumerable<(string Name, byte[] Bytes)> Dump() => CopyOfData()
        .Where(path => !NotSearched.Contains(Path.GetFileName(path)) && !path.EndsWith(".sock", StringComparison.Ordinal))
        .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)))
        .Concat(DumpStore());

    // Copied by another process: to open and close a database's file in this one would drop the locks that SQLite holds on it (POSIX).
    private string[] CopyOfData()
    {
        var copy = Folder.File($"copy-{++_copies}");
        using var copying = System.Diagnostics.Process.Start("cp", ["-r", Options.Data, copy]);
        copying.WaitForExit();
        Assert.Equal(0, copying.ExitCode);
        return Directory.GetFiles(copy, "*", SearchOption.AllDirectories);
    }

    private void PlantConstants()
    {
        string[] texts = [TeamName, SecondTeam, Password, Founder, Member, KeyName, MetricOne, MetricTwo, .. ServerNames];
        foreach (var text in texts) _planted.Text($"'{text}'", text);
        _planted.Text("a part of a metric's name", "planted.temp");
        _planted.Text("a password's hash", "$argon2id$");
        foreach (var value in Values) _planted.Value(value);
        _planted.Report(Values[0], Values[1]);
        _planted.Report(Values[1], Values[0]);
    }

    private void PlantSecret(string what, string token)
    {
        _planted.Text(what, token);
        _planted.Bytes($"{what}'s hash", SHA256.HashData(Encoding.ASCII.GetBytes(token)));
    }

    private async Task ScenarioAsync(PlatformAtRest platform)
    {
        PlantConstants();
        var (one, two) = (NewId<TeamId>(), NewId<TeamId>());
        var cookie = await SignUpAsync(platform, one, TeamRole.Owner, TeamName, Founder);
        await SignUpAsync(platform, one, TeamRole.Member, TeamName, Member);
        var second = await SignUpAsync(platform, two, TeamRole.Owner, SecondTeam, "cleo.quokka@planted.example");
        _planted.Text("a third address", "cleo.quokka@planted.example");

        var key = await platform.MustAsync(HttpMethod.Post, "/api/keys", new { name = KeyName, scopes = new[] { "read" } }, cookie);
        PlantSecret("an API key", key.GetProperty("key").GetString()!);
        var servers = new List<(string Id, string Token)>();
        foreach (var name in ServerNames) servers.Add(await AddServerAsync(platform, name, cookie));
        servers.Add(await AddServerAsync(platform, ServerNames[0], second));
        await ReportAsync(platform, servers, rounds: 10);

        // A token rotated, a session ended and another begun.
        var rotated = (await platform.MustAsync(
            HttpMethod.Post, $"/api/servers/{servers[0].Id}/token", new { overlapSeconds = 60 }, cookie)).GetProperty("token").GetString()!;
        PlantSecret("a rotated token", rotated);
        await SilenceAsync(platform, servers[2].Id, cookie);
        await platform.MustAsync(HttpMethod.Delete, "/api/session", new { }, cookie);
        var (_, _, again) = await platform.SendAsync(HttpMethod.Post, "/api/session", new { email = Founder, password = Password });
        _planted.Text("a session", again!);

        await ChangeTeamAsync(platform, key.GetProperty("id").GetString()!, again!);

        await FeedAsync(platform, servers[1], again!);
        await RotateAsync();
        await ReportAsync(platform, servers, rounds: 10);
        await FeedAsync(platform, servers[1], again!);
        var list = await platform.MustAsync(HttpMethod.Get, "/api/servers", null, again);
        Assert.Equal(ServerNames.Order(), list.GetProperty("items").EnumerateArray().Select(NameOf).Order());
        var metrics = await platform.MustAsync(HttpMethod.Get, $"/api/servers/{servers[0].Id}/metrics?step=60", null, again);
        Assert.Equal(2, metrics.GetProperty("series").GetArrayLength());
        // What is refused is logged, and must not tell either.
        await platform.SendAsync(HttpMethod.Post, "/api/session", new { email = Founder, password = Password + " nicht" });
        await platform.SendAsync(HttpMethod.Get, $"/api/servers/{servers[3].Id}/metrics?step=60", null, again);
    }

    /// <summary>What people do to their team: each word of it lies in the journal, and some of it in tables.</summary>
    private async Task ChangeTeamAsync(PlatformAtRest platform, string key, string cookie)
    {
        const string Invited = "dora.zebrafink@planted.example", Renamed = "Zebrafink & Quokka Holding", Short = "zebrafink-kurz";
        foreach (var text in new[] { Invited, Renamed, Short }) _planted.Text($"'{text}'", text);
        var invitation = await platform.MustAsync(HttpMethod.Post, "/api/members", new { email = Invited, role = "viewer" }, cookie);
        PlantSecret("an invitation", invitation.GetProperty("invitation").GetString()!);
        await platform.MustAsync(HttpMethod.Patch, "/api/team", new { name = Renamed }, cookie);
        var rotated = await platform.MustAsync(HttpMethod.Post, $"/api/keys/{key}/rotate", new { overlapSeconds = 60 }, cookie);
        PlantSecret("a rotated key", rotated.GetProperty("key").GetString()!);
        await platform.MustAsync(HttpMethod.Post, "/api/keys", new { name = Short, scopes = new[] { "read" } }, cookie);
    }

    private async Task<string> SignUpAsync(PlatformAtRest platform, TeamId team, TeamRole role, string name, string email)
    {
        var invitation = await platform.InviteAsync(team, role);
        PlantSecret("an invitation", invitation);
        var cookie = await platform.SetUpAsync(invitation, name, email, Password);
        _planted.Text("a session", cookie);
        return cookie;
    }

    private async Task<(string Id, string Token)> AddServerAsync(PlatformAtRest platform, string name, string cookie)
    {
        var server = await platform.AddServerAsync(name, cookie);
        PlantSecret("a token", server.Token);
        return server;
    }

    private static async Task ReportAsync(PlatformAtRest platform, List<(string Id, string Token)> servers, int rounds)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (_, token) in servers)
                await platform.ReportAsync(token, now - (round * 10_000L), (MetricOne, Values[0]), (MetricTwo, Values[1]));
        }
        await platform.ReportAsync(servers[0].Token, now + 1, (MetricOne, Values[2]));
    }

    private static string? NameOf(JsonElement item) => item.GetProperty("name").GetString();

    private static Task SilenceAsync(PlatformAtRest platform, string server, string cookie) =>
        Poll.UntilAsync("a server to fall silent", TimeSpan.FromSeconds(90), async () =>
        {
            var seen = await platform.MustAsync(HttpMethod.Get, $"/api/servers/{server}", null, cookie);
            return seen.GetProperty("status").GetString() == "silent";
        });

    private async Task RotateAsync()
    {
        var rotated = await OpsClient.SendAsync(Options.Data, new OpsRequest("keys rotate"), default);
        Assert.True(rotated.Exit == 0, rotated.Stderr);
        await Poll.UntilAsync("everything to be sealed anew", TimeSpan.FromSeconds(90), async () =>
        {
            var shown = await OpsClient.SendAsync(Options.Data, new OpsRequest("keys show", Json: true), default);
            using var picture = JsonDocument.Parse(shown.Stdout);
            return picture.RootElement.GetProperty("teamsToDo").GetInt32() == 0;
        });
    }

    private static T NewId<T>() where T : struct, IResourceId<T> => ResourceId.FromRandom<T>(RandomNumberGenerator.GetBytes(16));
}
