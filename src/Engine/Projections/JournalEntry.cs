namespace HostAtlas.Engine.Projections;

/// <summary>
/// One event of the journal with its place: in the whole journal (<paramref name="Offset"/>) and in its entity's own order.
/// </summary>
public sealed record JournalEntry(long Offset, string PersistenceId, long SequenceNr, object Event);
