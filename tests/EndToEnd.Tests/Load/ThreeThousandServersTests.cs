using System.Diagnostics;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Load;

/// <summary>The size that one small machine is promised for.</summary>
[Collection(AloneCollection.Name)]
public sealed class ThreeThousandServersTests(ITestOutputHelper output)
{
    private const int Enrolling = 32, Connecting = 16;
    private const long MemoryLimitBytes = 600_000_000;
    private const double CoreLimit = 1.0;

    private static readonly TimeSpan Measured = LongForm.IsAsked ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(20);

    [Theory]
    [MemberData(nameof(StoresOfThisRun.ForWhatTakesTheWholeMachine), MemberType = typeof(StoresOfThisRun))]
    public async Task Three_thousand_servers_reporting_forty_metrics_every_ten_seconds_fit_into_600_MB_and_one_core(PlatformStore store)
    {
        // The short form is a third of the fleet: the making of servers takes most of the test's time. It may take half of the core, for
        // what a platform spends on itself in its first minute does not shrink with the fleet.
        var (count, coreLimit) = LongForm.IsAsked ? (3_000, CoreLimit) : (1_000, CoreLimit / 2);
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        await platform.OpsAsync("teams", "plan", founder.TeamId, "--servers", "unlimited");
        var watch = Stopwatch.StartNew();
        var servers = new SimulatedServer[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Enrolling }, async (i, _) =>
            servers[i] = new SimulatedServer(platform, await founder.AddServerAsync($"server-{i:0000}"), i));
        output.WriteLine($"{count} servers made in {watch.Elapsed.TotalSeconds:0.0} s");
        watch.Restart();
        await Parallel.ForEachAsync(servers, new ParallelOptions { MaxDegreeOfParallelism = Connecting }, async (server, cancellation) =>
        {
            await server.ConnectAsync(cancellation);
            await server.ReportAsync(); // Wakes its entity: the measurement is of the steady state.
        });
        output.WriteLine($"{count} connections and first reports in {watch.Elapsed.TotalSeconds:0.0} s");

        using var stop = new CancellationTokenSource();
        var running = servers.Select(server => server.RunAsync(stop.Token)).ToArray();
        var (cpu, peak) = await MeasureAsync(platform.Id, Measured);
        await stop.CancelAsync();
        await Task.WhenAll(running);

        var cores = cpu / Measured;
        output.WriteLine($"over {Measured.TotalSeconds:0} s: {cores:0.00} cores, peak {peak / 1e6:0} MB resident; "
            + $"{servers.Sum(s => s.Accepted)} reports accepted, slowest {servers.Max(s => s.Slowest).TotalMilliseconds:0} ms");
        foreach (var server in servers) await server.DisposeAsync();
        Assert.Empty(servers.SelectMany(server => server.Otherwise).Take(5));
        Assert.True(servers.Sum(s => s.Accepted) >= count * (1 + (Measured / SimulatedServer.Interval) - 1),
            "The load itself fell behind.");
        Assert.Equal(servers.Sum(s => s.Accepted), DiskFacts.MetricRows(platform).Rows);
        Assert.True(peak <= MemoryLimitBytes, $"{peak / 1e6:0} MB resident at the peak");
        Assert.True(cores <= coreLimit, $"{cores:0.00} cores of {coreLimit:0.00}");
    }

    private static async Task<(TimeSpan Cpu, long PeakBytes)> MeasureAsync(int processId, TimeSpan span)
    {
        var (from, peak) = (ProcessFigures.CpuTime(processId), 0L);
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < span)
        {
            peak = Math.Max(peak, ProcessFigures.ResidentBytes(processId));
            await Task.Delay(250);
        }
        // The span is what was asked; what the last delay overran is scaled away.
        return ((ProcessFigures.CpuTime(processId) - from) * (span / watch.Elapsed), peak);
    }
}
