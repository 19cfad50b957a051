using Akka.Streams;
using Akka.Streams.Dsl;
using HostAtlas.Engine.Storage;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Tells the journal from its first event to rows in memory (some 300 bytes a server) and puts them in the place of the tables in one
/// transaction: people read the old tables until that moment, and a rebuild that dies half-way has changed nothing.
/// <para>
/// The audit logs are not told anew: they are only ever added to. So the offset stays where it is, and the events behind it, which the new
/// rows know already, are told to the logs by the reading that follows.
/// </para>
/// </summary>
public static class ProjectionRebuild
{
    /// <summary>Runs to the end. No other writer may move the offset meanwhile.</summary>
    public static async Task<ProjectionRebuilt> RunAsync(JournalReader journal, IProjectionStore store, IMaterializer materializer)
    {
        var offset = await store.ReadOffsetAsync(CancellationToken.None).ConfigureAwait(false);
        var rows = new ProjectedRows();
        var events = await journal.Current(after: 0).RunAggregate(0L, (sum, entry) =>
        {
            // In this reading, an event that comes late comes in its place; a hole now is a hole for ever.
            if (ProjectionRules.Tell(rows, entry) == Telling.Hole)
                throw new InvalidOperationException(
                    $"{entry.PersistenceId}: events before {entry.SequenceNr} are not in the journal. It is damaged.");
            return sum + 1;
        }, materializer).ConfigureAwait(false);
        await store.ReplaceAsync(offset, rows, CancellationToken.None).ConfigureAwait(false);
        return new ProjectionRebuilt(events, rows.ChangedTeams.Count(), rows.ChangedServers.Count(), offset);
    }
}
