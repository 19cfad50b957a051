using HostAtlas.Engine.Storage;
using HostAtlas.Gateway.People.Rights;

namespace HostAtlas.Gateway.People.Events;

/// <summary><c>/api/events</c>: what changes in a team, as it changes.</summary>
internal sealed class EventsEndpoint(
    Access access, StandingGrant standing, StreamSlots slots, ChangeFeed feed, IChangeLog log, EventStreamTimes times, TimeProvider time,
    IHostApplicationLifetime lifetime)
{
    private const string LastEventId = "Last-Event-ID";

    /// <summary>200: server-sent events, until the caller goes, or may listen no longer, or the process stops.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.WatchTeam);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var taken = slots.Take(grant);
        if (taken.Value is not { } slot) return taken.Failure!;
        var listener = feed.Listen(grant.Team);
        try
        {
            // Before the answer begins: a store that is away is told with its status.
            var start = await StartAsync(http.Request.Headers[LastEventId], grant, http.RequestAborted);
            return new EventStream(grant, listener, slot, start, standing, times, time, lifetime.ApplicationStopping);
        }
        catch
        {
            listener.Dispose();
            slot.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Where the stream begins: behind what the caller was told last, with everything since; or here and now, when there was nothing, or
    /// when what it names is not kept (any more).
    /// </summary>
    private async Task<StreamStart> StartAsync(string? lastEventId, Grant grant, CancellationToken cancellation)
    {
        if (EventText.Place(lastEventId) is { } last)
        {
            // With the one that is named, which must still be the same.
            var since = await log.ReadAsync(grant.Team, Math.Max(0, last.Number - 1), Engine.Projections.ChangeRows.Kept + 1, cancellation);
            if (since.Count > 0 && since[0].Place == last) return new StreamStart(last, null, [.. since.Skip(1)]);
        }
        var latest = await log.LatestAsync([grant.Team], cancellation);
        var here = latest.TryGetValue(grant.Team, out var place) ? place : ChangePlace.Start;
        return new StreamStart(here, string.IsNullOrEmpty(lastEventId) ? EventText.Ready : EventText.Reset, []);
    }
}

/// <summary>Where a stream begins.</summary>
/// <param name="Place">What its caller knows already.</param>
/// <param name="Name">The event that says so; null when the caller goes on where it was.</param>
/// <param name="Since">What it missed.</param>
internal sealed record StreamStart(ChangePlace Place, string? Name, IReadOnlyList<KeptChange> Since);
