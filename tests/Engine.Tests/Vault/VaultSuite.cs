using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Vault.Sealed;

namespace HostAtlas.Engine.Tests.Vault;

/// <summary>What every vault must do, whatever lies behind it: each runs these same tests.</summary>
public abstract class VaultSuite(Func<Task<VaultUnderTest>> open) : IAsyncLifetime
{
    private static readonly VaultKey One = Key("one");
    private static readonly byte[] Bytes = Object("one");

    private VaultUnderTest _under = null!;

    private IVault Vault => _under.Vault;

    [Fact]
    public async Task What_was_put_is_there_with_its_size_and_reads_back_also_after_a_restart()
    {
        Assert.Equal(PutOutcome.Stored, await PutAsync(One, Bytes));
        _under.Restart();
        Assert.Equal(Bytes.Length, (await SizesAsync(One.Name))[One.Name]);
        Assert.Equal(Bytes, await GetAsync(One));
        Assert.Equal(0, _under.Remnants());
    }

    [Fact]
    public async Task An_object_can_be_read_from_any_place_in_it()
    {
        await PutAsync(One, Bytes);
        await using var read = await Vault.OpenAsync(One, default);
        read!.Position = 60_000;
        var part = new byte[100];
        await read.ReadExactlyAsync(part);
        Assert.Equal(Bytes[60_000..60_100], part);
        Assert.Equal(Bytes.Length, read.Length);
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await PutAsync(One, Bytes);
        Assert.Equal(PutOutcome.Exists, await PutAsync(One, Object("other")));
        Assert.Equal(PutOutcome.Exists, await PutAsync(One, Bytes));
        Assert.Equal(Bytes, await GetAsync(One));
    }

