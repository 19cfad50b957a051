using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Databases;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>The promise of the 202, against a database that dies beneath the platform.</summary>
public sealed class DatabaseKillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task No_effect_twice_none_lost_when_the_database_is_killed_under_load_and_stays_away_and_the_platform_goes_on_by_itself()
    {
        var kills = LongForm.IsAsked ? 20 : 3;
        var away = TimeSpan.FromSeconds(LongForm.IsAsked ? 60 : 15);
        var random = SeededRandom.New(output);
        var server = await PostgresServer.StartAsync();
        try
        {
            await using var platform = await PlatformProcess.StartAsync(PlatformStore.Postgresql, server);
            using var founder = await Founder.FoundAsync(platform);
            var process = platform.Id;
            var fleet = await SenderFleet.StartAsync(platform, founder, random);
            for (var kill = 0; kill < kills; kill++)
            {
                await Task.Delay(random.Next(500, 2500));
                await server.KillAsync();
                await server.StartAgainAsync();
                await GoesOnAsync(fleet, $"kill {kill + 1}");
            }
            await server.KillAsync();
            await Task.Delay(away);
            await server.StartAgainAsync();
            await GoesOnAsync(fleet, $"{away.TotalSeconds:0} s away");
            await fleet.StopAsync(output);
            Assert.True(fleet.Senders.Sum(sender => sender.ToldToWait) > 0, "Nobody was told to wait.");
            // The same process all the time, and what is not metrics goes on as well: a plan is raised, a server made and shown at once.
            Assert.Equal(process, platform.Id);
            await platform.OpsAsync("teams", "plan", founder.TeamId, "--servers", "4");
            await founder.AddServerAsync("afterwards");
            await fleet.EveryAcknowledgedReportIsThereOnceAsync(output);
        }
        finally
        {
            await server.DropAsync();
        }
    }

    private async Task GoesOnAsync(SenderFleet fleet, string after)
    {
        var before = fleet.Acknowledged;
        var took = await Poll.UntilAsync($"reports to be taken again ({after})", TimeSpan.FromSeconds(60),
            () => Task.FromResult(fleet.Acknowledged > before));
        output.WriteLine($"{after}: reports are taken again {took.TotalSeconds:0.0} s after the server is back");
    }
}
