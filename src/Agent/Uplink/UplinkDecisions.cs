using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Uplink;

/// <summary>
/// When to send, wait, sign again, cut or give up a batch: one pure function. Two things never happen here: a credential is dropped, and a
/// report is deleted without an acknowledgement or the platform's own word that it will never take it.
/// </summary>
public static class UplinkDecisions
{
    /// <summary>The next state and what to do, given what happened at <paramref name="now"/> (monotonic).</summary>
    public static (UplinkState State, IReadOnlyList<UplinkAction> Actions) Decide(UplinkState state, UplinkEvent happened, TimeSpan now) =>
        happened switch
        {
            UplinkEvent.Offered offered when state.InFlight is null && now >= state.NotBefore =>
                (state with { InFlight = new Flight(offered.Batch, offered.Reports, state.Offset) },
                    [new UplinkAction.Send(offered.Batch, state.Offset)]),
            UplinkEvent.Offered => (state, []),
            UplinkEvent.NotReached failed => (Wait(state, failed.Fault, now, Backoff.Delay(state.Failures + 1, failed.Jitter)), []),
            UplinkEvent.Answered { Answer: var answer, Jitter: var jitter } when state.InFlight is { } flight =>
                OnAnswer(state with { Offset = ClockOffset.Update(state.Offset, answer.ClockReading) }, flight, answer, jitter, now),
            _ => throw new InvalidOperationException($"{happened.GetType().Name} without a request in flight."),
        };

    private static (UplinkState State, IReadOnlyList<UplinkAction> Actions) OnAnswer(
        UplinkState state, Flight flight, PlatformAnswer answer, double jitter, TimeSpan now)
    {
        switch (answer)
        {
            case { Status: 202 }:
                return (Done(state, now), [new UplinkAction.Acknowledge(flight.Batch)]);

            case { Status: 401, Slug: ProblemSlug.TimestampOutsideWindow } when !flight.OffsetCorrected && state.Offset != flight.Offset:
                return (state with { InFlight = flight with { Offset = state.Offset, OffsetCorrected = true } },
                    [new UplinkAction.Send(flight.Batch, state.Offset)]);

            // A refusal of the whole batch: nothing of it was stored. Cutting finds the one report that spoils it, in at most ten steps.
            case { Status: 413 or 422 } when flight.Reports > 1:
                return (Done(state, now), [new UplinkAction.Split(flight.Batch)]);

            // Without the platform's slug it may be the word of something between, and no reason to give a report up.
            case { Status: 413, Slug: ProblemSlug.TooLarge } or { Status: 422, Slug: ProblemSlug.InvalidContent }:
                return (Done(state, now), [new UplinkAction.SetAside(flight.Batch, $"{answer.Slug}: {answer.Detail}")]);

            default:
                var delay = answer.RetryAfter is { } asked ? Backoff.Delay(asked, jitter) : Backoff.Delay(state.Failures + 1, jitter);
                return (Wait(state, AnswerFault.Of(answer), now, delay), []);
        }
    }

    private static UplinkState Done(UplinkState state, TimeSpan now) =>
        state with { InFlight = null, Failures = 0, NotBefore = now, Fault = null };

    private static UplinkState Wait(UplinkState state, UplinkFault fault, TimeSpan now, TimeSpan delay) =>
        state with { InFlight = null, Failures = state.Failures + 1, NotBefore = now + delay, Fault = fault };
}
