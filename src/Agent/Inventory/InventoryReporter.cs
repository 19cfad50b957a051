using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory;

/// <summary>What became of one inventory.</summary>
/// <param name="Sent">The platform took it.</param>
/// <param name="Unchanged">It told nothing new, so it was not sent.</param>
/// <param name="Fault">Why it was not taken; null when it was, or told nothing new.</param>
/// <param name="RetryAfter">How long the platform asked to wait.</param>
/// <param name="MayPass">The fault may pass by itself: no answer, or one that says so.</param>
internal sealed record InventoryOutcome(
    bool Sent, bool Unchanged, UplinkFault? Fault, TimeSpan? RetryAfter = null, bool MayPass = false);

/// <summary>
/// Takes an inventory and sends it, once each time it is told to, whoever tells it: the loop, or a command of the platform. It is not
/// spooled, because only the newest counts. One at a time.
/// </summary>
/// <param name="collection">What takes it.</param>
/// <param name="client">The way out; null: it can be shown, but not sent.</param>
/// <param name="state">STATE.</param>
/// <param name="log">The events.</param>
/// <param name="time">This host's clock.</param>
/// <param name="clock">The platform's, shared with all that is sent.</param>
internal sealed class InventoryReporter(
    InventoryCollection collection, PlatformClient? client, StateFolder? state, EventLog? log, TimeProvider time, PlatformClock clock)
    : IDisposable
{
    /// <summary>An inventory that tells nothing new is sent all the same when the last one is so old.</summary>
    public static readonly TimeSpan Anyway = TimeSpan.FromHours(24);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CurrentToken? _token = state is null ? null : new CurrentToken(state);
    private string _digest = "", _faults = "", _trouble = "";
    private DateTimeOffset? _acceptedAt;

    /// <summary>The JSON of the next request as it would be now: exactly what <see cref="RunOnceAsync"/> would send before it is
    /// compressed. Takes a few seconds on some hosts.</summary>
    public byte[] Body() => InventoryBody.Write(Fresh(collection.CollectAsync(CancellationToken.None).GetAwaiter().GetResult()));

    /// <summary>Takes one and sends it.</summary>
    /// <param name="onlyWhenChanged">Not when it tells nothing new and the last one is younger than <see cref="Anyway"/>.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<InventoryOutcome> RunOnceAsync(bool onlyWhenChanged, CancellationToken stop)
    {
        if (client is null) throw new InvalidOperationException("This reporter has no way out.");
        await _one.WaitAsync(stop);
        try
        {
            // Off the caller's loop: reading and hashing take a moment, and nothing may hold up the metrics.
            var report = await Task.Run(() => collection.CollectAsync(stop), stop);
            LogFaults(report.Faults);
            var digest = InventoryDigest.Of(report);
            var isDue = time.GetUtcNow() - _acceptedAt >= Anyway;
            if (onlyWhenChanged && digest == _digest && !isDue) return new InventoryOutcome(false, true, null);
            var outcome = await SendAsync(client, report, stop);
            if (outcome.Sent) (_digest, _acceptedAt) = (digest, time.GetUtcNow());
            Note(outcome);
            return outcome;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StateFaultException)
        {
            var fault = new UplinkFault("inventory-failed", $"No inventory was taken: {exception.Message}",
                "Look into the agent's log; it tries again by itself");
            var outcome = new InventoryOutcome(false, false, fault);
            Note(outcome);
            return outcome;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private static InventoryReport Fresh(InventoryReport report) => report with { Request = BatchId.Draw() };

    private async Task<InventoryOutcome> SendAsync(PlatformClient way, InventoryReport report, CancellationToken stop)
    {
        try
        {
            var answer = await clock.AskAsync(offset =>
                way.PostInventoryAsync(_token!.Read(), InventoryBody.Write(Fresh(report)), offset, stop));
            if (answer.Status == 202) return new InventoryOutcome(true, false, null);
            var mayPass = answer is { Status: 429 or >= 500 } or { Slug: ProblemSlug.RequestReplayed };
            return new InventoryOutcome(false, false, AnswerFault.Of(answer), answer.RetryAfter, mayPass);
        }
        catch (ConnectionFaultException exception)
        {
            return new InventoryOutcome(false, false, exception.Fault, MayPass: !ConnectionFaults.NeedsAHand(exception.Fault));
        }
    }

    private void LogFaults(IReadOnlyList<InventoryFault> faults)
    {
        var told = faults.Count == 0 ? "" : $"The inventory lacks {faults.Count} things, e.g. {faults[0].Source}: {faults[0].Reason}";
        if (told.Length > 0 && told != _faults) log?.Warning(told);
        _faults = told;
    }

    private void Note(InventoryOutcome outcome)
    {
        var trouble = outcome.Fault is { } fault ? $"The inventory was not taken. {fault.Text}" : "";
        if (trouble.Length > 0 && trouble != _trouble) log?.Warning(trouble);
        _trouble = trouble;
        try
        {
            new InventoryNote { AcceptedAt = _acceptedAt, Fault = outcome.Fault?.Text }.Save(state!.InventoryPath);
        }
        catch (IOException)
        {
            // The spool's own fault tells of a disk that is full; this file is for `status` alone.
        }
    }
}
