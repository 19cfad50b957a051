using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Uplink;

/// <summary>The platform's clock minus this host's, as any lane learned it: what one connection heard, the others need not ask again.
/// Thread-safe.</summary>
internal sealed class PlatformClock
{
    private long _offsetTicks;

    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks));
        set => Interlocked.Exchange(ref _offsetTicks, value.Ticks);
    }

    /// <summary>
    /// Asks, and once more when the platform refuses the timestamp and the time it tells is another one. Not again after that: a platform
    /// that tells another time with each answer would be asked without end and without a pause.
    /// </summary>
    /// <param name="request">One request, signed with the offset it is given.</param>
    public async Task<PlatformAnswer> AskAsync(Func<TimeSpan, Task<PlatformAnswer>> request)
    {
        var signedWith = Offset;
        var answer = await request(signedWith).ConfigureAwait(false);
        Learn(answer);
        if (answer is not { Status: 401, Slug: ProblemSlug.TimestampOutsideWindow } || Offset == signedWith) return answer;
        answer = await request(Offset).ConfigureAwait(false);
        Learn(answer);
        return answer;
    }

    // Only what this answer taught: one that told no time must not undo what another connection heard meanwhile.
    private void Learn(PlatformAnswer answer)
    {
        if (answer.ClockReading is { } reading) Offset = ClockOffset.Update(Offset, reading);
    }
}
