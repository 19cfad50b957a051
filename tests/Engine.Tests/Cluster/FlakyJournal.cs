using System.Collections.Immutable;
using Akka.Persistence;
using Akka.Persistence.Journal;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Teams;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>
/// A journal in memory that does as an event bids: a team founded as <see cref="Rejected"/> is turned down (as by a serializer), one
/// founded as <see cref="Failed"/> meets a store that is away.
/// </summary>
public sealed class FlakyJournal : MemoryJournal
{
    public const string Rejected = "to be rejected", Failed = "to be failed";

    protected override async Task<IImmutableList<Exception>?> WriteMessagesAsync(
        IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        var writes = messages.ToList();
        if (writes.Any(write => Founds(write, Failed))) throw new IOException("The store is away.");
        await base.WriteMessagesAsync(writes.Where(write => !Founds(write, Rejected)), cancellationToken);
        return writes
            .Select(Exception? (write) => Founds(write, Rejected) ? new InvalidDataException("This cannot be written.") : null)
            .ToImmutableList()!;
    }

    private static bool Founds(AtomicWrite write, string name) =>
        ((IImmutableList<IPersistentRepresentation>)write.Payload).Any(row => row.Payload is SealedEvent happened
            && Open(happened, row) is TeamFounded founded && founded.Name == name);

    // Some tests seal with keys of their own, or put events where they were not sealed; those are written as they are.
    private static IEntityEvent? Open(SealedEvent happened, IPersistentRepresentation row)
    {
        try
        {
            return TestSeals.Journal.Of(row.PersistenceId).Open(happened, row.SequenceNr);
        }
        catch (SealBrokenException)
        {
            return null;
        }
    }
}
