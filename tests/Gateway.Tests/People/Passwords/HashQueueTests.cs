using HostAtlas.Gateway.People.Passwords;

namespace HostAtlas.Gateway.Tests.People.Passwords;

public sealed class HashQueueTests
{
    [Fact]
    public async Task Strangers_have_half_of_the_turns_and_known_ones_all()
    {
        var queue = new HashQueue(4);
        var strangers = Enumerable.Range(0, 3).Select(_ => queue.EnterAsync(SignInTrust.Fresh, default)).ToList();
        Assert.Equal([true, true, false], strangers.Select(turn => turn.IsCompleted));
        var known = Enumerable.Range(0, 3).Select(_ => queue.EnterAsync(SignInTrust.Known, default)).ToList();
        Assert.Equal([true, true, false], known.Select(turn => turn.IsCompleted));

        queue.Leave(SignInTrust.Known);
        Assert.True(await known[2]);
        Assert.False(strangers[2].IsCompleted);
        queue.Leave(SignInTrust.Fresh);
        Assert.True(await strangers[2]);
    }

    [Fact]
    public async Task A_free_turn_goes_to_the_most_trusted_that_waits_and_among_equals_to_the_first()
    {
        var queue = new HashQueue(1);
        Assert.True(await queue.EnterAsync(SignInTrust.Known, default));
        var failing = queue.EnterAsync(SignInTrust.Failing, default);
        var fresh = queue.EnterAsync(SignInTrust.Fresh, default);
        var (first, second) = (queue.EnterAsync(SignInTrust.Known, default), queue.EnterAsync(SignInTrust.Known, default));
        var running = SignInTrust.Known;
        foreach (var (next, trust) in new[]
        {
            (first, SignInTrust.Known), (second, SignInTrust.Known), (fresh, SignInTrust.Fresh), (failing, SignInTrust.Failing),
        })
        {
            Assert.False(next.IsCompleted);
            queue.Leave(running);
            Assert.True(await next);
            running = trust;
        }
    }

    [Fact]
    public async Task A_full_line_of_strangers_leaves_the_others_theirs()
    {
        var queue = new HashQueue(1);
        Assert.True(await queue.EnterAsync(SignInTrust.Known, default));
        var waiting = new List<Task<bool>>();
        for (var i = 0; i < 16; i++) waiting.Add(queue.EnterAsync(SignInTrust.Failing, default));
        Assert.False(await queue.EnterAsync(SignInTrust.Failing, default));
        Assert.False(queue.EnterAsync(SignInTrust.Fresh, default).IsCompleted);
        Assert.False(queue.EnterAsync(SignInTrust.Known, default).IsCompleted);
        Assert.All(waiting, turn => Assert.False(turn.IsCompleted));
    }

    [Fact]
    public async Task Who_hangs_up_gives_the_place_up_and_a_turn_that_was_given_is_kept()
    {
        var queue = new HashQueue(1);
        using var hangsUp = new CancellationTokenSource();
        Assert.True(await queue.EnterAsync(SignInTrust.Known, hangsUp.Token));
        var (gone, next) = (queue.EnterAsync(SignInTrust.Known, hangsUp.Token), queue.EnterAsync(SignInTrust.Known, default));
        await hangsUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.False(next.IsCompleted);
        queue.Leave(SignInTrust.Known);
        Assert.True(await next);
    }
}
