using System.Threading.Channels;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// The data plane of this node: a bounded channel, grouped by weight and time, one flush after another into the store. Backpressure is an
/// answer: a full channel makes the door say busy, and a store that does not take a batch in time makes the stream say so.
/// </summary>
public sealed class MetricsIngest(IMetricsStore store, EngineOptions options, TimeProvider time, ILogger<MetricsIngest> log) : IIngest
{
    private const int FlushWeightSamples = 5_000;
    private static readonly TimeSpan FlushWithin = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(50),
        LongestPause = TimeSpan.FromMilliseconds(800);

    private static readonly Refused
        GivenUp = new(RefusalKind.EngineBusy, "The store did not take the batch in time. Send it again.", RetryAfterSeconds: 5),
        Replayed = new(RefusalKind.RequestReplayed, "This request was taken before. Sign anew and keep the batch id."),
        TooManyNames = new(RefusalKind.InvalidContent, "The server would have more than 2,000 metric names.",
            Errors: [new Shared.Wire.ContentError("/reports", "At most 2,000 metric names a server.")]),
        Unstorable = new(RefusalKind.Internal, "This batch cannot be stored. The platform's log says why.");

    private readonly Channel<IngestItem> _channel = Channel.CreateBounded<IngestItem>(
        new BoundedChannelOptions(options.IngestQueue) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private Task _finished = Task.CompletedTask;

    /// <summary>Hears after each commit which servers were heard; set before <see cref="Start"/>.</summary>
    public Action<Seen> OnSeen { get; set; } = _ => { };

    /// <inheritdoc />
    public bool TryOffer(IngestItem item) => _channel.Writer.TryWrite(item);

    /// <summary>Starts the stream on the system's own materializer, so that no actor's end takes it along.</summary>
    public void Start(ActorSystem system) => _finished = ChannelSource.FromReader(_channel.Reader)
        .GroupedWeightedWithin(FlushWeightSamples, FlushWithin, item => Math.Max(1, item.Batch.SampleCount))
        .SelectAsync(store.Writers, async items =>
        {
            await FlushAsync([.. items], maybeKept: false).ConfigureAwait(false);
            return Done.Instance;
        })
        .RunWith(Sink.Ignore<Done>(), system.Materializer());

    /// <summary>Takes nothing more in, finishes what is under way and answers everyone.</summary>
    public Task DrainAsync()
    {
        _channel.Writer.TryComplete();
        return _finished;
    }

    /// <summary>Writes a group until each item has its answer. Never throws: an exception would end the stream for all servers.</summary>
    private async Task FlushAsync(IReadOnlyList<IngestItem> items, bool maybeKept)
    {
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            items = GiveUpOld(items);
            if (items.Count == 0) return;
            IReadOnlyList<ItemFate> fates;
            try
            {
                fates = await store.WriteAsync(items, maybeKept).ConfigureAwait(false);
            }
            catch (StoreUnavailableException away)
            {
                maybeKept |= away.MaybeKept;
                log.LogWarning("The store did not take a flush of {Items} batches: {Reason}", items.Count, away.Message);
                await Task.Delay(NoLongerThan(pause, items), time).ConfigureAwait(false);
                continue;
            }
#pragma warning disable CA1031 // Whatever one item's bytes provoke must not stop the others.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                await HalveAsync(items, maybeKept, fault).ConfigureAwait(false);
                return;
            }
            Settle(items, fates);
            return;
        }
    }

    // Answers come on time: the pause ends when the oldest batch is to be given up.
    private TimeSpan NoLongerThan(TimeSpan pause, IReadOnlyList<IngestItem> items)
    {
        var left = items.Min(item => item.AdmittedAt) + options.StoreGivesUpAfter - time.GetUtcNow() + TimeSpan.FromMilliseconds(1);
        return left < pause && left > TimeSpan.Zero ? left : pause;
    }

    // The poison item is cornered in log2(n) steps; all others are stored on the way.
    private async Task HalveAsync(IReadOnlyList<IngestItem> items, bool maybeKept, Exception fault)
    {
        if (items.Count == 1)
        {
            log.LogError(fault, "A batch of server {Server} cannot be stored.", items[0].Server);
            Fail(items[0], Unstorable);
            return;
        }
        var half = items.Count / 2;
        await FlushAsync([.. items.Take(half)], maybeKept).ConfigureAwait(false);
        await FlushAsync([.. items.Skip(half)], maybeKept).ConfigureAwait(false);
    }

    private IReadOnlyList<IngestItem> GiveUpOld(IReadOnlyList<IngestItem> items)
    {
        var oldest = time.GetUtcNow() - options.StoreGivesUpAfter;
        if (!items.Any(item => item.AdmittedAt < oldest)) return items;
        log.LogWarning("The store was away for too long: batches are given up with 503.");
        foreach (var item in items.Where(item => item.AdmittedAt < oldest)) Fail(item, GivenUp);
        return [.. items.Where(item => item.AdmittedAt >= oldest)];
    }

    private void Settle(IReadOnlyList<IngestItem> items, IReadOnlyList<ItemFate> fates)
    {
        var seen = new HashSet<ServerKey>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            switch (fates[i])
            {
                case ItemFate.Stored:
                    seen.Add(new ServerKey(item.Team, item.Server));
                    Commit(item, new MetricsStored(item.Batch.Rows.Count, item.Batch.SampleCount, item.Expired));
                    break;
                case ItemFate.Replayed:
                    Commit(item, Replayed);
                    break;
                case ItemFate.TooManyNames:
                    Fail(item, TooManyNames);
                    break;
            }
        }
        if (seen.Count > 0) Tell(new Seen([.. seen], time.GetUtcNow()));
    }

    private void Tell(Seen seen)
    {
        try
        {
            OnSeen(seen);
        }
#pragma warning disable CA1031 // The listener's fault is not the batches': they are stored and answered.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.LogError(fault, "The listener of commits failed.");
        }
    }

    // The door first: whoever hears the answer must find it ready.
    private static void Commit(IngestItem item, IEngineReply reply)
    {
        item.Door.Tell(new BatchCommitted(item.Signature, reply));
        item.Sender.Tell(reply);
    }

    private static void Fail(IngestItem item, IEngineReply reply)
    {
        item.Door.Tell(new BatchFailed(item.Signature, reply));
        item.Sender.Tell(reply);
    }
}
