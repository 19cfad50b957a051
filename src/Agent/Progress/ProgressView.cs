using Spectre.Console;
using Spectre.Console.Rendering;

namespace HostAtlas.Agent.Progress;

/// <summary>
/// Shows work while it goes on: a bar on a terminal, otherwise a call every ten seconds, for a line in a log or an event for a program.
/// </summary>
/// <param name="terminal">Where the bar is drawn; null: there is none.</param>
/// <param name="time">All clocks.</param>
internal sealed class ProgressView(IAnsiConsole? terminal, TimeProvider time)
{
    private static readonly TimeSpan BarPause = TimeSpan.FromMilliseconds(250), ReportPause = TimeSpan.FromSeconds(10);

    /// <summary>A console that draws on a writer.</summary>
    public static IAnsiConsole Terminal(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(writer),
    });

    /// <summary>Shows the progress until the work ends, and ends as it does.</summary>
    /// <param name="progress">Read as it goes; its total may become known on the way.</param>
    /// <param name="report">Told every ten seconds when there is no terminal: bytes a second, time left.</param>
    /// <param name="work">The work.</param>
    public async Task ShowAsync(IProgressCounts progress, Action<double, TimeSpan?> report, Task work)
    {
        var started = time.GetTimestamp();
        var estimate = new ProgressEstimate();
        if (terminal is not null)
        {
            var line = new LineColumn();
            await terminal.Progress().AutoClear(true).AutoRefresh(false)
                .Columns(new ProgressBarColumn(), new ShareColumn(), line)
                .StartAsync(async drawing =>
                {
                    // The name is not drawn, and may not be empty.
                    var task = drawing.AddTask("work");
                    await EachAsync(BarPause, work, () =>
                    {
                        // Of work whose end nobody knows no share can be shown: the bar moves without one.
                        task.IsIndeterminate = progress.WorkTotal is null;
                        task.Value = progress.WorkTotal is { } total ? Math.Min(100, 100 * progress.Work / Math.Max(1, total)) : 0;
                        var left = estimate.Update(time.GetElapsedTime(started), progress);
                        line.Text = ProgressText.Line(progress, estimate.BytesPerSecond, left);
                        drawing.Refresh();
                    });
                });
        }
        else
        {
            await EachAsync(ReportPause, work, () =>
            {
                var left = estimate.Update(time.GetElapsedTime(started), progress);
                report(estimate.BytesPerSecond, left);
            });
        }
        await work;
    }

    private async Task EachAsync(TimeSpan pause, Task work, Action show)
    {
        while (true)
        {
            using var enough = new CancellationTokenSource();
            var ended = await Task.WhenAny(work, Task.Delay(pause, time, enough.Token));
            await enough.CancelAsync();
            if (ended == work) return;
            show();
        }
    }

    private sealed class ShareColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.IsIndeterminate ? "   " : $"{(int)task.Percentage,3}%");
    }

    private sealed class LineColumn : ProgressColumn
    {
        public string Text { get; set; } = "";

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Text);
    }
}
