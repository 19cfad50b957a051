using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Running;

namespace HostAtlas.Agent.Backup.Schedule;

/// <summary>
/// Begins a backup at each slot of the schedule while the agent runs. What became of it is in STATE/backup/last.json, so that a run by hand
/// counts too and a restart forgets nothing.
/// </summary>
internal sealed class ScheduledBackups(AgentOptions options, StateFolder state, AgentSurroundings around, EventLog log)
{
    // The clock may be set, and somebody may run a backup by hand meanwhile: nothing is slept through.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly RunFolder _folder = new(state);
    private readonly double _jitter = around.Random();

    /// <summary>Goes on until it is told to stop; at once when there is no schedule.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (options.Backup?.Schedule is not { } schedule) return;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var now = around.Time.GetUtcNow();
                if (schedule.StartsAt(LastBegun(now), now, TimeZoneInfo.Local, _jitter) is not { } start) return;
                if (start <= now) await RunOneAsync(schedule, stop).ConfigureAwait(false);
                else await Task.Delay(start - now < LongestPause ? start - now : LongestPause, around.Time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent stops; a run that went on has noted where it was.
        }
    }

    // A host that has never made a backup waits for its first from the day on which it was told to.
    private DateTimeOffset LastBegun(DateTimeOffset now)
    {
        if (LastRun.Load(_folder.Last) is { } last) return last.BeganAt;
        Directory.CreateDirectory(_folder.Path, FilePermissions.PrivateFolder);
        new LastRun { BeganAt = now, EndedAt = now, Text = "none yet" }.Save(_folder.Last);
        return now;
    }

    private async Task RunOneAsync(BackupSchedule schedule, CancellationToken stop)
    {
        var now = around.Time.GetUtcNow();
        using var window = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var over = schedule.StopsAt(now, TimeZoneInfo.Local) is { } end ? new CancellationTokenSource(end - now, around.Time) : null;
        using var closes = over?.Token.Register(window.Cancel);
        log.Info("A backup begins.");
        var events = new LoggedEvents(log);
        try
        {
            var session = new BackupSession(options, state, around, events);
            var ended = await Task.Run(() => session.RunAsync(window.Token), CancellationToken.None).ConfigureAwait(false);
            var faults = events.Faults > 0 ? $" {events.Faults} files could not be read as they were." : "";
            if (ended.Outcome is { } outcome)
                log.Info($"Backup generation {outcome.Generation}, fingerprint {outcome.Fingerprint}: {ended.Text}.{faults}");
            else log.Warning($"No backup was made: {ended.Text}.{faults}");
        }
        catch (VerbFailedException fault)
        {
            NoteFailure(now, fault);
        }
        // What a run needed at its height goes back to the system: an idle agent stays small.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private void NoteFailure(DateTimeOffset now, VerbFailedException fault)
    {
        log.Warning($"No backup was made: {fault.Message}.");
        var last = LastRun.Load(_folder.Last) ?? new LastRun { BeganAt = now };
        (last with { BeganAt = now, EndedAt = now, Code = fault.ExitCode, Text = fault.Message }).Save(_folder.Last);
    }

    /// <summary>Files are counted, not named: what the agent logs may travel with the host's logs.</summary>
    private sealed class LoggedEvents(EventLog log) : IBackupEvents
    {
        private int _faults;

        public int Faults => _faults;

        public void Trouble(string text) => log.Warning(text);

        public void Fault(string path, string why) => Interlocked.Increment(ref _faults);

        public bool WantsEstimate => false;

        public void Pass(RunFindings findings, RunEstimate? estimate)
        {
            // Nobody watches.
        }
    }
}
