using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Carries batches of the journal into the store, in order, one at a time. When an event skips one of its entity, the missing ones are read
/// by persistence id first: a journal transaction that is held open for long commits events behind the reader's back. (SQLite's single
/// writer cannot do that; the rule costs nothing there, and PostgreSQL needs it.)
/// </summary>
/// <param name="store">Where rows and offset lie.</param>
/// <param name="offset">The store's offset when this writer begins.</param>
/// <param name="readEntity">Reads an entity's events by sequence number, both ends inclusive, in order.</param>
public sealed class ProjectionWriter(
    IProjectionStore store, long offset, Func<string, long, long, Task<IReadOnlyList<JournalEntry>>> readEntity)
{
    private readonly HashSet<JournalHead> _fruitless = [];

    /// <summary>The last journal offset that the store knows.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Tells a batch, in the journal's order, and moves the offset behind its last event.</summary>
    public Task WriteAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellation) =>
        entries.Count == 0 ? Task.CompletedTask : TellAsync(entries, entries[^1].Offset, cancellation);

    /// <summary>
    /// Compares entities with their highest numbers in the journal and tells what their rows lack. An event that was committed behind the
    /// reader's back, and that no later one of its entity follows, is found here and nowhere else. The offset stays where it is.
    /// </summary>
    /// <returns>How many events were told.</returns>
    public async Task<int> ReconcileAsync(IReadOnlyList<JournalHead> heads, CancellationToken cancellation)
    {
        var rows = await LoadAsync([.. heads.Select(head => head.PersistenceId)], [], cancellation).ConfigureAwait(false);
        var missed = new List<JournalEntry>();
        foreach (var head in heads)
        {
            if (ProjectionRules.LastKnown(rows, head.PersistenceId) is not { } known || known >= head.SequenceNr
                || _fruitless.Contains(head)) continue;
            var entries = await readEntity(head.PersistenceId, known + 1, head.SequenceNr).ConfigureAwait(false);
            missed.AddRange(entries);
            // Of a team that nobody founded there is nothing to tell. It is read once a head, not once a minute.
            if (!entries.Any(entry => ProjectionRules.MakesRow(rows, entry))) _fruitless.Add(head);
        }
        if (missed.Count > 0) await TellAsync(missed, Offset, cancellation).ConfigureAwait(false);
        return missed.Count;
    }

    private async Task TellAsync(IReadOnlyList<JournalEntry> entries, long to, CancellationToken cancellation)
    {
        while (true)
        {
            var rows = await LoadAsync([.. entries.Select(entry => entry.PersistenceId)], entries, cancellation).ConfigureAwait(false);
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

    private Task<ProjectedRows> LoadAsync(
        IReadOnlyCollection<string> persistenceIds, IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        var (teams, servers) = (new HashSet<TeamId>(), new HashSet<ServerKey>());
        foreach (var id in persistenceIds)
        {
            if (EntityAddress.TryReadServer(id, out var server)) servers.Add(server);
            else if (EntityAddress.TryReadTeam(id, out var team)) teams.Add(team);
        }
        foreach (var entry in entries)
        {
            if (EntityAddress.TryReadTeam(entry.PersistenceId, out var team) && ProjectionRules.ServerOf(entry.Event) is { } server)
                servers.Add(new ServerKey(team, server));
            // People are told of the server by its name.
            if (HappeningRules.Of(entry.Event) is not null && HappeningTelling.KeyOf(entry) is { } happening) servers.Add(happening.Server);
        }
        var audit = new AuditWanted(
            [.. persistenceIds.Where(EntityAddress.IsEntity).Distinct()],
            [.. entries.SelectMany(entry => AuditRules.TeamsOf(entry.PersistenceId, entry.Event)).Distinct()]);
        return store.LoadAsync(teams, servers, audit, cancellation);
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
        var (from, to) = ((ProjectionRules.LastKnown(rows, after.PersistenceId) ?? 0) + 1, after.SequenceNr - 1);
        var missed = await readEntity(after.PersistenceId, from, to).ConfigureAwait(false);
        return missed.Count == to - from + 1
            ? missed
            : throw new InvalidOperationException(
                $"{after.PersistenceId}: the journal holds {missed.Count} of the events {from}-{to}. It is damaged; restore it.");
    }
}
