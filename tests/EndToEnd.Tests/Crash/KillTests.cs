using System.Diagnostics;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>The promise of the 202, against a power cut at any moment.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task No_effect_twice_none_lost_when_the_platform_is_killed_again_and_again_under_load(PlatformStore store)
    {
        var kills = LongForm.IsAsked ? 20 : store == PlatformStore.Sqlite ? 12 : 5;
        var random = SeededRandom.New(output);
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var fleet = await SenderFleet.StartAsync(platform, founder, random);
        var watch = Stopwatch.StartNew();
        var slowest = TimeSpan.Zero;
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(100, 1200));
            await platform.KillAsync();
            await platform.StartAgainAsync();
            if (platform.LastStart > slowest) slowest = platform.LastStart;
        }
        await Task.Delay(500);
        output.WriteLine($"{kills} kills in {watch.Elapsed.TotalSeconds:0} s, slowest start {slowest.TotalSeconds:0.0} s");
        await fleet.StopAsync(output);
        await ReplaysAreRefusedAfterARestart(platform, fleet.Senders);
        await fleet.EveryAcknowledgedReportIsThereOnceAsync(output);
    }

    private async Task ReplaysAreRefusedAfterARestart(PlatformProcess platform, IReadOnlyList<StubbornSender> senders)
    {
        var before = DiskFacts.MetricRows(platform);
        await platform.KillAsync();
        await platform.StartAgainAsync();
        await using var thief = await platform.ConnectAsync();
        int refused = 0, retried = 0;
        foreach (var captured in senders.SelectMany(sender => sender.Captured))
        {
            if (!captured.IsFresh(TimeProvider.System.GetUtcNow())) continue;
            await thief.SendAsync(captured.Wire);
            var answer = await thief.ReadAnswerAsync() ?? throw new IOException("The platform closed the thief's connection.");
            // An earlier attempt, whose answer was lost, may have stored the batch; its row then bears the other signature and the platform
            // tells a replay of this one from a retry no longer. It still has no effect, which the count of rows shows.
            if (answer.Status == 202 && !captured.FirstAttempt) retried++;
            else if (answer.Status == 409) refused++;
            else Assert.Fail($"A captured request (first attempt: {captured.FirstAttempt}) was answered {answer.Status} {answer.Text}");
        }
        output.WriteLine($"replayed after the restart: {refused} refused with 409, {retried} answered as retries");
        Assert.True(refused > 0, "No captured request was fresh enough to replay.");
        Assert.Equal(before, DiskFacts.MetricRows(platform));
    }
}
