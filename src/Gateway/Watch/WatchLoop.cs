using Spectre.Console;

namespace HostAtlas.Gateway.Watch;

/// <summary>How a watch shows what it sees.</summary>
/// <param name="Once">Show it once, as soon as it is complete, and end.</param>
/// <param name="Json">Lines of JSON instead of tables.</param>
public sealed record WatchMode(bool Once, bool Json);

/// <summary>
/// Looks every two seconds. On a terminal the table stays in its place; elsewhere, and as JSON, it is written again only when something
/// changed, so that a log of it reads as a history.
/// </summary>
public sealed class WatchLoop(Watcher watcher, WatchMode mode, IAnsiConsole console, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2), OnceEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstFigures = TimeSpan.FromSeconds(60), Fresh = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan KeyEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Runs until it is cancelled or q is pressed (0); once: until there are figures (0), or none came within a minute (1).
    /// </summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var first = await watcher.BeginAsync(cancellation);
        if (mode.Once) return await ShowOnceAsync(first, cancellation);
        if (console.Profile.Capabilities is { Interactive: true, Ansi: true } && !mode.Json) await DrawAsync(first, cancellation);
        else await PrintChangesAsync(first, cancellation);
        return 0;
    }

    private async Task<int> ShowOnceAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        for (var began = time.GetTimestamp(); time.GetElapsedTime(began) < FirstFigures; snapshot = await watcher.LookAsync(cancellation))
        {
            // One that is well is enough: another may have been silent for days. After a restart all figures are old at first.
            if (snapshot.Trouble is null && snapshot.Pictures.Any(one => one.IsComplete && one.Age(snapshot.Now) < Fresh))
            {
                Print(snapshot);
                return 0;
            }
            await Task.Delay(OnceEvery, time, cancellation);
        }
        await Console.Error.WriteLineAsync(snapshot.Trouble ?? "No server reported within a minute. `status` of its agent says why.");
        return 1;
    }

    private async Task PrintChangesAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        var shown = "";
        string? trouble = null;
        while (true)
        {
            if (snapshot.Trouble != trouble && snapshot.Trouble is not null) await Console.Error.WriteLineAsync(snapshot.Trouble);
            trouble = snapshot.Trouble;
            if (snapshot.Trouble is null && snapshot.Version != shown)
            {
                Print(snapshot);
                shown = snapshot.Version;
            }
            await Task.Delay(Every, time, cancellation);
            snapshot = await watcher.LookAsync(cancellation);
        }
    }

    private async Task DrawAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        using var quit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var keys = Console.IsInputRedirected ? Task.CompletedTask : QuitOnKeyAsync(quit);
        try
        {
            await console.Live(new Text("")).AutoClear(false).Overflow(VerticalOverflow.Ellipsis).StartAsync(async screen =>
            {
                while (true)
                {
                    screen.UpdateTarget(new Rows(SnapshotView.Render(snapshot, console.Profile.Width), Foot(snapshot)));
                    await Task.Delay(Every, time, quit.Token);
                    snapshot = await watcher.LookAsync(quit.Token);
                }
            });
        }
        catch (OperationCanceledException) when (quit.IsCancellationRequested)
        {
            await keys;
        }
    }

    // Reading a key blocks and cannot be called off, so it is asked for only when there is one.
    private async Task QuitOnKeyAsync(CancellationTokenSource quit)
    {
        while (!quit.IsCancellationRequested)
        {
            if (Console.KeyAvailable && Console.ReadKey(intercept: true).KeyChar is 'q' or 'Q') await quit.CancelAsync();
            else await Task.Delay(KeyEvery, time, CancellationToken.None);
        }
    }

    private Markup Foot(Snapshot snapshot)
    {
        var minutes = TableLayout.For(console.Profile.Width).SparkCells * Watcher.FineStepSeconds / 60;
        var history = minutes > 0 && snapshot.Pictures.Count == 1 ? $"right: the last {minutes} minutes   " : "";
        return new Markup($"[{Shade.Quiet}]  {history}q or Ctrl-C ends[/]");
    }

    private void Print(Snapshot snapshot)
    {
        if (mode.Json) Console.Out.WriteLine(SnapshotJson.Write(snapshot));
        else console.Write(SnapshotView.Render(snapshot, console.Profile.Width));
    }
}
