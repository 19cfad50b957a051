using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// What people are to be told and have been told. The projection adds happenings in the transaction that reads them from the journal; from
/// there on the rows are the sender's.
/// </summary>
public interface INotificationStore
{
    /// <summary>Happenings that nobody has been told of yet, the oldest first.</summary>
    Task<IReadOnlyList<NewHappening>> NewAsync(int limit, CancellationToken cancellation);

    /// <summary>
    /// Makes a delivery to each of the channels and takes the happening from those that are new, all or nothing. Doing it twice changes
    /// nothing.
    /// </summary>
    Task ShareOutAsync(
        HappeningKey key, IReadOnlyCollection<ChannelId> channels, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Deliveries that are due, of each channel the one that has been due for the longest; the longest due first.</summary>
    Task<IReadOnlyList<Delivery>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>Notes what came of an attempt.</summary>
    Task MarkAsync(Delivery delivery, DeliveryMark mark, CancellationToken cancellation);

    /// <summary>Deletes happenings of before a time, with their deliveries.</summary>
    Task ForgetAsync(DateTimeOffset before, CancellationToken cancellation);

    /// <summary>The newest attempt on each of a team's channels, as far as it is kept.</summary>
    Task<IReadOnlyDictionary<ChannelId, LastAttempt>> LastAsync(TeamId team, CancellationToken cancellation);
}

/// <summary>A happening that is to be shared out; null where it does not open.</summary>
public sealed record NewHappening(HappeningKey Key, Happening? Happening);

/// <summary>A happening that a channel is to be told of.</summary>
/// <param name="Attempts">Made so far.</param>
/// <param name="Happening">Null where it does not open.</param>
public sealed record Delivery(HappeningKey Key, ChannelId Channel, int Attempts, Happening? Happening)
{
    /// <summary>The delivery after an attempt.</summary>
    public DeliveryMark After(SendOutcome outcome, Happening happening, DateTimeOffset now) => outcome.Result switch
    {
        SendResult.Delivered => new DeliveryMark(DeliveryState.Sent, Attempts + 1, now, now, outcome.Code),
        SendResult.Failed when RetrySchedule.Next(Attempts + 1, now, happening.At, Share, outcome.Wished) is { } next =>
            new DeliveryMark(DeliveryState.Waiting, Attempts + 1, next, now, outcome.Code),
        _ => new DeliveryMark(DeliveryState.GivenUp, Attempts + 1, now, now, outcome.Code),
    };

    /// <summary>The delivery without an attempt, for good.</summary>
    public DeliveryMark GivenUp(DateTimeOffset now, string why) => new(DeliveryState.GivenUp, Attempts, now, now, why);

    /// <summary>The delivery as it is, but later.</summary>
    public DeliveryMark Postponed(DateTimeOffset until) => new(DeliveryState.Waiting, Attempts, until, null, null);

    // The same at every attempt and for no two channels: enough to spread what comes together.
    private double Share => (Channel.Value.ToByteArray()[0] ^ (byte)Key.Number) / 255.0;
}

/// <summary>What a delivery is from now on.</summary>
/// <param name="At">Of the attempt; null when there was none.</param>
/// <param name="Outcome">Of the attempt, as a code.</param>
public sealed record DeliveryMark(DeliveryState State, int Attempts, DateTimeOffset DueAt, DateTimeOffset? At, string? Outcome);

/// <summary>How a delivery stands; the numbers stand in the tables.</summary>
public enum DeliveryState
{
    /// <summary>It is to be sent.</summary>
    Waiting = 0,

    /// <summary>It was taken.</summary>
    Sent = 1,

    /// <summary>It will not be sent any more.</summary>
    GivenUp = 2,
}

/// <summary>The newest attempt on a channel. <paramref name="Waiting"/>: deliveries that are still to be made there.</summary>
public sealed record LastAttempt(DateTimeOffset? At, string? Outcome, int Waiting);

/// <summary>What a store reads of one delivery to tell how a channel fares.</summary>
internal readonly record struct AttemptRow(ChannelId Channel, long? AtMs, string? Outcome, DeliveryState State)
{
    /// <summary>The newest attempt of each channel.</summary>
    public static IReadOnlyDictionary<ChannelId, LastAttempt> Last(IEnumerable<AttemptRow> rows) => rows.GroupBy(row => row.Channel)
        .ToDictionary(channel => channel.Key, channel =>
        {
            var newest = channel.MaxBy(row => row.AtMs ?? long.MinValue);
            return new LastAttempt(
                newest.AtMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null, newest.Outcome,
                channel.Count(row => row.State == DeliveryState.Waiting));
        });
}
