using Spectre.Console;
using Spectre.Console.Rendering;

namespace HostAtlas.Agent.Progress;

/// <summary>
/// Shows work while it goes on: a bar on a terminal, otherwise a call every ten seconds, for a line in a log or an event for a program.
/// </summary>
/// <param name="terminal">Where the bar is drawn; null: there is none.</param>
/// <param name="time">All clocks.</param>
/// <param name="report">Told every ten seconds when there is no terminal.</param>
internal sealed class ProgressView(IAnsiConsole? terminal, TimeProvider time, Action<WorkProgress, double, TimeSpan?> report)
{
    private static readonly TimeSpan BarPause = TimeSpan.FromMilliseconds(250), ReportPause = TimeSpan.FromSeconds(10);

    /// <summary>A console that draws on a writer.</summary>
    public static IAnsiConsole Terminal(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(writer),
    });

    /// <summary>Shows the progress until the work ends, and ends as it does.</summary>
    public async Task ShowAsync(WorkProgress progress, Task work)
    {
        var started = time.GetTimestamp();
        var estimate = new ProgressEstimate(progress.FilesTotal, progress.BytesTotal);
        if (terminal is not null)
        {
            var line = new LineColumn();
            await terminal.Progress().AutoClear(true).AutoRefresh(false)
                .Columns(new ProgressBarColumn(), new PercentageColumn(), line)
                .StartAsync(async drawing =>
                {
                    var task = drawing.AddTask("", maxValue: Math.Max(1, progress.BytesTotal));
                    await EachAsync(BarPause, work, () =>
                    {
                        task.Value = progress.Bytes;
                        var left = estimate.Update(time.GetElapsedTime(started), progress.Files, progress.Bytes);
                        line.Text = ProgressText.Line(progress, estimate.BytesPerSecond, left);
                        drawing.Refresh();
                    });
                });
        }
        else
        {
            await EachAsync(ReportPause, work, () =>
            {
                var left = estimate.Update(time.GetElapsedTime(started), progress.Files, progress.Bytes);
                report(progress, estimate.BytesPerSecond, left);
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

    private sealed class LineColumn : ProgressColumn
    {
        public string Text { get; set; } = "";

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Text);
    }
}
