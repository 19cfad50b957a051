using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Restore.Drills;
using HostAtlas.Agent.Running;

namespace HostAtlas.Agent.Backup.Schedule;

/// <summary>
/// Drills at each slot of their schedule while the agent runs, and sees to it that the platform hears of each. What became of the last one
/// is in STATE/backup/drill.json, so that one by hand counts too.
/// </summary>
internal sealed class ScheduledDrills(AgentOptions options, StateFolder state, AgentSurroundings around, EventLog log)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // A vault that was away, and a platform that did not listen, are tried again before the next slot.
    private static readonly TimeSpan AgainAfter = TimeSpan.FromHours(1), TellAgainAfter = TimeSpan.FromMinutes(10);

    private readonly RunFolder _folder = new(state);
    private readonly Drilling _drilling = new(options, state, around with { Error = TextWriter.Null, ErrorIsTerminal = false });
    private readonly double _jitter = around.Random();

    /// <summary>Goes on until it is told to stop; at once when there are no drills.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (options.Backup is not { Drills: { } schedule } backup) return;
        try
        {
            var toldAt = DateTimeOffset.MinValue;
            while (!stop.IsCancellationRequested)
            {
                var now = around.Time.GetUtcNow();
                var note = LastNote(now);
                if (note is { Told: false, Snapshot: not null } && (now - toldAt).Duration() >= TellAgainAfter)
                {
                    toldAt = now;
                    if (await _drilling.TellAsync(stop).ConfigureAwait(false) is { } untold)
                        log.Warning($"The platform was not told of the last drill: {untold}");
                }
                if (StartsAt(schedule, note, now, TimeZoneInfo.Local, _jitter) <= now && !_folder.IsTaken())
                    await DrillAsync(backup.DrillBytes, schedule.StopsAt(now, TimeZoneInfo.Local), stop).ConfigureAwait(false);
                else await Task.Delay(LongestPause, around.Time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent stops; a drill that went on is begun anew.
        }
    }

    /// <summary>When the next drill begins; null: never. One that could not be done is tried again after an hour. Pure.</summary>
    public static DateTimeOffset? StartsAt(
        BackupSchedule schedule, DrillNote note, DateTimeOffset now, TimeZoneInfo zone, double jitter)
    {
        var atSlot = schedule.StartsAt(note.BeganAt, now, zone, jitter);
        if (note.Trouble is null) return atSlot;
        var again = schedule.WithinWindow(note.BeganAt + AgainAfter > now ? note.BeganAt + AgainAfter : now, zone);
        return again < atSlot ? again : atSlot ?? again;
    }

    private async Task DrillAsync(long mostBytes, DateTimeOffset? stopsAt, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var now = around.Time.GetUtcNow();
        using var over = stopsAt is { } end ? new CancellationTokenSource(end > now ? end - now : TimeSpan.Zero, around.Time) : null;
        using var closes = over?.Token.Register(either.Cancel);
        try
        {
            var outcome = await _drilling.RunAsync(mostBytes, either.Token).ConfigureAwait(false);
            if (outcome.Faults.Count == 0) log.Info(DrillVerb.Text(outcome));
            else log.Warning(DrillVerb.Text(outcome));
        }
        catch (VerbFailedException fault)
        {
            log.Warning($"No drill was done: {fault.Message}.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            new DrillNote { BeganAt = now, Trouble = "its hours were over before it was done" }.Save(_folder.Drill);
        }
        IdleMemory.GiveBack();
    }

    // A host that has never drilled waits for its first from the day on which it was told to.
    private DrillNote LastNote(DateTimeOffset now)
    {
        if (DrillNote.Load(_folder.Drill) is { } note) return note;
        var first = new DrillNote { BeganAt = now, Told = true };
        first.Save(_folder.Drill);
        return first;
    }
}
