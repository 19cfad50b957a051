using Akka.Streams;
using Akka.Streams.Dsl;
using HostAtlas.Engine.Storage;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Tells the journal from its first event to rows in memory (some 300 bytes a server) and puts them in the place of the tables in one
/// transaction: people read the old tables until that moment, and a rebuild that dies half-way has changed nothing.
/// </summary>
public static class ProjectionRebuild
{
    /// <summary>Runs to the end. No other writer may move the offset meanwhile.</summary>
    public static async Task<ProjectionRebuilt> RunAsync(JournalReader journal, IProjectionStore store, IMaterializer materializer)
    {
        var from = await store.ReadOffsetAsync(CancellationToken.None).ConfigureAwait(false);
        var rows = new ProjectedRows();
        var (events, to) = await journal.Current(after: 0).RunAggregate((Events: 0L, To: 0L), (sum, entry) =>
        {
            // In this reading, an event that comes late comes in its place; a hole now is a hole for ever.
            if (ProjectionRules.Tell(rows, entry) == Telling.Hole)
                throw new InvalidOperationException(
                    $"{entry.PersistenceId}: events before {entry.SequenceNr} are not in the journal. It is damaged.");
            return (sum.Events + 1, entry.Offset);
        }, materializer).ConfigureAwait(false);
        await store.ReplaceAsync(from, to, rows, CancellationToken.None).ConfigureAwait(false);
        return new ProjectionRebuilt(events, rows.ChangedTeams.Count(), rows.ChangedServers.Count(), to);
    }
}
