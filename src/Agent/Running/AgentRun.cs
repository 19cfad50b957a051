using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;

namespace HostAtlas.Agent.Running;

/// <summary>
/// The reports: one loop that takes one at each tick, puts it into its spool and moves its lane; a request is on its way while the loop
/// goes on ticking. It also writes the status of the whole agent.
/// </summary>
internal sealed class AgentRun(AgentOptions options, AgentRunParts parts)
{
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(3);
    // A fleet that comes up together, after a power cut, does not report in one moment.
    private static readonly TimeSpan FirstReportAfter = TimeSpan.FromSeconds(0.5), FirstReportSpread = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _time = parts.Shared.Time;
    private readonly EventLog _log = parts.Shared.Log;
    private readonly long _startTimestamp = parts.Shared.Time.GetTimestamp();
    private readonly DateTimeOffset _startedAt = parts.Shared.Time.GetUtcNow();
    private readonly CurrentToken _token = new(parts.Shared.State);
    private DateTimeOffset? _lastReportAt;
    private string _collectFaults = "";

    // Monotonic: what waits must not wait longer because somebody sets the clock.
    private TimeSpan Now => _time.GetElapsedTime(_startTimestamp);

    /// <summary>Runs until it is told to stop, then tries for at most 2 s to get out what waits.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var phase = options.Interval * parts.Shared.Random();
        var nextTick = _startedAt + FirstReportAfter + (Shortest(FirstReportSpread, options.Interval) * parts.Shared.Random());
        var nextStatus = TimeSpan.Zero;
        using var requests = new CancellationTokenSource();
        while (!stop.IsCancellationRequested)
        {
            var wall = _time.GetUtcNow();
            // A clock that was set back would otherwise leave a hole as long as the step.
            if (nextTick - wall > options.Interval + FirstReportAfter) nextTick = TickSchedule.Next(wall, options.Interval, phase);
            if (wall >= nextTick)
            {
                TakeReport(wall);
                nextTick = TickSchedule.Next(wall, options.Interval, phase);
            }
            await parts.Lane.MoveAsync(requests.Token);
            if (Now >= nextStatus)
            {
                SaveStatus();
                nextStatus = Now + StatusEvery;
            }
            var wait = Shortest(nextTick - _time.GetUtcNow(), nextStatus - Now);
            if (parts.Lane.Patience is { } patience) wait = Shortest(wait, patience);
            await parts.Lane.PauseAsync(wait, stop);
        }
        await parts.Lane.FlushAsync(requests);
        SaveStatus();
    }

    private static TimeSpan Shortest(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void TakeReport(DateTimeOffset at)
    {
        var report = ReportWriter.Write(at, parts.Collector.Collect(), parts.Lane.Level);
        LogCollectFaults();
        try
        {
            parts.Spool.Append(at.ToUnixTimeMilliseconds(), report);
            _lastReportAt = at;
            parts.Lane.DiskIsWell();
        }
        catch (IOException exception)
        {
            parts.Lane.DiskRefused(exception);
        }
        parts.Lane.LookForLosses();
    }

    private void LogCollectFaults()
    {
        var faults = string.Join("; ", parts.Collector.Faults.Select(f => $"{f.Source}: {f.Reason}"));
        if (faults == _collectFaults) return;
        if (faults.Length > 0) _log.Warning($"Left out of the reports: {faults}");
        else _log.Info("Nothing is left out of the reports any more.");
        _collectFaults = faults;
    }

    private void SaveStatus()
    {
        var lane = parts.Lane.Status;
        var status = new AgentStatus
        {
            Version = AgentVersion.Text,
            ProcessId = Environment.ProcessId,
            StartedAt = _startedAt,
            UpdatedAt = _time.GetUtcNow(),
            Url = AgentToml.Origin(options.Url),
            Server = _token.Read().Server,
            IntervalSeconds = options.Interval.TotalSeconds,
            LastReportAt = _lastReportAt,
            LastAcceptedAt = lane.LastAcceptedAt,
            Spool = lane.Spool,
            ClockOffsetSeconds = Math.Round(parts.Shared.Clock.Offset.TotalSeconds, 1),
            Fault = lane.Fault,
            FaultSince = lane.FaultSince,
            Logs = parts.Logs(),
            Commands = parts.Commands(),
        };
        try
        {
            status.Save(parts.Shared.State.StatusPath);
        }
        catch (IOException exception)
        {
            parts.Lane.DiskRefused(exception);
        }
    }
}

/// <summary>What a run of reports is made of.</summary>
/// <param name="Shared">What all lanes share.</param>
/// <param name="Spool">STATE/spool.</param>
/// <param name="Lane">Its way out.</param>
/// <param name="Collector">What the host shows.</param>
/// <param name="Logs">How the logs fare; null when none are read. Called from this loop.</param>
/// <param name="Commands">How the platform's commands fare; null when none are wanted. Called from this loop.</param>
internal sealed record AgentRunParts(
    LaneParts Shared, ReportSpool Spool, Lane Lane, HostCollector Collector, Func<LogStatus?> Logs, Func<CommandsStatus?> Commands);
