using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Journal;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Status;

namespace HostAtlas.Agent.Logs;

/// <summary>
/// The logs: a loop of its own beside the reports', with a spool and a connection of its own. However much is logged, all that the two
/// share is the processor and the disk, and a turn is short.
/// </summary>
internal sealed class LogRun(LogReading reading, LogCursors cursors, Lane lane, LaneParts shared, JournalCommand? journal)
{
    /// <summary>From one look at quiet files to the next.</summary>
    public static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(10);
    private const int FaultsShown = 20;

    private readonly long _startTimestamp = shared.Time.GetTimestamp();
    private readonly JournalProcess? _journal = journal is null ? null : new JournalProcess(journal, shared.Time, shared.Random);
    private TimeSpan _nextSave = SaveEvery;
    private string _faults = "";
    private volatile LogStatus? _status;

    /// <summary>How the logs fare; null before the first turn. For other loops.</summary>
    public LogStatus? Status => _status;

    private TimeSpan Now => shared.Time.GetElapsedTime(_startTimestamp);

    /// <summary>Runs until it is told to stop, then tries for at most 2 s to get out what waits.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var requests = new CancellationTokenSource();
        var entries = _journal?.RunAsync(cursors.Journal, stop) ?? Task.CompletedTask;
        Task? coming = null;
        while (!stop.IsCancellationRequested)
        {
            var more = Turn();
            await lane.MoveAsync(requests.Token);
            lane.LookForLosses();
            Publish();
            if (more)
            {
                // Whatever else waits for a thread has its turn.
                await Task.Yield();
                continue;
            }
            var wait = lane.Patience is { } patience && patience < PollEvery ? patience : PollEvery;
            // One question at a time: each that is not answered would stay behind.
            if (coming is null or { IsCompleted: true }) coming = _journal?.Entries.WaitToReadAsync(stop).AsTask();
            await lane.PauseAsync(wait, stop, coming);
        }
        Turn();
        Save();
        await lane.FlushAsync(requests);
        await entries;
    }

    private bool Turn()
    {
        try
        {
            var more = reading.Turn(_journal?.Entries);
            lane.DiskIsWell();
            if (Now >= _nextSave) Save();
            return more;
        }
        catch (IOException exception)
        {
            lane.DiskRefused(exception);
            return false;
        }
    }

    private void Save()
    {
        _nextSave = Now + SaveEvery;
        try
        {
            reading.Save();
        }
        catch (IOException exception)
        {
            lane.DiskRefused(exception);
        }
    }

    private void Publish()
    {
        List<string> faults = [.. reading.Faults.Take(FaultsShown)];
        if (_journal?.Fault is { } fault) faults.Add($"journald: {fault}");
        _status = new LogStatus(lane.Status, reading.Sources, reading.LeftOut, faults);
        var text = string.Join("; ", faults);
        if (text == _faults) return;
        if (text.Length > 0) shared.Log.Warning($"Some logs cannot be read: {text}");
        else shared.Log.Info("All logs can be read again.");
        _faults = text;
    }
}
