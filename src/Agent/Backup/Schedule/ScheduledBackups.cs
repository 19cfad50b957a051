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
    private readonly UnattendedBackup _backup = new(options, state, around, log);
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
                if (start <= now)
                    await _backup.RunAsync(schedule.StopsAt(now, TimeZoneInfo.Local), stop).ConfigureAwait(false);
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
}
