using System.Text.Json;
using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Progress;
using Spectre.Console;

namespace HostAtlas.Agent.CommandLine;

/// <summary>
/// Shows a backup while it goes on: a bar on a terminal, otherwise a line every ten seconds, or events for programs. Faults are told at
/// once, each on a line of its own.
/// </summary>
internal sealed class BackupEvents(AgentSurroundings around, bool json, bool terminal) : IBackupEvents
{
    private const int FaultsMax = 100, HitsMax = 100;

    private readonly Lock _lock = new();
    private readonly BackupProgress _progress = new();
    private readonly IAnsiConsole? _terminal = terminal && !json ? ProgressView.Terminal(around.Error) : null;
    private int _faults, _hits;

    public bool WantsEstimate => true;

    public void Trouble(string text) => Say(json ? Event("warning", ("text", text)) : $"warning: {text}");

    public void Fault(string path, string why)
    {
        var count = Interlocked.Increment(ref _faults);
        if (count <= FaultsMax || json) Say(json ? Event("fault", ("path", path), ("why", why)) : $"{path}: {why}");
        else if (count == FaultsMax + 1) Say("More files could not be read; the snapshot lists 10,000 of them.");
    }

    public void Hit(string path, IReadOnlyList<string> rules, bool isHeldBack)
    {
        var count = Interlocked.Increment(ref _hits);
        var named = string.Join(", ", rules);
        if (json) Say(Event("held-back", ("path", path), ("rules", named), ("heldBack", isHeldBack)));
        else if (count <= HitsMax) Say($"{Word(rules, isHeldBack)}  {path}  ({named})");
        else if (count == HitsMax + 1) Say("The gate found more; the snapshot, or STATE/backup/found.json, lists them.");
    }

    public void Repacks(RepackPlan plan) => Say(json
        ? Event("repack", ("packs", plan.Victims.Count), ("moveBytes", plan.MovedBytes), ("freeBytes", plan.FreedBytes))
        : $"{plan.Victims.Count:N0} packs that are mostly dead are emptied into new ones: {UnitText.WriteSize(plan.MovedBytes)} move.");

    public void Pass(RunFindings findings, RunEstimate? estimate) => _progress.Begin(findings, estimate);

    private static string Word(IReadOnlyList<string> rules, bool isHeldBack) =>
        rules.Contains("canary") ? "changed" : isHeldBack ? "held back" : "looks encrypted";

    /// <summary>Shows the progress until the run ends, and ends as it does.</summary>
    public async Task<T> ShowAsync<T>(Task<T> run)
    {
        await new ProgressView(_terminal, around.Time).ShowAsync(_progress, Progress, run);
        return await run;
    }

    private void Progress(double bytesPerSecond, TimeSpan? left)
    {
        if (!json)
        {
            Say(ProgressText.Line(_progress, bytesPerSecond, left));
            return;
        }
        Say(Event("progress", ("files", _progress.Files), ("filesTotal", _progress.Total?.Files), ("bytes", _progress.Bytes),
            ("bytesTotal", _progress.Total?.Bytes), ("bytesPerSecond", (long)bytesPerSecond),
            ("secondsLeft", left is { } time ? Math.Round(time.TotalSeconds) : null), ("heldBack", _progress.HeldBack)));
    }

    private void Say(string line)
    {
        lock (_lock)
        {
            // What is written past the bar's own console would be drawn over.
            if (_terminal is not null) _terminal.Write(new Text(line + "\n"));
            else around.Error.WriteLine(line);
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
