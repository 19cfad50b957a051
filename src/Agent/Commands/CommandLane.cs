using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Commands;

/// <summary>What the lane of commands is made of.</summary>
/// <param name="Polls">Asks for commands; a connection of its own, because a poll holds it.</param>
/// <param name="Results">Tells results, on another one.</param>
/// <param name="Ledger">STATE/commands.json.</param>
/// <param name="Work">Carries them out.</param>
/// <param name="Log">The events.</param>
/// <param name="Time">All clocks.</param>
/// <param name="Random">Numbers in [0, 1), for jitter.</param>
internal sealed record CommandLaneParts(
    CommandApi Polls, CommandApi Results, CommandLedger Ledger, ICommandWork Work, EventLog Log, TimeProvider Time, Func<double> Random);

/// <summary>
/// The lane of commands, beside that of the reports and without any way to hold it up: one loop asks, one tells results, and what was asked
/// for runs beside both. A command is on the disk before it is begun.
/// </summary>
internal sealed class CommandLane(AgentOptions options, CommandLaneParts parts)
{
    private static readonly TimeSpan FirstPollWithin = TimeSpan.FromSeconds(5);

    private readonly long _started = parts.Time.GetTimestamp();
    private readonly List<Task> _running = [];
    private readonly ResultTelling _telling = new(parts);
    private CommandPace _pace = new();
    private int _failures;
    private volatile CommandsStatus _status = new(null, null, null);

    /// <summary>How it fares, for any thread; null when the host's owner wants no commands.</summary>
    public CommandsStatus? Status => options.Commands.Enabled ? _status : null;

    private TimeSpan Now => parts.Time.GetElapsedTime(_started);

    /// <summary>Goes on until it is told to stop; at once when the host's owner wants no commands.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (!options.Commands.Enabled) return;
        var telling = _telling.RunAsync(stop);
        try
        {
            // A fleet that is started at once does not ask at once.
            await Task.Delay(FirstPollWithin * parts.Random(), parts.Time, stop).ConfigureAwait(false);
            while (true)
            {
                var pause = await PollAsync(stop).ConfigureAwait(false);
                await Task.Delay(pause, parts.Time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent stops.
        }
        await Task.WhenAll([telling, .. _running]).ConfigureAwait(false);
    }

    // One question and what it brought; how long to wait before the next.
    private async Task<TimeSpan> PollAsync(CancellationToken stop)
    {
        var asked = parts.Time.GetTimestamp();
        try
        {
            var answer = await parts.Polls.PollAsync(stop).ConfigureAwait(false);
            if (answer.Status != 200) return Failed(AnswerFault.Of(answer), answer.RetryAfter);
            if (CommandReading.Read(answer.Body) is not { } received)
                return Failed(new UplinkFault("commands-unreadable", "The platform's answer is no list of commands",
                    "Look whether agent and platform are of versions that fit"), answer.RetryAfter);
            var taken = Take(received, answer.SentAt ?? parts.Time.GetUtcNow(), stop);
            Succeeded();
            _pace = _pace.Answered(taken > 0, parts.Time.GetElapsedTime(asked));
            return _pace.Pause(Now, parts.Random());
        }
        catch (ConnectionFaultException exception)
        {
            return Failed(exception.Fault, null);
        }
        catch (IOException exception)
        {
            return Failed(new UplinkFault("commands-unwritable", $"Commands cannot be noted: {exception.Message.TrimEnd('.')}",
                "Check space and permissions of the state folder; none is run meanwhile"), null);
        }
    }

    private int Take(IReadOnlyList<ReceivedCommand> received, DateTimeOffset platformNow, CancellationToken stop)
    {
        _running.RemoveAll(task => task.IsCompleted);
        var (taken, room) = (0, _pace.Room(Now));
        foreach (var one in received)
        {
            var known = parts.Ledger.Entries;
            var moment = new CommandMoment(platformNow, parts.Time.GetUtcNow(), TimeZoneInfo.Local);
            var verdict = CommandDecisions.Decide(one, known, options, moment);
            if (verdict is CommandVerdict.TellAgain) parts.Ledger.Tell(one.Id, told: false);
            if (verdict is not (CommandVerdict.Run or CommandVerdict.Refuse) || taken == room) continue;
            taken++;
            var entry = new LedgerEntry { Id = one.Id, Kind = one.Kind, At = moment.Now };
            if (verdict is CommandVerdict.Refuse refuse)
            {
                parts.Log.Warning($"The platform's command {one.Id} ({one.Kind}) was {refuse.Why}.");
                parts.Ledger.Add(entry with { Status = CommandStatus.Refused, Detail = refuse.Why });
            }
            else if (verdict is CommandVerdict.Run run)
            {
                parts.Log.Info($"The platform asks for {one.Kind} (command {one.Id}).");
                parts.Ledger.Add(entry with { WasRun = true });
                _running.Add(Task.Run(() => CarryOutAsync(one, run.Command, stop), CancellationToken.None));
            }
        }
        if (taken > 0) _pace = _pace.Took(taken, Now);
        _telling.Wake();
        return taken;
    }

    private async Task CarryOutAsync(ReceivedCommand one, PlatformCommand command, CancellationToken stop)
    {
        try
        {
            var outcome = await parts.Work.RunAsync(command, stop).ConfigureAwait(false);
            parts.Log.Info($"Command {one.Id} ({one.Kind}): {outcome.Status}.");
            parts.Ledger.End(one.Id, outcome);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next start finds it without a result and says so.
        }
        catch (IOException exception)
        {
            // As above; until then the command counts as one that goes on, and none of its kind is begun.
            parts.Log.Warning($"The result of command {one.Id} cannot be noted: {exception.Message}");
        }
        _telling.Wake();
    }

    private TimeSpan Failed(UplinkFault fault, TimeSpan? retryAfter)
    {
        _failures++;
        if (fault.Code != _status.Fault?.Code) parts.Log.Warning($"No commands are fetched: {fault}");
        _status = _status with { Fault = fault, FaultSince = _status.FaultSince ?? parts.Time.GetUtcNow() };
        return retryAfter is { } asked ? Backoff.Delay(asked, parts.Random()) : Backoff.Delay(_failures, parts.Random());
    }

    private void Succeeded()
    {
        if (_status.Fault is not null) parts.Log.Info("Commands are fetched again.");
        _failures = 0;
        _status = new CommandsStatus(parts.Time.GetUtcNow(), null, null);
    }
}
