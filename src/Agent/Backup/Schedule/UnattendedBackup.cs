using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Running;

namespace HostAtlas.Agent.Backup.Schedule;

/// <summary>A backup within the running agent, when nobody watches: for the schedule, and when the platform asks for one.</summary>
internal sealed class UnattendedBackup(AgentOptions options, StateFolder state, AgentSurroundings around, EventLog log)
{
    private readonly RunFolder _folder = new(state);

    /// <summary>Runs one to its end and tells the log; what happened is also in STATE/backup/last.json. It stops, to be gone on with, when
    /// it is told to, and at <paramref name="stopsAt"/>.</summary>
    public async Task<BackupEnd> RunAsync(DateTimeOffset? stopsAt, CancellationToken stop)
    {
        var now = around.Time.GetUtcNow();
        using var window = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var over = stopsAt is { } end ? new CancellationTokenSource(end > now ? end - now : TimeSpan.Zero, around.Time) : null;
        using var closes = over?.Token.Register(window.Cancel);
        log.Info("A backup begins.");
        var events = new LoggedEvents(log);
        BackupEnd ended;
        try
        {
            var session = new BackupSession(options, state, around, events);
            ended = await Task.Run(() => session.RunAsync(window.Token), CancellationToken.None).ConfigureAwait(false);
            var faults = events.Faults > 0 ? $" {events.Faults} files could not be read as they were." : "";
            if (ended.Outcome is { } outcome)
                log.Info($"Backup generation {outcome.Generation}, fingerprint {outcome.Fingerprint}: {ended.Text}.{faults}");
            else log.Warning($"No backup was made: {ended.Text}.{faults}");
        }
        catch (VerbFailedException fault)
        {
            NoteFailure(now, fault);
            ended = new BackupEnd(fault.ExitCode, fault.Message, null);
        }
        IdleMemory.GiveBack();
        return ended;
    }

    private void NoteFailure(DateTimeOffset now, VerbFailedException fault)
    {
        log.Warning($"No backup was made: {fault.Message}.");
        var last = LastRun.Load(_folder.Last) ?? new LastRun { BeganAt = now };
        Directory.CreateDirectory(_folder.Path, FilePermissions.PrivateFolder);
        (last with { BeganAt = now, EndedAt = now, Code = fault.ExitCode, Text = fault.Message }).Save(_folder.Last);
    }

    /// <summary>Files are counted, not named: what the agent logs may travel with the host's logs.</summary>
    private sealed class LoggedEvents(EventLog log) : IBackupEvents
    {
        private int _faults;

        public int Faults => _faults;

        public void Trouble(string text) => log.Warning(text);

        public void Fault(string path, string why) => Interlocked.Increment(ref _faults);

        public void Hit(string path, IReadOnlyList<string> rules, bool isHeldBack)
        {
            // The run's end says how many; which ones stand in the snapshot.
        }

        public void Repacks(RepackPlan plan) => log.Info($"{plan.Victims.Count} packs that are mostly dead are emptied into new ones.");

        public bool WantsEstimate => false;

        public void Pass(RunFindings findings, RunEstimate? estimate)
        {
            // Nobody watches.
        }
    }
}
