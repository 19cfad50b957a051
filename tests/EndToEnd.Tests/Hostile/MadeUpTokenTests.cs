using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Hostile;

/// <summary>Whoever makes tokens up pays for it alone. No store is reached: one is enough but in the long form.</summary>
[Collection(AloneCollection.Name)]
public sealed class MadeUpTokenTests(ITestOutputHelper output)
{
    private const int Tokens = 100_000, Senders = 8, Pipelined = 25;

    [Theory]
    [MemberData(nameof(StoresOfThisRun.ForWhatNoStoreDecides), MemberType = typeof(StoresOfThisRun))]
    public async Task A_hundred_thousand_made_up_tokens_wake_no_actor_and_hurt_no_neighbour(PlatformStore store)
    {
        var seed = System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var target = await founder.AddServerAsync("target");
        var neighbour = new GoodNeighbour(platform, await founder.AddServerAsync("good"));
        neighbour.Start();
        await TestSupport.Poll.UntilAsync(
            "the neighbour's first report", TimeSpan.FromSeconds(10), () => Task.FromResult(neighbour.Accepted > 0));
        var before = (Journal: DiskFacts.PersistenceIds(platform), Entities: await EntitiesAsync(platform));
        var watch = Stopwatch.StartNew();

        var answers = new ConcurrentDictionary<int, int>();
        await Task.WhenAll(Enumerable.Range(0, Senders)
            .Select(number => Task.Run(() => GuessAsync(platform, target, new Random(seed + number), answers))));

        output.WriteLine($"{Tokens} tokens in {watch.Elapsed.TotalSeconds:0.0} s: " + string.Join(
            ", ", answers.Select(a => $"{a.Value} x {a.Key}")));
        var after = (Journal: DiskFacts.PersistenceIds(platform), Entities: await EntitiesAsync(platform));
        await neighbour.StopAsync();
        output.WriteLine($"entities {before} before, {after} after; "
            + $"neighbour {neighbour.Accepted} accepted, slowest {neighbour.Slowest.TotalMilliseconds:0} ms");
        Assert.Equal(Tokens, answers.Values.Sum());
        Assert.Subset(new HashSet<int> { 401, 429 }, answers.Keys.ToHashSet());
        Assert.Equal(before, after);
        Assert.Empty(neighbour.Otherwise);
        Assert.True(neighbour.Accepted > 1);
    }

    /// <summary>Half of the guesses are for a server that exists, with a secret and tag of dice; half are dice altogether.</summary>
    private static async Task GuessAsync(
        PlatformProcess platform, WatchedServer target, Random random, ConcurrentDictionary<int, int> answers)
    {
        using var wire = new MemoryStream();
        WireConnection? connection = null;
        for (var sent = 0; sent < Tokens / Senders; sent += Pipelined)
        {
            connection ??= await platform.ConnectAsync();
            wire.SetLength(0);
            for (var i = 0; i < Pipelined; i++)
            {
                var guess = target with { Token = MakeUp(random, i % 2 == 0 ? target.Token : null) };
                var body = System.Text.Encoding.ASCII.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $$"""{"guess": {{sent + i}}}"""));
                wire.Write(guess.MetricsRequest(platform.Url.Authority, TimeProvider.System.GetUtcNow(), body));
            }
            await connection.SendAsync(wire.ToArray());
            for (var i = 0; i < Pipelined; i++)
            {
                var answer = await connection.ReadAnswerAsync() ?? throw new IOException("The platform closed instead of answering.");
                answers.AddOrUpdate(answer.Status, 1, (_, n) => n + 1);
            }
        }
        if (connection is not null) await connection.DisposeAsync();
    }

    private static string MakeUp(Random random, string? like)
    {
        Span<byte> bytes = stackalloc byte[80];
        random.NextBytes(bytes);
        ResourceId.FromRandom<TeamId>(bytes[..16].ToArray()).Write(bytes);
        ResourceId.FromRandom<ServerId>(bytes[16..32].ToArray()).Write(bytes[16..]);
        if (like is not null)
        {
            Span<byte> known = stackalloc byte[80];
            System.Buffers.Text.Base64Url.DecodeFromChars(like.AsSpan(4), known);
            known[..32].CopyTo(bytes);
        }
        return TokenForm.Prefix(TokenKind.Agent) + System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    /// <summary>Entities in memory, of all rooms and nodes.</summary>
    private static async Task<int> EntitiesAsync(PlatformProcess platform)
    {
        using var shown = JsonDocument.Parse(await platform.OpsAsync("cluster", "show", "--json"));
        return shown.RootElement.GetProperty("shards").EnumerateArray().Sum(shard => shard.GetProperty("entities").GetInt32());
    }
}
