using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Running;

/// <summary>
/// One kind of batches on its way out: its spool, its connection, and what its uplink knows. It carries out what
/// <see cref="UplinkDecisions"/> says. Each lane has its own of all of them, so that none waits for another; the credential and the
/// platform's clock are shared.
/// <para>Not thread-safe: one loop owns it. <see cref="Status"/> may be read by others.</para>
/// </summary>
internal sealed class Lane(BatchKind kind, ReportSpool spool, string refusedPath, PlatformClient client, LaneParts parts)
{
    private static readonly TimeSpan FlushMax = TimeSpan.FromSeconds(2);

    private readonly long _startTimestamp = parts.Time.GetTimestamp();
    private readonly CurrentToken _token = new(parts.State);
    private UplinkState _uplink = UplinkState.Initial;
    private Task<UplinkEvent>? _flight;
    private DateTimeOffset? _lastAcceptedAt, _faultSince;
    private bool _diskFaultLogged, _gapOpen;
    private long _gapLogged = spool.Level.Gap.Reports;

    /// <summary>What waits and what was lost.</summary>
    public SpoolLevel Level => spool.Level;

    /// <summary>The request that waits for its answer.</summary>
    public Task? Flight => _flight;

    /// <summary>How the lane fares.</summary>
    public LaneStatus Status => new(_lastAcceptedAt, spool.Level, _uplink.Fault, _faultSince);

    // Monotonic: what waits must not wait longer because somebody sets the clock.
    private TimeSpan Now => parts.Time.GetElapsedTime(_startTimestamp);

    /// <summary>How long nothing is to be done for what waits; null: until something comes or <see cref="Flight"/> ends.</summary>
    public TimeSpan? Patience => _flight is null && spool.Level.Reports > 0 ? _uplink.NotBefore - Now : null;

    /// <summary>Finishes the request that came back, if one did, and starts the next one, if it is due.</summary>
    public async Task MoveAsync(CancellationToken requests)
    {
        try
        {
            if (_flight is { IsCompleted: true } finished)
            {
                _flight = null;
                Apply(await finished, requests);
            }
            if (_flight is not null || Now < _uplink.NotBefore || spool.NextBatch() is not { } batch) return;
            var records = spool.Read(batch).Count;
            if (records == 0) spool.Acknowledge(batch);
            else Apply(new UplinkEvent.Offered(batch, records), requests);
        }
        catch (IOException exception)
        {
            DiskRefused(exception);
            Apply(new UplinkEvent.NotReached(SpoolFault(exception), parts.Random()), requests);
        }
    }

    /// <summary>Tries for at most 2 s to get out what waits.</summary>
    public async Task FlushAsync(CancellationTokenSource requests)
    {
        requests.CancelAfter(FlushMax);
        while (!requests.IsCancellationRequested)
        {
            await MoveAsync(requests.Token);
            if (_flight is null) break;
            await Task.WhenAny(_flight);
        }
        parts.Log.Info($"Stopped; {spool.Level.Reports} {kind.Items} wait for the next start.");
    }

    /// <summary>Waits for the end of the request, for something else, or for so long at most.</summary>
    public async Task PauseAsync(TimeSpan wait, CancellationToken stop, Task? orElse = null)
    {
        if (wait <= TimeSpan.Zero) return;
        // A delay counts whole milliseconds: what is left of one would be no delay, but a loop that turns until it is over.
        wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(new[] { Task.Delay(wait, parts.Time, woken.Token), _flight, orElse }.OfType<Task>());
        // Otherwise each request leaves a timer behind.
        await woken.CancelAsync();
    }

    /// <summary>The disk took something again.</summary>
    public void DiskIsWell() => _diskFaultLogged = false;

    /// <summary>The disk refused something: said once, until it is well again.</summary>
    public void DiskRefused(IOException exception)
    {
        if (!_diskFaultLogged) parts.Log.Warning(SpoolFault(exception).ToString());
        _diskFaultLogged = true;
    }

