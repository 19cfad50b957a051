namespace HostAtlas.Engine.Storage;

/// <summary>How far each entity's journal has come, read past Akka from the journal's own table.</summary>
public interface IJournalHeads
{
    /// <summary>
    /// A page of entities in order of their persistence ids with their highest sequence numbers. <paramref name="after"/>: the last id of
    /// the page before, or empty. A page shorter than <paramref name="limit"/> is the last one.
    /// </summary>
    Task<IReadOnlyList<JournalHead>> PageAsync(string after, int limit, CancellationToken cancellation);
}

/// <summary>The highest sequence number that an entity's journal holds.</summary>
public sealed record JournalHead(string PersistenceId, long SequenceNr);
