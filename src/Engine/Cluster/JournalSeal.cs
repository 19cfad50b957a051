using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Cluster;

/// <summary>Seals and opens what entities journal. One for all; thread-safe.</summary>
public sealed class JournalSeal(ITeamSeals teams, PlatformSeal platform)
{
    /// <summary>The journal of one entity.</summary>
    public EntityJournal Of(string persistenceId) => new(new EntitySeal(teams, platform, persistenceId));
}

/// <summary>
/// One entity's events and snapshots between what the entity knows and what the tables hold. Every method throws what
/// <see cref="EntitySeal"/> throws, and opening also <see cref="System.Runtime.Serialization.SerializationException"/> for an event of a
/// later version.
/// </summary>
public sealed class EntityJournal(EntitySeal seal)
{
    /// <summary>Whether it is known here that the keys of the entity's team were destroyed.</summary>
    public bool IsDestroyed => seal.IsDestroyed;

    /// <summary>Seals an event for the sequence number that it will have.</summary>
    public SealedEvent Seal(IEntityEvent happened, long sequenceNr) =>
        new(seal.Seal(SealedTable.Journal, sequenceNr, WireCodec.Write(happened)));

    /// <summary>Seals a state for the sequence number of its last event.</summary>
    public SealedSnapshot Seal(object state, long sequenceNr) =>
        new(seal.Seal(SealedTable.Snapshots, sequenceNr, WireCodec.Write(state)));

    /// <summary>Opens the event that stands at a sequence number.</summary>
    public IEntityEvent Open(SealedEvent happened, long sequenceNr) =>
        (IEntityEvent)WireCodec.Read(seal.Open(SealedTable.Journal, sequenceNr, happened.Bytes));

    /// <summary>Opens the snapshot that stands at a sequence number.</summary>
    public object Open(SealedSnapshot snapshot, long sequenceNr) =>
        WireCodec.Read(seal.Open(SealedTable.Snapshots, sequenceNr, snapshot.Bytes));
}
