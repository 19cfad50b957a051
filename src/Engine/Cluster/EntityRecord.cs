using System.Data.Common;
using System.Security.Cryptography;
using Akka.Event;
using Akka.Persistence;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// What an entity's actor has of its journal: it opens what a recovery brings, seals what is to be persisted, and turns what goes wrong
/// with keys and seals into answers. Keys that were destroyed make an entity that does not exist; an event that does not open makes one
/// that refuses everything, for going on without it would be another entity's state.
/// </summary>
internal sealed class EntityRecord(string persistenceId, EntityJournal journal, ILoggingAdapter log)
{
    private static readonly Refused
        Gone = new(RefusalKind.NotFound, "There is no such team."),
        Unreadable = new(RefusalKind.Internal, "The entity's journal cannot be read; the platform's log says why."),
        KeysAway = new(RefusalKind.EngineBusy, "The store did not answer. Send the request again.", RetryAfterSeconds: 5);

    /// <summary>Why the entity could not be recovered: the answer to every command. Null when it could.</summary>
    public Refused? Fault { get; private set; }

    /// <summary>Whether it is known here that the keys of the entity's team were destroyed.</summary>
    public bool IsDestroyed => journal.IsDestroyed;

    /// <summary>
    /// Opens a snapshot or an event of a recovery; null for one that cannot be known any more or after a fault. Throws on what this version
    /// does not know, a plain event among it: nothing of this platform writes those.
    /// </summary>
    public object? Recover(object message, long sequenceNr)
    {
        if (Fault is not null) return null;
        try
        {
            return message switch
            {
                SnapshotOffer { Snapshot: SealedSnapshot snapshot } offer => journal.Open(snapshot, offer.Metadata.SequenceNr),
                SealedEvent happened => journal.Open(happened, sequenceNr),
                _ => throw new InvalidOperationException(
                    $"{persistenceId}: the journal holds a {message.GetType()} that this version does not know."),
            };
        }
        catch (TeamKeyDestroyedException)
        {
            return null;
        }
        catch (Exception broken) when (broken is SealBrokenException or CryptographicException)
        {
            log.Error(broken, "{0}: what the journal holds at {1} does not open; restore journal and root.key.", persistenceId, sequenceNr);
            Fault = Unreadable;
        }
        catch (DbException away)
        {
            Fault = Busy(away);
        }
        return null;
    }

    /// <summary>Seals events for the numbers from <paramref name="first"/> on; or says why that cannot be.</summary>
    public (IReadOnlyList<SealedEvent> Events, Refused? Refused) Seal(IReadOnlyList<IEntityEvent> events, long first)
    {
        try
        {
            return ([.. events.Select((happened, i) => journal.Seal(happened, first + i))], null);
        }
        catch (TeamKeyDestroyedException)
        {
            return ([], Gone);
        }
        catch (DbException away)
        {
            return ([], Busy(away));
        }
    }

    /// <summary>Seals a snapshot; null when that cannot be, which costs the next recovery some time and nothing else.</summary>
    public SealedSnapshot? TrySeal(object state, long sequenceNr)
    {
        try
        {
            return journal.Seal(state, sequenceNr);
        }
        catch (Exception fault) when (fault is TeamKeyDestroyedException or DbException)
        {
            log.Warning("{0}: no snapshot at {1}: {2}", persistenceId, sequenceNr, fault.Message);
            return null;
        }
    }

    private Refused Busy(DbException away)
    {
        log.Warning("{0}: the team's keys could not be read: {1}", persistenceId, away.Message);
        return KeysAway;
    }
}
