namespace HostAtlas.Gateway.People.Events;

/// <summary>The rhythm of event streams.</summary>
/// <param name="Poll">Between two looks at how far the changes have come: one query for all teams that somebody listens to.</param>
/// <param name="KeepAlive">After so long without an event a comment is sent, or proxies would take the connection for dead.</param>
/// <param name="Recheck">
/// Between two looks at whether the caller may still listen. With <paramref name="AnswersWithin"/> this stays under the 5 s within which a
/// stream ends after its session.
/// </param>
/// <param name="AnswersWithin">A look that takes longer ends the stream: what cannot be known is not taken for granted.</param>
internal sealed record EventStreamTimes(TimeSpan Poll, TimeSpan KeepAlive, TimeSpan Recheck, TimeSpan AnswersWithin)
{
    /// <summary>The promise: a stream ends within this of its session.</summary>
    public static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(5);

    /// <summary>What a platform runs with.</summary>
    public static readonly EventStreamTimes Default =
        new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(2));
}
