using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>The promise of the 201s of backups, against a power cut at any moment of uploads and commits.</summary>
public sealed class BackupKillTests(ITestOutputHelper output)
{
    private const int Servers = 3;

    private static int Kills => LongForm.IsAsked ? 100 : 10;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_no_snapshot_has_a_hole_when_the_platform_is_killed_again_and_again()
    {
        var random = SeededRandom.New(output);
        await using var platform = await PlatformProcess.StartAsync();
        using var founder = await Founder.FoundAsync(platform);
        var senders = new List<BackupSender>();
        var servers = new List<WatchedServer>();
        for (var i = 0; i < Servers; i++)
        {
            servers.Add(await founder.AddServerAsync($"kept-{i}"));
            senders.Add(new BackupSender(platform, servers[i], random.Next()));
        }
        using var stop = new CancellationTokenSource();
        var running = senders.Select(sender => Task.Run(() => sender.RunAsync(stop.Token))).ToArray();
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(200, 1500));
            await platform.KillAsync();
            await platform.StartAgainAsync();
        }
        await Task.Delay(500);
        await stop.CancelAsync();
        await Task.WhenAll(running);
        output.WriteLine($"{senders.Sum(s => s.Committed.Count)} snapshots and {senders.Sum(s => s.Put.Count)} objects acknowledged, "
            + $"{senders.Sum(s => s.FailedAttempts)} attempts failed");

        Assert.Empty(senders.SelectMany(sender => sender.WrongAnswers));
        Assert.All(senders, sender => Assert.NotEmpty(sender.Committed));
        Assert.True(senders.Sum(s => s.FailedAttempts) > 0, "No attempt ever failed: the kills hit nothing.");
        foreach (var (sender, server) in senders.Zip(servers))
        {
            await EverythingIsThereAsync(platform, founder, sender, server);
            sender.Dispose();
        }
        Assert.Empty(Directory.GetFiles(Path.Combine(platform.Data, "incoming")));
    }

    private static async Task EverythingIsThereAsync(PlatformProcess platform, Founder founder, BackupSender sender, WatchedServer server)
    {
        var (status, list) = await sender.CallAsync("list", []);
        Assert.Equal(HttpStatusCode.OK, status);
        var listed = list.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            Enumerable.Range(1, listed.Count).Reverse(), listed.Select(item => item.GetProperty("generation").GetInt32()));
        // Every commit was sent until it was answered, so the list holds those and no others.
        Assert.Equal(sender.Committed.Keys.Reverse(), listed.Select(item => item.GetProperty("snapshot").GetString()));
        var folder = Path.Combine(platform.Data, "vault", founder.TeamId, server.Id);
        foreach (var name in sender.Committed.Values.SelectMany(needed => needed).Distinct())
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, name));
            Assert.Equal(sender.Put[name], Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
        foreach (var (name, hash) in sender.Put) Assert.True(File.Exists(Path.Combine(folder, name)), $"{name} ({hash}) was acknowledged.");
        var last = sender.Committed.Last().Value[0];
        Assert.Equal(sender.Put[last], Convert.ToHexStringLower(SHA256.HashData(await sender.DownloadAsync(last))));
        using var shown = await founder.GetAsync($"/api/servers/{server.Id}/backups");
        Assert.Equal(JsonValueKind.Array, shown.RootElement.GetProperty("items").ValueKind);
    }
}
