namespace HostAtlas.Agent.Running;

/// <summary>The loops of a running agent, side by side.</summary>
internal static class Loops
{
    /// <summary>
    /// Runs all of them until they are told to stop. When one breaks, the others are told to stop too and its exception is thrown: an agent
    /// that goes on with a part of itself dead looks well and is not; a supervisor starts it again.
    /// </summary>
    public static async Task RunAsync(IEnumerable<Func<CancellationToken, Task>> loops, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = loops.Select(loop => Task.Run(() => loop(either.Token), CancellationToken.None)).ToList();
        for (var left = running.ToList(); left.Count > 0;)
        {
            var ended = await Task.WhenAny(left);
            left.Remove(ended);
            if (!ended.IsCompletedSuccessfully) await either.CancelAsync();
        }
        await Task.WhenAll(running);
    }
}
