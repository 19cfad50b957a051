using System.Diagnostics;

namespace HostAtlas.TestSupport;

/// <summary>Waiting for a state of the world instead of for time: asks again and again until it holds or a deadline passes.</summary>
public static class Poll
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns the first value that is not null; throws <see cref="TimeoutException"/> with <paramref name="what"/>
    /// otherwise.</summary>
    /// <param name="what">Completes the sentence "Waited in vain for …".</param>
    /// <param name="limit">How long to go on asking.</param>
    /// <param name="ask">One question; null means not yet.</param>
    public static Task<T> ForAsync<T>(string what, TimeSpan limit, Func<Task<T?>> ask) where T : class => ForAsync(() => what, limit, ask);

    /// <summary>The same, with words that are put together when it was in vain: what was logged meanwhile is worth most.</summary>
    public static async Task<T> ForAsync<T>(Func<string> what, TimeSpan limit, Func<Task<T?>> ask) where T : class
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (await ask() is { } answer) return answer;
            if (watch.Elapsed > limit) throw new TimeoutException($"Waited in vain for {what()} ({limit.TotalSeconds:0.#} s).");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Returns when the condition holds, with the time it took.</summary>
    public static Task<TimeSpan> UntilAsync(string what, TimeSpan limit, Func<Task<bool>> holds) => UntilAsync(() => what, limit, holds);

    /// <inheritdoc cref="ForAsync{T}(Func{string}, TimeSpan, Func{Task{T}})" />
    public static async Task<TimeSpan> UntilAsync(Func<string> what, TimeSpan limit, Func<Task<bool>> holds)
    {
        var watch = Stopwatch.StartNew();
        await ForAsync(what, limit, async () => await holds() ? "" : null);
        return watch.Elapsed;
    }
}
