using System.Globalization;
using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Configuration;
using Spectre.Console;

namespace HostAtlas.Agent.CommandLine;

/// <summary>
/// Shows a backup while it goes on: on a terminal a line that moves, otherwise a line every ten seconds, or events for programs. Faults are
/// told at once, each on a line of its own.
/// </summary>
internal sealed class BackupEvents(AgentSurroundings around, bool json, bool terminal) : IBackupEvents
{
    private static readonly TimeSpan BarPause = TimeSpan.FromMilliseconds(250), LinePause = TimeSpan.FromSeconds(10);
    private const int FaultsMax = 100;

    private readonly Lock _lock = new();
    private readonly long _started = around.Time.GetTimestamp();
    private readonly bool _bar = terminal && !json;
    private readonly Queue<string> _lines = new();
    private RunFindings? _findings;
    private SnapshotCounts? _before;
    private int _faults;

    public void Trouble(string text) => Say(json ? Event("warning", ("text", text)) : $"warning: {text}");

    public void Fault(string path, string why)
    {
        var count = Interlocked.Increment(ref _faults);
        if (count <= FaultsMax || json) Say(json ? Event("fault", ("path", path), ("why", why)) : $"{path}: {why}");
        else if (count == FaultsMax + 1) Say("More files could not be read; the snapshot lists 10,000 of them.");
    }

    public void Pass(RunFindings findings, SnapshotCounts? before)
    {
        lock (_lock) (_findings, _before) = (findings, before);
    }

    /// <summary>Shows the progress until the run ends, and ends as it does.</summary>
    public async Task<T> ShowAsync<T>(Task<T> run)
    {
        if (_bar)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Interactive = InteractionSupport.Yes,
                Out = new AnsiConsoleOutput(around.Error),
            });
            await console.Status().AutoRefresh(false).StartAsync("…", async status =>
            {
                await EachAsync(BarPause, run, () =>
                {
                    foreach (var line in TakeLines()) console.WriteLine(line);
                    status.Status = Markup.Escape(Line());
                    status.Refresh();
                });
            });
            foreach (var line in TakeLines()) around.Error.WriteLine(line);
        }
        else
        {
            await EachAsync(LinePause, run, () => Say(json ? ProgressEvent() : Line()));
        }
        return await run;
    }

    private async Task EachAsync(TimeSpan pause, Task run, Action show)
    {
        while (true)
        {
            using var enough = new CancellationTokenSource();
            var ended = await Task.WhenAny(run, Task.Delay(pause, around.Time, enough.Token));
            await enough.CancelAsync();
            if (ended == run) return;
            show();
        }
    }

    private void Say(string line)
    {
        lock (_lock)
        {
            // While the bar moves only its own hand may write.
            if (_bar) _lines.Enqueue(line);
            else around.Error.WriteLine(line);
        }
    }

    private string[] TakeLines()
    {
        lock (_lock)
        {
            string[] lines = [.. _lines];
            _lines.Clear();
            return lines;
        }
    }

    private string Line()
    {
        var (files, bytes, rate, left, heldBack) = Figures();
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{files:N0} files, {UnitText.WriteSize(bytes)}, {UnitText.WriteSize(rate)}/s, {heldBack} held back");
        return left is { } time ? $"{text}, about {(time.TotalMinutes >= 2 ? $"{time.TotalMinutes:0} min" : $"{time.TotalSeconds:0} s")} "
            + $"left" : text;
    }

    private string ProgressEvent()
    {
        var (files, bytes, rate, left, heldBack) = Figures();
        return Event("progress", ("files", files), ("bytes", bytes), ("bytesPerSecond", rate),
            ("secondsLeft", left is { } time ? Math.Round(time.TotalSeconds) : null), ("heldBack", heldBack));
    }

    // How much there is nobody knows before it was walked; what the snapshot before held is as near as it gets.
    private (long Files, long Bytes, long Rate, TimeSpan? Left, long HeldBack) Figures()
    {
        lock (_lock)
        {
            var (files, bytes) = _findings?.Done ?? default;
            var seconds = Math.Max(0.001, around.Time.GetElapsedTime(_started).TotalSeconds);
            var share = _before is { Files: > 0 } before
                ? ((double)files / before.Files + (before.Bytes > 0 ? (double)bytes / before.Bytes : 1)) / 2 : 0;
            TimeSpan? left = share is > 0.01 and < 1 && seconds > 3 ? TimeSpan.FromSeconds(Math.Min(seconds * (1 - share) / share, 1e6))
                : null;
            return (files, bytes, (long)(bytes / seconds), left, _findings?.Counts.HeldBack ?? 0);
        }
    }

    /// <summary>One JSON object a line: what happened and its figures.</summary>
    public static string Event(string name, params (string Name, object? Value)[] members)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("event", name);
            foreach (var (member, value) in members)
            {
                writer.WritePropertyName(member);
                switch (value)
                {
                    case null: writer.WriteNullValue(); break;
                    case string text: writer.WriteStringValue(text); break;
                    case bool flag: writer.WriteBooleanValue(flag); break;
                    case double number: writer.WriteNumberValue(number); break;
                    case long number: writer.WriteNumberValue(number); break;
                    case int number: writer.WriteNumberValue(number); break;
                    default: throw new ArgumentException($"No event carries a {value.GetType().Name}.", nameof(members));
                }
            }
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
