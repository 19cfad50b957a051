using System.Diagnostics;
using System.Text;
using System.Text.Json;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>
/// A power cut in the middle of a rotation of keys: the moment after root.key was written is the one that could lose everything.
/// </summary>
public sealed class RotationKillTests(ITestOutputHelper output)
{
    private const int Kills = 6;

    [Fact]
    public async Task Killed_in_the_middle_of_a_rotation_the_platform_reads_everything_and_finishes_it()
    {
        await using var platform = await PlatformProcess.StartAsync();
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("web-1");
        var start = TimeProvider.System.GetUtcNow();
        for (var kill = 0; kill < Kills; kill++)
        {
            Assert.Equal(202, await ReportAsync(platform, server, start.AddSeconds(-60 + kill)));
            var rotating = platform.OpsAsync("keys", "rotate");
            var file = Path.Combine(platform.Data, "root.key");
            var (before, watch) = (new FileInfo(file).Length, Stopwatch.StartNew());
            while (new FileInfo(file).Length == before)
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "The rotation never wrote root.key.");
                await Task.Yield();
            }
            // The first kills as early as can be, the later ones some milliseconds on.
            await Task.Delay(kill * 3);
            await platform.KillAsync();
            var answered = await Record.ExceptionAsync(() => rotating) is null;
            output.WriteLine($"kill {kill}: {new FileInfo(file).Length / 32} root keys, {(answered ? "answered" : "not answered")}");

            await platform.StartAgainAsync();
            using var servers = await founder.GetAsync("/api/servers");
            Assert.Equal("web-1", servers.RootElement.GetProperty("items")[0].GetProperty("name").GetString());
            Assert.Equal(kill + 1, (await founder.MetricsAsync(server, start.AddMinutes(-5), start.AddMinutes(5)))["cpu"].Count);
        }

        using var picture = JsonDocument.Parse(await platform.OpsAsync("keys", "show", "--json"));
        var roots = picture.RootElement.GetProperty("roots").EnumerateArray()
            .Select(root => root.GetProperty("dataKeys").GetInt32()).ToList();
        Assert.Equal(Kills + 1, roots.Count);
        Assert.True(roots[0] > 0);
        Assert.All(roots.Skip(1), keys => Assert.Equal(0, keys));
    }

    private static async Task<int> ReportAsync(PlatformProcess platform, WatchedServer server, DateTimeOffset at)
    {
        await using var connection = await platform.ConnectAsync();
        var body = $"{{\"batch\":\"{server.Id[..24]}{at.ToUnixTimeSeconds():x12}\",\"reports\":[{{\"at\":{at.ToUnixTimeMilliseconds()},"
            + "\"values\":{\"cpu\":24.5}}]}";
        await connection.SendAsync(
            server.MetricsRequest(platform.Url.Authority, TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes(body)));
        return (await connection.ReadAnswerAsync())!.Status;
    }
}
