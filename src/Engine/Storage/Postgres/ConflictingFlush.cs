using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Storage.Sealing;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// A flush of which some rows are there already, written with <c>on conflict do nothing</c>; what the statements give back tells what each
/// batch is. The rows go over as arrays: they are the staging table, without one to make and to drop.
/// </summary>
internal sealed class ConflictingFlush<TBatch>(
    NpgsqlConnection connection, FlushTable<TBatch> table, IReadOnlyList<TBatch> batches, bool maybeKept) where TBatch : SealedBatch
{
    /// <summary>Writes what is new and gives each batch's fate, in order.</summary>
    public async Task<List<ItemFate>> WriteAsync(CancellationToken cancellation)
    {
        // Where two batches of the flush hold one row, the earlier one has it. The sort keeps no order between equals, so first come first.
        var owners = new Dictionary<RowKey, TBatch>();
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Count; i++) owners.TryAdd(batch.KeyOf(i), batch);
        }
        var rows = FlushTable<TBatch>.Sorted(batches).Where(row => ReferenceEquals(owners[row.Key], row.Batch)).ToList();
        var inserted = await InsertAsync(rows, cancellation).ConfigureAwait(false);
        var there = rows.Where(row => !inserted.Contains(row.Key)).Select(row => (row.Batch.Server.Team.Value, row.Key)).ToList();
        var signatures = await SignaturesAsync(there, cancellation).ConfigureAwait(false);
        foreach (var key in inserted) signatures[key] = owners[key].SignatureKey;

        var newest = batches
            .Select(batch => Conflict(batch, key => inserted.Contains(key) && ReferenceEquals(owners[key], batch), signatures)).ToList();
        var taken = await InsertRetriesAsync(newest, cancellation).ConfigureAwait(false);
        return [.. newest.Select((conflict, i) => conflict switch
        {
            (null, _) => ItemFate.Stored,
            (_, true) => maybeKept ? ItemFate.Stored : ItemFate.Replayed,
            // A repeated send that nobody noted before; of two equal ones in a flush the first.
            var (at, _) => taken.Remove(Retry(batches[i], at.Value)) || maybeKept ? ItemFate.Stored : ItemFate.Replayed,
        })];
    }

    /// <summary>
    /// The newest of a batch's rows that was there before, and whether it came with the batch's own signature: then it is the very request
    /// that stored it; another signature means that the agent sends the batch again.
    /// </summary>
    private static (long? AtMs, bool SameRequest) Conflict(
        TBatch batch, Func<RowKey, bool> isNew, Dictionary<RowKey, long> signatures)
    {
        long? newest = null;
        for (var i = 0; i < batch.Count; i++)
        {
            var key = batch.KeyOf(i);
            if (isNew(key)) continue;
            if (!signatures.TryGetValue(key, out var signature))
                // Retention dropped the day between the two statements.
                throw new StoreUnavailableException("A row that was there a moment ago is gone.", maybeKept: false);
            if (signature == batch.SignatureKey) return (key.AtMs, true);
            newest = Math.Max(newest ?? long.MinValue, key.AtMs);
        }
        return (newest, false);
    }

    private async Task<HashSet<RowKey>> InsertAsync(List<FlushRow<TBatch>> rows, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(table.InsertNew, connection);
        table.AddRows(command, rows);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var inserted = new HashSet<RowKey>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) inserted.Add(table.ReadKey(reader).Key);
        return inserted;
    }

    private async Task<Dictionary<RowKey, long>> SignaturesAsync(List<(Guid Team, RowKey Row)> keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(table.Signatures, connection);
        table.AddKeys(command, keys);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var signatures = new Dictionary<RowKey, long>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var (key, next) = table.ReadKey(reader);
            signatures[key] = reader.GetInt64(next);
        }
        return signatures;
    }

    /// <summary>
    /// A repeated send leaves its signature too, or a capture of it could be sent once more after a restart. At the newest row: the older
    /// ones may have expired when the capture comes. Gives those that were not noted before.
    /// </summary>
    private async Task<HashSet<(RowKey, long)>> InsertRetriesAsync(
        List<(long? AtMs, bool SameRequest)> conflicts, CancellationToken cancellation)
    {
        var retries = conflicts.Select((conflict, i) => (Batch: batches[i], conflict.AtMs, conflict.SameRequest))
            .Where(conflict => conflict.AtMs is not null && !conflict.SameRequest)
            .DistinctBy(conflict => Retry(conflict.Batch, conflict.AtMs!.Value)).ToList();
        if (retries.Count == 0) return [];
        await using var command = new NpgsqlCommand(table.Retries, connection);
        FlushTable<TBatch>.Add(command, retries, retry => retry.Batch.Server.Team.Value);
        FlushTable<TBatch>.Add(command, retries, retry => retry.Batch.Server.Server.Value);
        FlushTable<TBatch>.Add(command, retries, retry => retry.AtMs!.Value);
        FlushTable<TBatch>.Add(command, retries, retry => retry.Batch.BatchKey);
        FlushTable<TBatch>.Add(command, retries, retry => retry.Batch.SignatureKey);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var noted = new HashSet<(RowKey, long)>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            noted.Add((new RowKey(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetInt64(3)));
        return noted;
    }

    // Lines of a batch that share the time share the note.
    private static (RowKey, long) Retry(TBatch batch, long atMs) =>
        (new RowKey(batch.Server.Server.Value, atMs, batch.BatchKey), batch.SignatureKey);
}
