using System.Net;
using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using Microsoft.Extensions.DependencyInjection;
using static HostAtlas.Gateway.Tests.Ingest.Backups.BackupClient;

namespace HostAtlas.Gateway.Tests.Ingest.Backups;

/// <summary>The agents' endpoints of backups over real HTTP, with a real vault behind.</summary>
[Collection(nameof(PlatformCollection))]
public sealed class BackupEndpointsTests(TestPlatform platform) : IDisposable
{
    private readonly HttpClient _http = platform.NewHttpClient();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_chain_grows_and_everything_in_it_comes_back()
    {
        var agent = await NewAgentAsync();
        var (first, second) = (NewId(), NewId());
        var old = await agent.RunAsync(first, null, 3);
        await agent.BeginAsync(second, first, "0 2 * * *");
        var root = NewObject("snapshots");
        var granted = await agent.UploadsAsync(second, [root], old[1].Name, old[2].Name, "packs/" + NewId());
        Assert.Equal([old[1].Name, old[2].Name], granted.GetProperty("present").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(1, granted.GetProperty("gone").GetArrayLength());
        Assert.Equal(0, granted.GetProperty("later").GetArrayLength());
        using (var put = await agent.PutAsync(UrlOf(granted, root.Name), root.Bytes)) Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        var committed = await agent.CommitAsync(second, root, 3, 15_000);
        Assert.Equal((2, root.Fingerprint), (committed.GetProperty("generation").GetInt32(),
            committed.GetProperty("fingerprint").GetString()));
        await agent.CommitAsync(second, root, 3, 15_000);

        var items = (await agent.ExpectAsync(HttpStatusCode.OK, "list", new { })).GetProperty("items");
        Assert.Equal([second, first], items.EnumerateArray().Select(item => item.GetProperty("snapshot").GetString()));
        Assert.Equal((2, root.Name, 15_000L), (items[0].GetProperty("generation").GetInt32(),
            items[0].GetProperty("snapshotObject").GetString(), items[0].GetProperty("bytes").GetInt64()));
        Assert.InRange(items[0].GetProperty("at").GetInt64(), 1_700_000_000_000, 5_000_000_000_000);
        var downloads = await agent.ExpectAsync(HttpStatusCode.OK, "downloads", new { objects = new[] { root.Name, old[2].Name } });
        Assert.Equal(root.Bytes, await _http.GetByteArrayAsync(new Uri(UrlOf(downloads, root.Name))));
        Assert.Equal(old[2].Bytes, await _http.GetByteArrayAsync(new Uri(UrlOf(downloads, old[2].Name))));
    }

    [Fact]
    public async Task A_commit_with_a_hole_is_refused_and_names_it_and_succeeds_when_it_is_filled()
    {
        var agent = await NewAgentAsync();
        var (run, root, pack) = (NewId(), NewObject("snapshots"), NewObject());
        await agent.BeginAsync(run);
        var granted = await agent.UploadsAsync(run, [root, pack]);
        using (await agent.PutAsync(UrlOf(granted, root.Name), root.Bytes)) { }
        using (var answer = await agent.CallAsync("commit", new
        {
            snapshot = run,
            snapshotObject = root.Name,
            objects = 2,
            bytes = 10_000,
            gate = new { }
        }))
        {
            var problem = await Framed.AssertProblemAsync(answer, HttpStatusCode.Conflict, "object-missing");
            Assert.Contains(pack.Name, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
        using (await agent.PutAsync(UrlOf(granted, pack.Name), pack.Bytes)) { }
        foreach (var (objects, bytes) in new[] { (1, 10_000), (3, 10_000), (2, 9_999), (2, 10_001) })
        {
            using var answer = await agent.CallAsync("commit", new
            {
                snapshot = run,
                snapshotObject = root.Name,
                objects,
                bytes,
                gate = new { }
            });
            await Framed.AssertProblemAsync(answer, HttpStatusCode.Conflict, "object-missing");
        }
        await agent.CommitAsync(run, root, 2, 10_000);
    }

    [Fact]
    public async Task At_most_64_tickets_are_open_and_the_others_come_when_some_are_used()
    {
        var agent = await NewAgentAsync();
        var run = NewId();
        Sealed[] all = [.. Enumerable.Range(0, 70).Select(_ => NewObject(length: 10))];
        await agent.BeginAsync(run);
        var granted = await agent.UploadsAsync(run, all);
        Assert.Equal((64, 6), (granted.GetProperty("tickets").GetArrayLength(), granted.GetProperty("later").GetArrayLength()));
        foreach (var one in all[..10])
        {
            using var put = await agent.PutAsync(UrlOf(granted, one.Name), one.Bytes);
        }
        var again = await agent.UploadsAsync(run, all);
        Assert.Equal((10, 60, 0), (again.GetProperty("present").GetArrayLength(), again.GetProperty("tickets").GetArrayLength(),
            again.GetProperty("later").GetArrayLength()));
    }

    [Fact]
    public async Task The_first_failure_answers_in_the_order_of_the_protocol()
    {
        var agent = await NewAgentAsync();
        await ExpectAsync(agent, "begin", new { snapshot = "x" }, HttpStatusCode.UnprocessableEntity, "invalid-content");
        await ExpectAsync(agent, "uploads", new { snapshot = NewId(), objects = Array.Empty<string>() }, HttpStatusCode.NotFound,
            "not-found");
        await ExpectAsync(agent, "commit", new { snapshot = NewId(), snapshotObject = "snapshots/" + NewId(), objects = 0, bytes = 0 },
            HttpStatusCode.NotFound, "not-found");
        await ExpectAsync(agent, "begin", new { snapshot = NewId(), parent = NewId() }, HttpStatusCode.Conflict, "conflict");
        var unknown = new BackupClient(_http, await platform.NewTokenAsync(known: false));
        await ExpectAsync(unknown, "list", new { }, HttpStatusCode.Unauthorized, "credentials-rejected");
        using var wrongMethod = await _http.GetAsync(new Uri("/api/agent/backups/list", UriKind.Relative));
        await Framed.AssertProblemAsync(wrongMethod, HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        using var nowhere = await _http.SendAsync(TestPlatform.Signed(agent.Token, "{}"u8.ToArray(), path: "/api/agent/backups/begin/"));
        await Framed.AssertProblemAsync(nowhere, HttpStatusCode.NotFound, "not-found");
        using var elsewhere = TestPlatform.Signed(agent.Token, "{}"u8.ToArray(), path: "/api/agent/backups/begin");
        elsewhere.RequestUri = new Uri("/api/agent/backups/list", UriKind.Relative);
        using var misdirected = await _http.SendAsync(elsewhere);
        await Framed.AssertProblemAsync(misdirected, HttpStatusCode.Unauthorized, "credentials-rejected");
    }

    [Fact]
    public async Task The_very_same_request_again_is_a_replay_and_a_refused_one_may_be_sent_again()
    {
        var agent = await NewAgentAsync();
        var at = TimeProvider.System.GetUtcNow();
        var refused = System.Text.Encoding.UTF8.GetBytes($$"""{"request":"{{NewId()}}","snapshot":"{{NewId()}}","parent":"{{NewId()}}"}""");
        for (var i = 0; i < 2; i++)
        {
            using var conflict = await _http.SendAsync(TestPlatform.Signed(agent.Token, refused, at, "/api/agent/backups/begin"));
            await Framed.AssertProblemAsync(conflict, HttpStatusCode.Conflict, "conflict");
        }
        foreach (var (endpoint, body) in new[] { ("begin", $$"""{"snapshot":"{{NewId()}}","parent":null}"""), ("list", "{}") })
        {
            var (bytes, path) = (System.Text.Encoding.UTF8.GetBytes(body), "/api/agent/backups/" + endpoint);
            using var first = await _http.SendAsync(TestPlatform.Signed(agent.Token, bytes, at, path));
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            using var replay = await _http.SendAsync(TestPlatform.Signed(agent.Token, bytes, at, path));
            await Framed.AssertProblemAsync(replay, HttpStatusCode.Conflict, "request-replayed");
        }
    }

    [Fact]
    public async Task A_frozen_chain_answers_423_to_everything_that_adds_and_gives_everything_back()
    {
        var agent = await NewAgentAsync();
        var (run, next, late) = (NewId(), NewId(), NewObject());
        var kept = await agent.RunAsync(run, null, 2);
        await agent.BeginAsync(next, run);
        var ticket = UrlOf(await agent.UploadsAsync(next, [late]), late.Name);
        var critical = new { snapshot = next, snapshotObject = (string?)null, objects = 0, bytes = 0, gate = new { hitFiles = 9 } };
        await ExpectAsync(agent, "commit", critical, HttpStatusCode.Locked, "backups-frozen");
        await ExpectAsync(agent, "begin", new { snapshot = NewId(), parent = run }, HttpStatusCode.Locked, "backups-frozen");
        await ExpectAsync(agent, "uploads", new { snapshot = next, objects = Array.Empty<string>() }, HttpStatusCode.Locked,
            "backups-frozen");
        using (var put = await agent.PutAsync(ticket, late.Bytes))
            await Framed.AssertProblemAsync(put, HttpStatusCode.Locked, "backups-frozen");
        var downloads = await agent.ExpectAsync(HttpStatusCode.OK, "downloads", new { objects = new[] { kept[1].Name, late.Name } });
        Assert.Equal(kept[1].Bytes, await _http.GetByteArrayAsync(new Uri(UrlOf(downloads, kept[1].Name))));
        Assert.Equal(late.Name, downloads.GetProperty("gone")[0].GetString());
        Assert.Equal(1, (await agent.ExpectAsync(HttpStatusCode.OK, "list", new { })).GetProperty("items").GetArrayLength());
        Assert.True(TokenForm.TryRead<ServerId>(TokenKind.Agent, agent.Token,
            platform.Services.GetRequiredService<PlatformKeys>().TokenKeys, out var claims));
        var engine = platform.Services.GetRequiredService<EngineClient>();
        Assert.IsType<Done>(await engine.AskAsync(new ResumeBackups(claims.Team, claims.Subject, Author.Platform)));
        await agent.BeginAsync(NewId(), run);
    }

    private async Task<BackupClient> NewAgentAsync() => new(_http, await platform.NewTokenAsync());

    private static async Task ExpectAsync(BackupClient agent, string endpoint, object members, HttpStatusCode status, string slug)
    {
        using var answer = await agent.CallAsync(endpoint, members);
        await Framed.AssertProblemAsync(answer, status, slug);
    }
}
