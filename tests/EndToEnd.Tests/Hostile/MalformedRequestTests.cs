using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Hostile;

/// <summary>Ten thousand requests that no honest client sends. No store is reached: one is enough but in the long form.</summary>
[Collection(AloneCollection.Name)]
public sealed class MalformedRequestTests(ITestOutputHelper output)
{
    private const int WarmUp = 2_000, Requests = 10_000, Senders = 12, SlowSenders = 50;

    // What a garbage collector may keep of its heap after a storm and give back later; a leak of a request's bytes would be far beyond.
    private const long MarginBytes = 64L * 1024 * 1024;

    [Theory]
    [MemberData(nameof(StoresOfThisRun.ForWhatNoStoreDecides), MemberType = typeof(StoresOfThisRun))]
    public async Task Ten_thousand_malformed_requests_leave_it_answering_and_its_memory_where_it_was(PlatformStore store)
    {
        var seed = System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var hostile = new HostileSender(platform, await founder.AddServerAsync("hostile"));
        var neighbour = new GoodNeighbour(platform, await founder.AddServerAsync("good"));
        neighbour.Start();

        await hostile.SendAsync(WarmUp, Senders, seed);
        var before = ProcessFigures.ResidentBytes(platform.Id);
        hostile.Answers.Clear();
        var slow = await SlowSendersAsync(platform);
        await hostile.SendAsync(Requests, Senders, seed + 1_000);
        foreach (var connection in slow) await connection.DisposeAsync();
        await neighbour.StopAsync();
        foreach (var ((kind, status), count) in hostile.Answers.OrderBy(a => a.Key)) output.WriteLine($"{count,6}  {status}  {kind}");
        output.WriteLine($"the good neighbour: {neighbour.Accepted} accepted, slowest {neighbour.Slowest.TotalMilliseconds:0} ms");

        Assert.Equal(Requests / Senders * Senders, hostile.Answers.Values.Sum());
        Assert.All(hostile.Answers.Keys, answer =>
            Assert.True(answer.Status is 0 or (>= 400 and < 500), $"{answer.Kind} was answered {answer.Status}"));
        Assert.Empty(neighbour.Otherwise);
        Assert.True(neighbour.Accepted > 0);
        var after = await SettledBytesAsync(platform.Id, before + MarginBytes);
        output.WriteLine($"resident memory {before >> 20} MiB before, {after >> 20} MiB after; margin {MarginBytes >> 20} MiB");
        Assert.InRange(after, 0, before + MarginBytes);
    }

    /// <summary>Connections that promise a body and let drop a byte of it now and then; here one byte, and then silence.</summary>
    private static async Task<List<WireConnection>> SlowSendersAsync(PlatformProcess platform)
    {
        var connections = new List<WireConnection>();
        for (var i = 0; i < SlowSenders; i++)
        {
            var connection = await platform.ConnectAsync();
            await connection.SendAsync(System.Text.Encoding.ASCII.GetBytes(
                $"POST {WatchedServer.MetricsPath} HTTP/1.1\r\nHost: {platform.Url.Authority}\r\nContent-Length: 1000\r\n\r\n{{"));
            connections.Add(connection);
        }
        return connections;
    }

    /// <summary>Resident memory once it is low enough, or after a while: a garbage collector takes its time.</summary>
    private static async Task<long> SettledBytesAsync(int processId, long enough)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(20);
        while (ProcessFigures.ResidentBytes(processId) is var bytes)
        {
            if (bytes <= enough || TimeProvider.System.GetUtcNow() > deadline) return bytes;
            await Task.Delay(250);
        }
        throw new System.Diagnostics.UnreachableException();
    }
}