    [Fact]
    public async Task Of_two_that_race_for_a_name_one_gets_it_and_the_object_is_whole()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = Key($"race {round}");
            byte[][] bodies = [Object($"left {round}"), Object($"right {round}")];
            var outcomes = await Task.WhenAll(bodies.Select(body => Task.Run(() => PutAsync(key, body))));
            Assert.Equal(1, outcomes.Count(outcome => outcome == PutOutcome.Stored));
            Assert.Contains(await GetAsync(key), bodies);
            Assert.Equal(0, _under.Remnants());
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-70_000)]
    public async Task Another_length_is_not_taken(int difference)
    {
        var form = FormOf(Bytes) with { Size = Bytes.Length + difference };
        Assert.Equal(PutOutcome.WrongSize, await Vault.PutAsync(One, form, new MemoryStream(Bytes), Always, default));
        await AssertNothingAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(35_000)]
    [InlineData(69_999)]
    public async Task A_flipped_bit_is_not_taken(int at)
    {
        var altered = (byte[])Bytes.Clone();
        altered[at] ^= 1;
        Assert.Equal(PutOutcome.WrongHash, await Vault.PutAsync(One, FormOf(Bytes), new MemoryStream(altered), Always, default));
        await AssertNothingAsync();
        Assert.Equal(PutOutcome.Stored, await PutAsync(One, Bytes));
    }

    [Fact]
    public async Task A_body_that_breaks_off_leaves_nothing_and_the_same_ticket_works_again()
    {
        var broken = new Body(Bytes[..40_000], _ => throw new IOException("The sender is gone."));
        await Assert.ThrowsAsync<IOException>(() => Vault.PutAsync(One, FormOf(Bytes), broken, Always, default));
        await AssertNothingAsync();
        Assert.Equal(PutOutcome.Stored, await PutAsync(One, Bytes));
    }

    [Fact]
    public async Task A_body_that_never_ends_leaves_nothing_when_it_is_given_up()
    {
        using var giveUp = new CancellationTokenSource();
        var reached = new TaskCompletionSource();
        var putting = Vault.PutAsync(One, FormOf(Bytes), Stalled(Bytes[..40_000], reached), Always, giveUp.Token);
        await reached.Task;
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => putting);
        await AssertNothingAsync();
    }

    [Fact]
    public async Task Sent_anew_while_it_still_arrives_the_newer_one_counts()
    {
        var reached = new TaskCompletionSource();
        var first = Vault.PutAsync(One, FormOf(Bytes), Stalled(Bytes[..40_000], reached), Always, default);
        await reached.Task;
        Assert.Equal(PutOutcome.Stored, await PutAsync(One, Bytes));
        Assert.NotEqual(PutOutcome.Stored, await first);
        Assert.Equal(Bytes, await GetAsync(One));
        Assert.Equal(0, _under.Remnants());
    }

    [Fact]
    public async Task Whether_it_may_be_kept_is_asked_when_everything_has_arrived_and_a_no_leaves_nothing()
    {
        var asked = 0;
        var body = new Body(Bytes, _ =>
        {
            Assert.Equal(0, asked);
            return ValueTask.FromResult(0);
        });
        var outcome = await Vault.PutAsync(One, FormOf(Bytes), body, _ => Task.FromResult(++asked < 0), default);
        Assert.Equal((PutOutcome.NotKept, 1), (outcome, asked));
        await AssertNothingAsync();
    }

    [Fact]
    public async Task Nobody_is_asked_about_what_did_not_arrive_right()
    {
        static Task<bool> Never(CancellationToken cancellation) => throw new InvalidOperationException("Nobody may be asked.");
        Assert.Equal(PutOutcome.WrongHash, await Vault.PutAsync(One, FormOf(Object("other")), new MemoryStream(Bytes), Never, default));
    }

    [Fact]
    public async Task Each_server_and_kind_has_names_of_its_own()
    {
        VaultKey[] keys =
        [
            One, One with { Server = Named.Id<ServerId>("other") }, One with { Team = Named.Id<TeamId>("other") },
            One with { Name = One.Name with { Kind = ObjectKind.Index } }, One with { Name = One.Name with { Kind = ObjectKind.Snapshot } },
        ];
        for (var i = 0; i < keys.Length; i++) Assert.Equal(PutOutcome.Stored, await PutAsync(keys[i], Object($"{i}")));
        for (var i = 0; i < keys.Length; i++) Assert.Equal(Object($"{i}"), await GetAsync(keys[i]));
    }

    [Fact]
    public async Task What_is_not_there_has_no_size_and_does_not_open()
    {
        Assert.Empty(await SizesAsync(One.Name, Name("two")));
        Assert.Null(await Vault.OpenAsync(One, default));
        await PutAsync(One, Bytes);
        Assert.Equal([One.Name], (await SizesAsync(One.Name, Name("two"))).Keys);
        _under.Lose(One);
        Assert.Empty(await SizesAsync(One.Name));
    }

    [Fact]
    public async Task What_is_deleted_stays_away_alone_and_deleting_it_again_changes_nothing()
    {
        VaultKey[] others =
        [
            One with { Server = Named.Id<ServerId>("other") }, One with { Name = One.Name with { Kind = ObjectKind.Index } }, Key("two"),
        ];
        foreach (var key in others.Append(One)) await PutAsync(key, Bytes);
        await Vault.DeleteAsync(One, default);
        await Vault.DeleteAsync(One, default);
        _under.Restart();
        Assert.Null(await Vault.OpenAsync(One, default));
        await AssertNothingAsync();
        foreach (var key in others) Assert.Equal(Bytes, await GetAsync(key));
    }

    [Fact]
    public async Task What_never_was_can_be_deleted()
    {
        await Vault.DeleteAsync(One, default);
        Assert.Equal(PutOutcome.Stored, await PutAsync(One, Bytes));
    }

    [Fact]
    public async Task Whoever_reads_an_object_while_it_is_deleted_reads_it_to_its_end_or_fails()
    {
        await PutAsync(One, Bytes);
        await using var read = await Vault.OpenAsync(One, default);
        await Vault.DeleteAsync(One, default);
        using var all = new MemoryStream();
        try
        {
            await read!.CopyToAsync(all);
        }
        catch (IOException)
        {
            return;
        }
        Assert.Equal(Bytes, all.ToArray());
    }

    [Fact]
    public async Task What_was_found_can_be_settled_also_when_there_is_nothing()
    {
        await Vault.SettleAsync(One.Team, One.Server, default);
        await PutAsync(One, Bytes);
        await Vault.SettleAsync(One.Team, One.Server, default);
    }

    [Fact]
    public async Task The_largest_object_and_the_smallest_are_taken()
    {
        var (largest, smallest) = (Object("largest", ObjectName.ObjectMaxBytes), Object("smallest", 1));
        Assert.Equal(PutOutcome.Stored, await PutAsync(Key("largest"), largest));
        Assert.Equal(PutOutcome.Stored, await PutAsync(Key("smallest"), smallest));
        Assert.Equal(largest, await GetAsync(Key("largest")));
    }

    [Fact]
    public void A_ticket_names_one_object_and_one_method()
    {
        // By the real clock: a server of another kind signs for so long, not until then.
        var until = TimeProvider.System.GetUtcNow().AddMinutes(15);
        var (put, get) = (Vault.PutTicket(One, FormOf(Bytes), until), Vault.GetTicket(One, until));
        Assert.Equal((One.Name, "PUT", until), (put.Name, put.Method, put.ExpiresAt));
        Assert.Equal((One.Name, "GET", until), (get.Name, get.Method, get.ExpiresAt));
        Assert.Contains(One.ToString(), put.Url, StringComparison.Ordinal);
        Assert.NotEqual(put.Url, Vault.PutTicket(One, FormOf(Object("other", 70_001)), until).Url);
    }

    public async Task InitializeAsync() => _under = await open();

    public Task DisposeAsync()
    {
        _under.Dispose();
        return Task.CompletedTask;
    }

    private static Body Stalled(byte[] bytes, TaskCompletionSource reached) => new(bytes, async cancellation =>
    {
        reached.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellation);
        return 0;
    });

    private Task<PutOutcome> PutAsync(VaultKey key, byte[] bytes) =>
        Vault.PutAsync(key, FormOf(bytes), new MemoryStream(bytes), Always, default);

    private async Task<byte[]> GetAsync(VaultKey key)
    {
        await using var read = await Vault.OpenAsync(key, default);
        using var all = new MemoryStream();
        await read!.CopyToAsync(all);
        return all.ToArray();
    }

    private Task<IReadOnlyDictionary<ObjectName, long>> SizesAsync(params ObjectName[] names) =>
        Vault.SizesAsync(One.Team, One.Server, names, default);

    private async Task AssertNothingAsync()
    {
        Assert.Empty(await SizesAsync(One.Name));
        Assert.Equal(0, _under.Remnants());
    }
}
