using System.Globalization;
using System.Net;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Cluster;

/// <summary>Either process is killed, stopped and started again while the other one runs.</summary>
public sealed class ProcessesComeAndGoTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Heals = TimeSpan.FromSeconds(40);

    [Theory]
    [MemberData(nameof(StoresOfThisRun.ForWhatNoStoreDecides), MemberType = typeof(StoresOfThisRun))]
    public async Task While_the_engine_is_away_the_gateway_answers_503_and_afterwards_it_finds_it_again_by_itself(PlatformStore store)
    {
        await using var platform = await SecondProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform.Engine);
        using var atGateway = platform.PersonAtGateway();
        await platform.Engine.KillAsync();
        using (var refused = await atGateway.SendAsync(HttpMethod.Get, "/api/servers", founder.Cookie))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 1, 300);
        }
        await platform.Engine.StartAgainAsync();
        var healed = await Poll.UntilAsync("the gateway to find the engine again", Heals, async () =>
            await atGateway.StatusAsync(HttpMethod.Get, "/api/servers", founder.Cookie) == HttpStatusCode.OK);
        output.WriteLine($"after kill -9 of the engine: {healed.TotalSeconds:0.0} s from its first answer");

        Assert.Equal(0, await platform.Engine.StopAsync());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await atGateway.StatusAsync(HttpMethod.Get, "/api/servers", founder.Cookie));
        await platform.Engine.StartAgainAsync();
        healed = await Poll.UntilAsync("the gateway to find the engine again", Heals, async () =>
            await atGateway.StatusAsync(HttpMethod.Get, "/api/servers", founder.Cookie) == HttpStatusCode.OK);
        output.WriteLine($"after SIGTERM of the engine: {healed.TotalSeconds:0.0} s from its first answer");
    }

    [Theory]
    [MemberData(nameof(StoresOfThisRun.ForWhatNoStoreDecides), MemberType = typeof(StoresOfThisRun))]
    public async Task A_gateway_that_is_killed_or_stopped_leaves_the_engine_healthy_and_may_come_back(PlatformStore store)
    {
        await using var platform = await SecondProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform.Engine);
        await platform.Gateway.KillAsync();
        Assert.Equal(HttpStatusCode.Created, (await founder.TryAddServerAsync("at once")).Status);
        // Its successor is a member only after the engine has taken the dead one out of the cluster.
        await platform.Gateway.StartAgainAsync();
        Assert.Equal(HttpStatusCode.Created, (await founder.TryAddServerAsync("afterwards")).Status);
        using var atGateway = platform.PersonAtGateway();
        Assert.Contains(
            "afterwards", await atGateway.BodyAsync(HttpMethod.Get, "/api/servers", founder.Cookie), StringComparison.Ordinal);

        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await platform.Gateway.StopAsync());
        var stopped = TimeProvider.System.GetElapsedTime(began);
        output.WriteLine($"SIGTERM of the gateway: {stopped.TotalSeconds:0.0} s");
        Assert.InRange(stopped, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.Created, (await founder.TryAddServerAsync("alone")).Status);
        await platform.Gateway.StartAgainAsync();
    }

    [Fact]
    public async Task A_gateway_that_cannot_join_says_what_is_to_be_done_and_ends()
    {
        await using var platform = await PlatformProcess.StartAsync();
        using var own = new TempFolder();
        await RefusedAsync(own.Path, null, "root.key is missing. A gateway needs the root key of its engine");

        // Another platform's root key: the store tells, and where that says nothing, the engine's certificate.
        await File.WriteAllBytesAsync(own.File("root.key"), new byte[32]);
        File.SetUnixFileMode(own.File("root.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RefusedAsync(own.Path, null, "With SQLite a gateway runs on its engine's own data folder");
        File.Copy(Path.Combine(platform.Data, "data.db"), own.File("data.db"));
        File.SetUnixFileMode(own.File("data.db"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RefusedAsync(own.Path, null, "root.key");

        await RefusedAsync(platform.Data, "10.0.0.1:4053", "127.0.0.1:PORT");
        await RefusedAsync(platform.Data, $"127.0.0.1:{FreePort.Next()}", "No engine answers at 127.0.0.1:");
        await RefusedAsync(platform.Data, $"127.0.0.1:{platform.Url.Port}", "has not the root key of");

        async Task RefusedAsync(string data, string? seed, string because)
        {
            var ended = await GatewayProcess.RunRefusedAsync(platform, data, seed);
            output.WriteLine(ended.LastWords);
            Assert.Equal(1, ended.ExitCode);
            Assert.Contains(because, ended.LastWords, StringComparison.Ordinal);
        }
    }
}
