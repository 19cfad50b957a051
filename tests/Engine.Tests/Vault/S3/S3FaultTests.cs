using System.Net.Http.Headers;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Tests.Backups;
using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;
using static HostAtlas.Engine.Tests.Vault.Sealed;

namespace HostAtlas.Engine.Tests.Vault.S3;

/// <summary>
/// A server that fails, is silent, loses an object or tells another hash than it was given: what comes of it is a retry, a refusal or a
/// report, and never a committed snapshot with a hole. Everything but the fault is real.
/// </summary>
public sealed class S3FaultTests : IAsyncLifetime
{
    private static readonly VaultKey One = Key("one");
    private static readonly byte[] Bytes = Object("one");

    private FaultyNetwork _network = null!;
    private S3VaultUnderTest _under = null!;

    public async Task InitializeAsync() => _under = await StartAsync(new S3Patience(TimeSpan.FromSeconds(60), Retries: 1));

    public Task DisposeAsync()
    {
        _under.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("500")]
    [InlineData("reset")]
    public async Task What_fails_once_is_done_again_and_nobody_notices(string fault)
    {
        var met = new HashSet<HttpMethod>();
        _network.Fault = (request, send, _) => met.Add(request.Method) ? Failing(fault) : send();
        Assert.Equal(PutOutcome.Stored, await PutAsync());
        Assert.Equal(Bytes.Length, (await SizesAsync())[One.Name]);
        await using var read = await _under.Vault.OpenAsync(One, default);
        var bytes = new byte[Bytes.Length];
        await read!.ReadExactlyAsync(bytes);
        Assert.Equal(Bytes, bytes);
        Assert.Equal(3, met.Count);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("reset")]
    public async Task What_goes_on_failing_is_a_fault_that_passes_and_leaves_nothing(string fault)
    {
        _network.Fault = (request, send, _) => request.Method == HttpMethod.Put ? Failing(fault) : send();
        await Assert.ThrowsAnyAsync<IOException>(PutAsync);
        Assert.Equal(0, _under.Remnants());
        _network.Fault = (_, _, _) => Failing(fault);
        // Not knowing is no answer: what is asked for is neither there nor gone.
        await Assert.ThrowsAnyAsync<IOException>(SizesAsync);
        _network.Fault = null;
        Assert.Empty(await SizesAsync());
        Assert.Equal(PutOutcome.Stored, await PutAsync());
    }

    [Fact]
    public async Task A_silent_server_is_given_up_as_one_that_fails()
    {
        using var under = await StartAsync(new S3Patience(TimeSpan.FromSeconds(2), Retries: 0));
        _network.Fault = async (_, _, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return await FaultyNetwork.Reset();
        };
        var gone = await Assert.ThrowsAnyAsync<IOException>(
            () => under.Vault.SizesAsync(One.Team, One.Server, [One.Name], default));
        Assert.Contains("did not answer in time", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_answer_to_a_put_is_no_second_object_and_no_fault()
    {
        var lost = false;
        _network.Fault = async (request, send, _) =>
        {
            var answer = await send();
            if (request.Method != HttpMethod.Put || lost) return answer;
            lost = true;
            answer.Dispose();
            return await FaultyNetwork.Reset();
        };
        // Sent again it meets itself.
        Assert.Equal(PutOutcome.Exists, await PutAsync());
        Assert.Equal(Bytes.Length, (await SizesAsync())[One.Name]);
    }

    [Fact]
    public async Task Neither_a_lost_object_nor_another_hash_nor_a_silent_server_lets_a_snapshot_be_committed_with_a_hole()
    {
        using var chain = new ChainUnderTest(_under);
        var run = new AgentsRun(chain, "run");
        await run.WholeAsync(3);
        var victim = run.Needed[1];

        _network.Fault = (_, _, _) => FaultyNetwork.Status500();
        await Assert.ThrowsAnyAsync<IOException>(() => chain.DoAsync(run.Commit()));

        _network.Fault = async (request, send, _) =>
        {
            var answer = await send();
            if (request.Method == HttpMethod.Head && request.RequestUri!.AbsolutePath.EndsWith($"{victim.Name}", StringComparison.Ordinal))
                answer.Headers.ETag = new EntityTagHeaderValue("\"00000000000000000000000000000000\"");
            return answer;
        };
        Assert.Equal(RefusalKind.ObjectMissing, Assert.IsType<Refused>(await chain.DoAsync(run.Commit())).Kind);

        _network.Fault = null;
        _under.CutShort(new VaultKey(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, victim.Name));
        Assert.Equal(RefusalKind.ObjectMissing, Assert.IsType<Refused>(await chain.DoAsync(run.Commit())).Kind);
        chain.Lose(victim.Name);
        Assert.Equal(RefusalKind.ObjectMissing, Assert.IsType<Refused>(await chain.DoAsync(run.Commit())).Kind);

        await run.AnnounceAsync(victim);
        Assert.Equal(PutOutcome.Stored, await chain.PutAsync(victim.Name, AgentsRun.BytesOf(victim.Name)));
        Assert.IsType<SnapshotKept>(await chain.DoAsync(run.Commit()));
        Assert.IsType<SnapshotKept>(await chain.DoAsync(run.Commit()));
    }

    private static Task<HttpResponseMessage> Failing(string fault) => fault == "500" ? FaultyNetwork.Status500() : FaultyNetwork.Reset();

    private async Task<S3VaultUnderTest> StartAsync(S3Patience patience) =>
        await S3VaultUnderTest.StartAsync(between: real => _network = new FaultyNetwork(real), patience: patience);

    private Task<PutOutcome> PutAsync() => _under.Vault.PutAsync(One, FormOf(Bytes), new MemoryStream(Bytes), Always, default);

    private Task<IReadOnlyDictionary<Shared.Backups.ObjectName, long>> SizesAsync() =>
        _under.Vault.SizesAsync(One.Team, One.Server, [One.Name], default);
}
