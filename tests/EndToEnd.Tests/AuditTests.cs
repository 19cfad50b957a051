using System.Text.Json;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>One team's audit log through everybody who can change something, a kill, and a verification without a platform.</summary>
public sealed class AuditTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task Everybody_who_changed_something_stands_in_the_log_once_also_after_a_kill_and_an_export_verifies_offline(
        PlatformStore store)
    {
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        await platform.OpsAsync("teams", "plan", founder.TeamId, "--servers", "5");
        await using var agent = new AgentProcess(platform);
        Directory.CreateDirectory(_folder.File("tree"));
        await File.WriteAllTextAsync(_folder.File("tree/file"), "content");
        await agent.ConfigureAsync($"[backup]\nroots = [\"{_folder.File("tree")}\"]\nschedule = \"30 2 * * *\"\n");
        Succeeded(await agent.EnrolWithKeyAsync(await founder.AddKeyAsync("installer", "servers:enroll"), "web-1"));
        Succeeded(await agent.RunVerbAsync("key", "init", "--recovery-to", _folder.File("recovery")));
        Succeeded(await agent.RunVerbAsync("backup"));
        await founder.AddServerAsync("web-2");
        // Killed at once after the last answer: its entry is told before or after, and once.
        await platform.KillAsync();
        await platform.StartAgainAsync();

        var log = await LogAsync(founder, 10);
        Assert.Equal(
        [
            "invitation.issued platform", "team.founded person", "member.joined person", "team.plan-set operator", "key.added person",
            "server.added key", "server.token-issued key", "backups.schedule-changed server", "server.added person",
            "server.token-issued person",
        ], log.Select(item => $"{Text(item, "action")} {Text(item.GetProperty("actor"), "kind")}"));
        Assert.Matches("^uid [0-9]+$", Text(log[3].GetProperty("actor"), "name"));
        Assert.Equal("installer", Text(log[5].GetProperty("actor"), "name"));
        Assert.All(log.Where(item => Text(item.GetProperty("actor"), "kind") is "person" or "key" or "server"),
            item => Assert.Equal("127.0.0.1", Text(item.GetProperty("actor"), "address")));
        Assert.Equal(("3", "5"), (log[3].GetProperty("before").GetProperty("servers").ToString(),
            log[3].GetProperty("after").GetProperty("servers").ToString()));
        Assert.Equal("30 2 * * *", Text(log[7].GetProperty("after"), "schedule"));

        var earlier = await ExportAsync(platform, founder, "earlier.jsonl");
        // What an operator does to the whole platform stands in each team's log, and so does who has a copy of it.
        await platform.OpsAsync("keys", "rotate");
        await platform.OpsAsync("projection", "rebuild");
        Assert.Equal(["audit.exported operator", "team.data-key-rotated operator", "team.tables-rebuilt operator"],
            (await LogAsync(founder, 13)).Skip(10).Select(item => $"{Text(item, "action")} {Text(item.GetProperty("actor"), "kind")}"));
        var later = await ExportAsync(platform, founder, "later.jsonl");
        await platform.StopAsync();
        Assert.Contains("13 entries", await platform.OpsAsync("audit", "verify", later, "--earlier", earlier), StringComparison.Ordinal);
        await File.WriteAllTextAsync(later, (await File.ReadAllTextAsync(later)).Replace("web-2", "web-3", StringComparison.Ordinal));
        // Not any exception: a process that overstays its time says nothing of lines.
        var found = await Assert.ThrowsAsync<InvalidOperationException>(() => platform.OpsAsync("audit", "verify", later));
        Assert.True(found.Message.Contains("line 10", StringComparison.Ordinal), $"{found.Message}\n{await File.ReadAllTextAsync(later)}");
    }

    /// <summary>The log once it has this many entries, the oldest first.</summary>
    private static Task<List<JsonElement>> LogAsync(Founder founder, int entries) => Poll.ForAsync("the entries", Patience, async () =>
    {
        using var page = await founder.GetAsync("/api/audit?limit=200");
        var items = page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Clone()).Reverse().ToList();
        Assert.InRange(items.Count, 0, entries);
        return items.Count == entries ? items : null;
    });

    private async Task<string> ExportAsync(PlatformProcess platform, Founder founder, string name)
    {
        // Lines are read from the process one by one, without the last line feed.
        await File.WriteAllTextAsync(_folder.File(name), (await platform.OpsAsync("audit", "export", founder.TeamId)).TrimEnd('\n') + "\n");
        return _folder.File(name);
    }

    private static string? Text(JsonElement of, string member) => of.GetProperty(member).GetString();
}
