using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Carries batches of the journal into the store, in order, one at a time. When an event skips one of its entity, the missing ones are read
/// by persistence id first: a journal transaction that is held open for long commits events behind the reader's back. (SQLite's single
/// writer cannot do that; the rule costs nothing there and the next store needs it.)
/// </summary>
/// <param name="store">Where rows and offset lie.</param>
/// <param name="offset">The store's offset when this writer begins.</param>
/// <param name="readEntity">Reads an entity's events by sequence number, both ends inclusive, in order.</param>
public sealed class ProjectionWriter(
    IProjectionStore store, long offset, Func<string, long, long, Task<IReadOnlyList<JournalEntry>>> readEntity)
{
    /// <summary>The last journal offset that the store knows.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Tells a batch, in the journal's order, and moves the offset behind its last event.</summary>
    public async Task WriteAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0) return;
        var to = entries[^1].Offset;
        while (true)
        {
            var rows = await LoadAsync(entries, cancellation).ConfigureAwait(false);
            var hole = TellUpToHole(rows, entries);
            if (hole < 0)
            {
                await store.SaveAsync(Offset, to, rows, cancellation).ConfigureAwait(false);
                Offset = to;
                return;
            }
            entries = [.. entries.Take(hole), .. await ReadHoleAsync(rows, entries[hole]).ConfigureAwait(false), .. entries.Skip(hole)];
        }
    }

    private Task<ProjectedRows> LoadAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        var (teams, servers) = (new HashSet<TeamId>(), new HashSet<ServerKey>());
        foreach (var entry in entries)
        {
            if (EntityAddress.TryReadServer(entry.PersistenceId, out var server)) servers.Add(server);
            if (!EntityAddress.TryReadTeam(entry.PersistenceId, out var team)) continue;
            teams.Add(team);
            if (entry.Event is ServerJoined joined) servers.Add(new ServerKey(team, joined.Server));
        }
        return store.LoadAsync(teams, servers, cancellation);
    }

    private static int TellUpToHole(ProjectedRows rows, IReadOnlyList<JournalEntry> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (ProjectionRules.Tell(rows, entries[i]) == Telling.Hole) return i;
        }
        return -1;
    }

    private async Task<IReadOnlyList<JournalEntry>> ReadHoleAsync(ProjectedRows rows, JournalEntry after)
    {
        var (from, to) = (ProjectionRules.LastKnown(rows, after.PersistenceId) + 1, after.SequenceNr - 1);
        var missed = await readEntity(after.PersistenceId, from, to).ConfigureAwait(false);
        return missed.Count == to - from + 1
            ? missed
            : throw new InvalidOperationException(
                $"{after.PersistenceId}: the journal holds {missed.Count} of the events {from}-{to}. It is damaged; restore it.");
    }
}
