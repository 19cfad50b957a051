using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Notifications;

/// <summary>
/// The steps from a happening to its receivers. Each begins and ends in the tables, so a process that dies between any two of them repeats
/// the one it was at: a message may arrive twice, under one id, and is never lost.
/// </summary>
public sealed class Notifier(
    INotificationStore store, EngineClient engine, ChannelSender sender, EngineOptions options, TimeProvider time, ILogger<Notifier> log)
{
    private const int HappeningsAtATime = 100;
    private static readonly TimeSpan EngineAway = TimeSpan.FromSeconds(10), Kept = 2 * Happening.ToldFor;

    /// <summary>Decides for what has happened who is to be told; what is older than a day is told to nobody.</summary>
    public async Task ShareOutAsync(CancellationToken cancellation)
    {
        foreach (var row in await store.NewAsync(HappeningsAtATime, cancellation).ConfigureAwait(false))
        {
            var channels = row.Happening is { } happening && time.GetUtcNow() - happening.At < Happening.ToldFor
                ? await ChannelsAsync(row.Key, happening, cancellation).ConfigureAwait(false)
                : [];
            if (channels is not null) await store.ShareOutAsync(row.Key, channels, time.GetUtcNow(), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>What is to be sent now, at most one message a channel.</summary>
    public Task<IReadOnlyList<Delivery>> DueAsync(int limit, CancellationToken cancellation) =>
        store.DueAsync(time.GetUtcNow(), limit, cancellation);

    /// <summary>Sends one message and notes what came of it.</summary>
    public async Task DeliverAsync(Delivery delivery, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (delivery.Happening is not { } happening || now - happening.At >= Happening.ToldFor)
        {
            await store.MarkAsync(delivery, delivery.GivenUp(now, "expired"), cancellation).ConfigureAwait(false);
            return;
        }
        var team = delivery.Key.Server.Team;
        var reply = await engine.AskAsync(new FindChannel(team, delivery.Channel), cancellation).ConfigureAwait(false);
        DeliveryMark mark;
        if (reply is ChannelFound { Channel.Terms.Enabled: true } channel)
        {
            var server = delivery.Key.Server.Server;
            var message = new Message(delivery.Key.MessageId, team, server, happening, Link(server));
            var outcome = await sender.SendAsync(channel, message, cancellation).ConfigureAwait(false);
            if (outcome.Result != SendResult.Delivered)
                log.LogWarning("Channel {Channel} of team {Team} was not told, attempt {Attempt}: {Outcome}",
                    delivery.Channel, team, delivery.Attempts + 1, outcome.Code);
            if (outcome.Result == SendResult.Gone)
                await engine.AskAsync(new NoteChannelGone(team, delivery.Channel, Author.Platform), cancellation).ConfigureAwait(false);
            mark = delivery.After(outcome, happening, time.GetUtcNow());
        }
        else
        {
            mark = reply is ChannelFound or Refused { Kind: RefusalKind.NotFound }
                ? delivery.GivenUp(now, "disabled")
                // Nobody's fault but ours: the attempt does not count.
                : delivery.Postponed(now + EngineAway);
        }
        await store.MarkAsync(delivery, mark, cancellation).ConfigureAwait(false);
    }

    /// <summary>Forgets what is of no use any more, not even to know that it was told.</summary>
    public Task ForgetAsync(CancellationToken cancellation) => store.ForgetAsync(time.GetUtcNow() - Kept, cancellation);

    /// <summary>Sends a trial; a refusal where there is no such channel.</summary>
    public async Task<IEngineReply> TryAsync(TryChannel trial, string id, CancellationToken cancellation)
    {
        var reply = await engine.AskAsync(new FindChannel(trial.Team, trial.Channel), cancellation).ConfigureAwait(false);
        if (reply is not ChannelFound channel) return reply;
        var happening = new Happening(NotificationTypes.Test, time.GetUtcNow(), "your servers", null, null);
        var message = new Message(id, trial.Team, null, happening, options.Address);
        var outcome = await sender.SendAsync(channel, message, cancellation).ConfigureAwait(false);
        return new ChannelTried(outcome.Result == SendResult.Delivered, outcome.Code, outcome.Detail);
    }

    private async Task<IReadOnlyList<ChannelId>?> ChannelsAsync(HappeningKey key, Happening happening, CancellationToken cancellation)
    {
        var reply = await engine.AskAsync(new ListChannels(key.Server.Team), cancellation).ConfigureAwait(false);
        switch (reply)
        {
            case TeamChannels channels:
                return [.. channels.Items.Where(channel => channel.Hears(happening.Type)).Select(channel => channel.Id)];
            case Refused { Kind: RefusalKind.EngineBusy }:
                return null;
            case Refused { Kind: RefusalKind.NotFound }:
                return [];
            default:
                // An entity whose journal does not open refuses everything: it must not hold up all others.
                log.LogError("Team {Team} cannot be asked for its channels and is not told of {Type}.", key.Server.Team, happening.Type);
                return [];
        }
    }

    private string? Link(ServerId server) => options.Address is { } address ? $"{address}/#/servers/{server}" : null;
}
