using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Running;

/// <summary>
/// The running agent: one loop that owns the spool and the uplink's state. It takes a report at each tick, puts it into the spool, and
/// carries out what <see cref="UplinkDecisions"/> says; a request is on its way while the loop goes on ticking.
/// </summary>
internal sealed class AgentRun(AgentOptions options, AgentRunParts parts)
{
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FlushMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstReportAfter = TimeSpan.FromSeconds(1);

    private readonly long _startTimestamp = parts.Time.GetTimestamp();
    private readonly DateTimeOffset _startedAt = parts.Time.GetUtcNow();
    private readonly CurrentToken _token = new(parts.State);
    private UplinkState _uplink = UplinkState.Initial;
    private Task<UplinkEvent>? _flight;
    private DateTimeOffset? _lastReportAt, _lastAcceptedAt, _faultSince;
    private long _gapLogged = parts.Spool.Level.Gap.Reports;
    private bool _diskFaultLogged, _gapOpen;
    private string _collectFaults = "";

    // Monotonic: what waits must not wait longer because somebody sets the clock.
    private TimeSpan Now => parts.Time.GetElapsedTime(_startTimestamp);

    /// <summary>Runs until it is told to stop, then tries for at most 2 s to get out what waits.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var phase = options.Interval * parts.Random();
        var nextTick = _startedAt + (FirstReportAfter < options.Interval ? FirstReportAfter : options.Interval);
        var nextStatus = TimeSpan.Zero;
        using var requests = new CancellationTokenSource();
        while (!stop.IsCancellationRequested)
        {
            var wall = parts.Time.GetUtcNow();
            // A clock that was set back would otherwise leave a hole as long as the step.
            if (nextTick - wall > options.Interval) nextTick = TickSchedule.Next(wall, options.Interval, phase);
            if (wall >= nextTick)
            {
                TakeReport(wall);
                nextTick = TickSchedule.Next(wall, options.Interval, phase);
            }
            await MoveUplinkAsync(requests.Token);
            if (Now >= nextStatus)
            {
                SaveStatus();
                nextStatus = Now + StatusEvery;
            }
            var wait = Shortest(nextTick - parts.Time.GetUtcNow(), nextStatus - Now);
            if (_flight is null && parts.Spool.Level.Reports > 0) wait = Shortest(wait, _uplink.NotBefore - Now);
            await PauseAsync(wait, stop);
        }
        await FlushAsync(requests);
        SaveStatus();
    }

    private static TimeSpan Shortest(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private async Task PauseAsync(TimeSpan wait, CancellationToken stop)
    {
        if (wait <= TimeSpan.Zero) return;
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var pause = Task.Delay(wait, parts.Time, woken.Token);
        await Task.WhenAny(_flight is null ? [pause] : [pause, _flight]);
        // Otherwise each request leaves a timer behind.
        await woken.CancelAsync();
    }

    private void TakeReport(DateTimeOffset at)
    {
        var report = ReportWriter.Write(at, parts.Collector.Collect(), parts.Spool.Level);
        LogCollectFaults();
        try
        {
            parts.Spool.Append(at.ToUnixTimeMilliseconds(), report);
            _lastReportAt = at;
            _diskFaultLogged = false;
        }
        catch (IOException exception)
        {
            LogDiskFault(exception);
        }
        var dropped = parts.Spool.Level.Gap.Reports;
        if (dropped > _gapLogged && !_gapOpen)
        {
            parts.Log.Warning("The spool is full or cannot be written: reports are lost from here on.");
            _gapOpen = true;
        }
        _gapLogged = dropped;
    }

    private void LogCollectFaults()
    {
        var faults = string.Join("; ", parts.Collector.Faults.Select(f => $"{f.Source}: {f.Reason}"));
        if (faults == _collectFaults) return;
        if (faults.Length > 0) parts.Log.Warning($"Left out of the reports: {faults}");
        else parts.Log.Info("Nothing is left out of the reports any more.");
        _collectFaults = faults;
    }

    // Finishes the request that came back, if one did, and starts the next one, if it is due.
    private async Task MoveUplinkAsync(CancellationToken requests)
    {
        try
        {
            if (_flight is { IsCompleted: true } finished)
            {
                _flight = null;
                Apply(await finished, requests);
            }
            if (_flight is not null || Now < _uplink.NotBefore || parts.Spool.NextBatch() is not { } batch) return;
            var reports = parts.Spool.Read(batch).Count;
            if (reports == 0) parts.Spool.Acknowledge(batch);
            else Apply(new UplinkEvent.Offered(batch, reports), requests);
        }
        catch (IOException exception)
        {
            LogDiskFault(exception);
            Apply(new UplinkEvent.NotReached(SpoolFault(exception), parts.Random()), requests);
        }
    }

    private void Apply(UplinkEvent happened, CancellationToken requests)
    {
        var before = _uplink.Fault;
        (_uplink, var actions) = UplinkDecisions.Decide(_uplink, happened, Now);
        foreach (var action in actions) Carry(action, requests);
        if (_uplink.Fault?.Code == before?.Code) return;
        _faultSince = _uplink.Fault is null ? null : parts.Time.GetUtcNow();
        if (_uplink.Fault is { } fault) parts.Log.Warning(fault.ToString());
        else parts.Log.Info($"Reports go out again; {parts.Spool.Level.Reports} wait.");
    }

    private void Carry(UplinkAction action, CancellationToken requests)
    {
        switch (action)
        {
            case UplinkAction.Send send:
                _flight = SendAsync(send, requests);
                break;
            case UplinkAction.Acknowledge done:
                parts.Spool.Acknowledge(done.Batch);
                if (_lastAcceptedAt is null) parts.Log.Info("The platform accepts this server's reports.");
                _lastAcceptedAt = parts.Time.GetUtcNow();
                _gapOpen = false;
                break;
            case UplinkAction.Split split:
                parts.Spool.Split(split.Batch);
                break;
            case UplinkAction.SetAside aside:
                parts.Spool.SetAside(aside.Batch, aside.Reason);
                parts.Log.Warning($"The platform will not take a report, it is in {parts.State.RefusedPath}: {aside.Reason}");
                break;
            default:
                throw new InvalidOperationException($"Unknown action {action.GetType().Name}.");
        }
    }

    private async Task<UplinkEvent> SendAsync(UplinkAction.Send send, CancellationToken requests)
    {
        var reports = parts.Spool.Read(send.Batch);
        try
        {
            var answer = await parts.Client.PostMetricsAsync(_token.Read(), send.Batch.Id, reports, send.Offset, requests);
            return new UplinkEvent.Answered(answer, parts.Random());
        }
        catch (ConnectionFaultException exception)
        {
            return new UplinkEvent.NotReached(exception.Fault, parts.Random());
        }
        catch (OperationCanceledException)
        {
            return new UplinkEvent.NotReached(ConnectionFaults.Timeout(options.Url.Authority), parts.Random());
        }
    }

    private async Task FlushAsync(CancellationTokenSource requests)
    {
        requests.CancelAfter(FlushMax);
        while (!requests.IsCancellationRequested)
        {
            await MoveUplinkAsync(requests.Token);
            if (_flight is null) break;
            await Task.WhenAny(_flight);
        }
        parts.Log.Info($"Stopped; {parts.Spool.Level.Reports} reports wait for the next start.");
    }

    private void LogDiskFault(IOException exception)
    {
        if (!_diskFaultLogged) parts.Log.Warning(SpoolFault(exception).ToString());
        _diskFaultLogged = true;
    }

    private UplinkFault SpoolFault(IOException exception) => new("spool-unwritable",
        $"The spool cannot be written: {exception.Message.TrimEnd('.')}", $"Check space and permissions of {parts.State.FolderPath}");

    private void SaveStatus()
    {
        var status = new AgentStatus
        {
            Version = AgentVersion.Text,
            ProcessId = Environment.ProcessId,
            StartedAt = _startedAt,
            UpdatedAt = parts.Time.GetUtcNow(),
            Url = AgentToml.Origin(options.Url),
            Server = _token.Read().Server,
            IntervalSeconds = options.Interval.TotalSeconds,
            LastReportAt = _lastReportAt,
            LastAcceptedAt = _lastAcceptedAt,
            Spool = parts.Spool.Level,
            ClockOffsetSeconds = Math.Round(_uplink.Offset.TotalSeconds, 1),
            Fault = _uplink.Fault,
            FaultSince = _faultSince,
        };
        try
        {
            status.Save(parts.State.StatusPath);
        }
        catch (IOException exception)
        {
            LogDiskFault(exception);
        }
    }
}

/// <summary>What a run is made of.</summary>
/// <param name="State">STATE, taken by this process.</param>
/// <param name="Spool">STATE/spool.</param>
/// <param name="Client">The way out.</param>
/// <param name="Collector">What the host shows.</param>
/// <param name="Log">The events.</param>
/// <param name="Time">All clocks.</param>
/// <param name="Random">Numbers in [0, 1), for jitter.</param>
internal sealed record AgentRunParts(
    StateFolder State,
    ReportSpool Spool,
    PlatformClient Client,
    HostCollector Collector,
    EventLog Log,
    TimeProvider Time,
    Func<double> Random);
