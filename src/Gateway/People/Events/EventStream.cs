using HostAtlas.Engine.Storage;
using HostAtlas.Gateway.People.Rights;

namespace HostAtlas.Gateway.People.Events;

/// <summary>
/// The answer that goes on: changes as they come, a comment when there are none. It ends by itself, and as a whole answer, when the caller
/// may listen no longer, falls too far behind, or the process stops; a client comes back with the last id and misses nothing.
/// </summary>
internal sealed record EventStream(
    Grant Grant, ChangeListener Listener, IDisposable Slot, StreamStart Start, StandingGrant Standing, EventStreamTimes Times,
    TimeProvider Time, CancellationToken Stopping) : Answer
{
    private long _told = Start.Place.Number;

    /// <inheritdoc />
    public override async Task WriteAsync(HttpContext http)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, Stopping);
        var watch = Task.CompletedTask;
        try
        {
            http.Response.ContentType = "text/event-stream";
            await SendAsync(http, EventText.Retry, end.Token);
            if (Start.Name is { } name) await SendAsync(http, EventText.Of(name, Start.Place), end.Token);
            watch = EndWithTheGrantAsync(http, end);
            await TellAsync(http, Start.Since, end.Token);
            Listener.Begin(_told);
            await FollowAsync(http, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Said in the summary: this is how it ends.
        }
        finally
        {
            Listener.Dispose();
            Slot.Dispose();
            await end.CancelAsync();
            await watch;
        }
    }

    private async Task FollowAsync(HttpContext http, CancellationToken end)
    {
        var more = Listener.Pages.WaitToReadAsync(end).AsTask();
        while (true)
        {
            try
            {
                if (!await more.WaitAsync(Times.KeepAlive, Time, end)) return;
            }
            catch (TimeoutException)
            {
                await SendAsync(http, EventText.KeepAlive, end);
                continue;
            }
            while (Listener.Pages.TryRead(out var changes)) await TellAsync(http, changes, end);
            more = Listener.Pages.WaitToReadAsync(end).AsTask();
        }
    }

    private async Task TellAsync(HttpContext http, IReadOnlyList<KeptChange> changes, CancellationToken end)
    {
        // What was read at the beginning comes from the feed once more.
        foreach (var kept in changes.Where(kept => kept.Place.Number > _told))
        {
            _told = kept.Place.Number;
            if (kept.Change is null) await SendAsync(http, EventText.Of(EventText.Reset, kept.Place), end);
            else if (ChangeRights.Allows(Grant, kept.Change.Kind)) await SendAsync(http, EventText.Of(kept.Place, kept.Change), end);
        }
    }

    private static async Task SendAsync(HttpContext http, byte[] text, CancellationToken end)
    {
        end.ThrowIfCancellationRequested();
        await http.Response.BodyWriter.WriteAsync(text, end);
    }

    /// <summary>Looks again and again whether the grant stands, and ends the stream when it does not, or when nobody can say.</summary>
    private async Task EndWithTheGrantAsync(HttpContext http, CancellationTokenSource end)
    {
        try
        {
            do
            {
                await Task.Delay(Times.Recheck, Time, end.Token);
            }
            while (await StandsAsync(http, end.Token));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return;
        }
        await end.CancelAsync();
    }

    private async Task<bool> StandsAsync(HttpContext http, CancellationToken end)
    {
        using var patience = new CancellationTokenSource(Times.AnswersWithin, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, patience.Token);
        try
        {
            return await Standing.StandsAsync(http, Grant, either.Token).WaitAsync(either.Token);
        }
        catch (Exception) when (!end.IsCancellationRequested)
        {
            // The store or the engine is away: whoever comes again hears so with a status.
            return false;
        }
    }
}
