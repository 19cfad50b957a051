namespace HostAtlas.Benchmarks.Results;

/// <summary>One of those who do the same work; the first is the rival.</summary>
/// <param name="Name">As the result calls it.</param>
/// <param name="RunAsync">Does the work once, for so long where time bounds it, and gives its figures.</param>
internal sealed record Contender<T>(string Name, Func<TimeSpan, Task<T>> RunAsync);

/// <summary>
/// Runs contenders in turn, round after round, so that whatever else the machine does meets all of them alike; who begins changes with
/// each round. The first round warms up and is not counted; it may last longer, for a server is slow until its code is compiled anew.
/// </summary>
internal static class Contest
{
    /// <summary>Gives the figures of each contender, round by round.</summary>
    public static async Task<IReadOnlyList<(string Name, T[] Rounds)>> RunAsync<T>(
        BenchOptions options, TimeSpan warmUp, IReadOnlyList<Contender<T>> contenders)
    {
        var figures = contenders.Select(_ => new T[options.Rounds]).ToArray();
        for (var round = options.WarmsUp ? -1 : 0; round < options.Rounds; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                options.Stop.ThrowIfCancellationRequested();
                var i = (turn + Math.Max(0, round)) % contenders.Count;
                var figure = await contenders[i].RunAsync(round < 0 ? warmUp : options.Span);
                if (round >= 0) figures[i][round] = figure;
            }
        }
        return [.. contenders.Select((contender, i) => (contender.Name, figures[i]))];
    }
}