    /// <summary>Looks whether more was lost, and says so once for each time that the platform is away.</summary>
    public void LookForLosses()
    {
        var dropped = spool.Level.Gap.Reports;
        if (dropped > _gapLogged && !_gapOpen)
        {
            parts.Log.Warning($"The spool is full or cannot be written: {kind.Items} are lost from here on.");
            _gapOpen = true;
        }
        _gapLogged = dropped;
    }

    private void Apply(UplinkEvent happened, CancellationToken requests)
    {
        var before = _uplink.Fault;
        (_uplink, var actions) = UplinkDecisions.Decide(_uplink with { Offset = parts.Clock.Offset }, happened, Now);
        // Only what this answer taught: a lane that heard nothing must not undo what another heard meanwhile.
        if (happened is UplinkEvent.Answered { Answer.ClockReading: not null }) parts.Clock.Offset = _uplink.Offset;
        if (_uplink.Fault is { } told) _uplink = _uplink with { Fault = told.Keeping(kind.Items) };
        foreach (var action in actions) Carry(action, requests);
        if (_uplink.Fault?.Code == before?.Code) return;
        _faultSince = _uplink.Fault is null ? null : parts.Time.GetUtcNow();
        if (_uplink.Fault is { } fault) parts.Log.Warning($"{Capital(kind.Items)} do not go out. {fault}");
        else parts.Log.Info($"{Capital(kind.Items)} go out again; {spool.Level.Reports} wait.");
    }

    private void Carry(UplinkAction action, CancellationToken requests)
    {
        switch (action)
        {
            case UplinkAction.Send send:
                _flight = SendAsync(send, requests);
                break;
            case UplinkAction.Acknowledge done:
                spool.Acknowledge(done.Batch);
                if (_lastAcceptedAt is null) parts.Log.Info($"The platform accepts this server's {kind.Items}.");
                _lastAcceptedAt = parts.Time.GetUtcNow();
                _gapOpen = false;
                break;
            case UplinkAction.Split split:
                spool.Split(split.Batch);
                break;
            case UplinkAction.SetAside aside:
                spool.SetAside(aside.Batch, aside.Reason);
                parts.Log.Warning($"The platform will not take a {kind.Item}, it is in {refusedPath}: {aside.Reason}");
                break;
            default:
                throw new InvalidOperationException($"Unknown action {action.GetType().Name}.");
        }
    }

    private async Task<UplinkEvent> SendAsync(UplinkAction.Send send, CancellationToken requests)
    {
        var records = spool.Read(send.Batch);
        try
        {
            var answer = await client.PostBatchAsync(_token.Read(), kind, send.Batch.Id, records, send.Offset, requests);
            return new UplinkEvent.Answered(answer, parts.Random());
        }
        catch (ConnectionFaultException exception)
        {
            return new UplinkEvent.NotReached(exception.Fault, parts.Random());
        }
        catch (OperationCanceledException)
        {
            return new UplinkEvent.NotReached(ConnectionFaults.Timeout(parts.Authority), parts.Random());
        }
    }

    private UplinkFault SpoolFault(IOException exception) => new("spool-unwritable",
        $"The spool cannot be written: {exception.Message.TrimEnd('.')}", $"Check space and permissions of {parts.State.FolderPath}");

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}

/// <summary>What all lanes share.</summary>
/// <param name="State">STATE, taken by this process.</param>
/// <param name="Authority">Host and port of the platform, for people.</param>
/// <param name="Clock">The platform's clock.</param>
/// <param name="Log">The events.</param>
/// <param name="Time">All clocks.</param>
/// <param name="Random">Numbers in [0, 1), for jitter; called from every lane's loop.</param>
internal sealed record LaneParts(
    StateFolder State, string Authority, PlatformClock Clock, EventLog Log, TimeProvider Time, Func<double> Random);
