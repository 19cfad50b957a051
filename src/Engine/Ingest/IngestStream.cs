using System.Threading.Channels;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Ingest;

/// <summary>
/// The data plane of this node: a bounded channel, grouped by weight and time, one flush after another into the store. Backpressure is an
/// answer: a full channel makes the door say busy, and a store that does not take a batch in time makes the stream say so.
/// </summary>
/// <param name="store">Where the batches become durable.</param>
/// <param name="options">How many batches may wait, and for how long.</param>
/// <param name="bounds">What a flush and the waiting batches may weigh.</param>
/// <param name="time">The clock of what is given up.</param>
/// <param name="log">Told of what goes wrong; never of what is in a batch.</param>
public abstract class IngestStream<TItem>(
    IFlushStore<TItem> store, EngineOptions options, IngestBounds bounds, TimeProvider time, ILogger log) where TItem : IngestItem
{
    private static readonly TimeSpan FlushWithin = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(50),
        LongestPause = TimeSpan.FromMilliseconds(800);

    private static readonly Refused
        GivenUp = new(RefusalKind.EngineBusy, "The store did not take the batch in time. Send it again.", RetryAfterSeconds: 5),
        Replayed = new(RefusalKind.RequestReplayed, "This request was taken before. Sign anew and keep the batch id."),
        Unstorable = new(RefusalKind.Internal, "This batch cannot be stored. The platform's log says why.");

    private readonly Channel<TItem> _channel = Channel.CreateBounded<TItem>(
        new BoundedChannelOptions(options.IngestQueue) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _waitingBytes;
    private Task _finished = Task.CompletedTask;

    /// <summary>By the stream's clock.</summary>
    protected DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Hands a batch over; false when there is no room for it. Never waits.</summary>
    public bool TryOffer(TItem item)
    {
        // What has no answer yet counts, also while it is written: that is what the memory holds. A batch alone is always taken.
        var waiting = Interlocked.Add(ref _waitingBytes, item.SizeBytes);
        if ((waiting <= bounds.WaitingBytes || waiting == item.SizeBytes) && _channel.Writer.TryWrite(item)) return true;
        Interlocked.Add(ref _waitingBytes, -item.SizeBytes);
        return false;
    }

    /// <summary>Starts the stream on the system's own materializer, so that no actor's end takes it along.</summary>
    public void Start(ActorSystem system) => _finished = ChannelSource.FromReader(_channel.Reader)
        .GroupedWeightedWithin(bounds.FlushWeight, FlushWithin, item => item.Weight)
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
    private async Task FlushAsync(IReadOnlyList<TItem> items, bool maybeKept)
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
    private TimeSpan NoLongerThan(TimeSpan pause, IReadOnlyList<TItem> items)
    {
        var left = items.Min(item => item.AdmittedAt) + options.StoreGivesUpAfter - time.GetUtcNow() + TimeSpan.FromMilliseconds(1);
        return left < pause && left > TimeSpan.Zero ? left : pause;
    }

    // The poison item is cornered in log2(n) steps; all others are stored on the way.
    private async Task HalveAsync(IReadOnlyList<TItem> items, bool maybeKept, Exception fault)
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

    private IReadOnlyList<TItem> GiveUpOld(IReadOnlyList<TItem> items)
    {
        var oldest = time.GetUtcNow() - options.StoreGivesUpAfter;
        if (!items.Any(item => item.AdmittedAt < oldest)) return items;
        log.LogWarning("The store was away for too long: batches are given up with 503.");
        foreach (var item in items.Where(item => item.AdmittedAt < oldest)) Fail(item, GivenUp);
        return [.. items.Where(item => item.AdmittedAt >= oldest)];
    }

    private void Settle(IReadOnlyList<TItem> items, IReadOnlyList<ItemFate> fates)
    {
        var stored = new List<TItem>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            switch (fates[i])
            {
                case ItemFate.Stored:
                    stored.Add(item);
                    Commit(item, item.WhenStored);
                    break;
                case ItemFate.Replayed:
                    Commit(item, Replayed);
                    break;
                default:
                    Fail(item, RefusalOf(fates[i]));
                    break;
            }
        }
        if (stored.Count > 0) Tell(stored);
    }

    /// <summary>Hears after each commit what it stored. What it throws is logged and harms nobody.</summary>
    protected virtual void OnStored(IReadOnlyList<TItem> stored)
    {
    }

    /// <summary>The answer to an item that the store refused for what is in it.</summary>
    protected virtual Refused RefusalOf(ItemFate fate) => Unstorable;

    private void Tell(IReadOnlyList<TItem> stored)
    {
        try
        {
            OnStored(stored);
        }
#pragma warning disable CA1031 // The listener's fault is not the batches': they are stored and answered.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.LogError(fault, "The listener of commits failed.");
        }
    }

    // The door first: whoever hears the answer must find it ready.
    private void Commit(TItem item, IEngineReply reply)
    {
        Interlocked.Add(ref _waitingBytes, -item.SizeBytes);
        item.Door.Tell(new BatchCommitted(item.Signature, reply));
        item.Sender.Tell(reply);
    }

    private void Fail(TItem item, IEngineReply reply)
    {
        Interlocked.Add(ref _waitingBytes, -item.SizeBytes);
        item.Door.Tell(new BatchFailed(item.Signature, reply));
        item.Sender.Tell(reply);
    }
}

/// <summary>What a stream's flushes and its waiting batches may weigh.</summary>
/// <param name="FlushWeight">A flush ends when its items weigh this much; a heavier item goes alone.</param>
/// <param name="WaitingBytes">What the batches without an answer may hold in memory.</param>
public sealed record IngestBounds(int FlushWeight, long WaitingBytes = long.MaxValue);
