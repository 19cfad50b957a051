using System.Security.Cryptography;
using Akka;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence.Query;
using Akka.Persistence.Sql.Query;
using Akka.Streams;
using Akka.Streams.Dsl;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Projections;

/// <summary>The journal as the projection reads it, opened: all events in the order of their offsets, without tags.</summary>
public sealed class JournalReader(ActorSystem system, JournalSeal seal)
{
    private readonly SqlReadJournal _journal =
        PersistenceQuery.Get(system).ReadJournalFor<SqlReadJournal>("akka.persistence.query.journal.sql");

    /// <summary>What the journal holds behind an offset now; completes.</summary>
    public Source<JournalEntry, NotUsed> Current(long after) => _journal.CurrentAllEvents(From(after)).Select(Entry);

    /// <summary>What the journal holds and will hold behind an offset; goes on for ever.</summary>
    public Source<JournalEntry, NotUsed> Live(long after) => _journal.AllEvents(From(after)).Select(Entry);

    /// <summary>An entity's events by number, both ends inclusive.</summary>
    public async Task<IReadOnlyList<JournalEntry>> EntityAsync(string persistenceId, long from, long to) =>
        await _journal.CurrentEventsByPersistenceId(persistenceId, from, to).Select(Entry)
            .RunWith(Sink.Seq<JournalEntry>(), system.Materializer()).ConfigureAwait(false);

    private static Offset From(long after) => after == 0 ? Offset.NoOffset() : Offset.Sequence(after);

    private JournalEntry Entry(EventEnvelope envelope) =>
        new(((Sequence)envelope.Offset).Value, envelope.PersistenceId, envelope.SequenceNr, Open(envelope));

    // The column may hold anything where somebody changed the row; a time of no calendar must not stop the reading.
    private static DateTimeOffset Time(long ticks) =>
        ticks > DateTimeOffset.UnixEpoch.Ticks && ticks < DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : DateTimeOffset.UnixEpoch;

    private object Open(EventEnvelope envelope)
    {
        if (!EntityAddress.IsEntity(envelope.PersistenceId)) return envelope.Event;
        if (envelope.Event is not SealedEvent happened)
            throw new InvalidDataException($"{envelope.PersistenceId}: event {envelope.SequenceNr} lies unsealed in the journal.");
        try
        {
            return seal.Of(envelope.PersistenceId).Open(happened, envelope.SequenceNr);
        }
        catch (TeamKeyDestroyedException)
        {
            return KeysDestroyed.Instance;
        }
        catch (Exception broken) when (broken is SealBrokenException or CryptographicException)
        {
            // The second kind: the team's own key does not open. One damaged entity must not stop the tables of all others.
            system.Log.Error(broken,
                "{0}: event {1} was not sealed there and is passed over; restore the journal, then rebuild the projection.",
                envelope.PersistenceId, envelope.SequenceNr);
            return new DoesNotOpen(Time(envelope.Timestamp));
        }
    }
}
