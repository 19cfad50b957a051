using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Storage.Sealing;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// A flush of which some rows are there already, written with <c>on conflict do nothing</c>; what the statements give back tells what each
/// batch is. The rows go over as arrays: they are the staging table, without one to make and to drop.
/// </summary>
internal sealed class ConflictingFlush(NpgsqlConnection connection, IReadOnlyList<SealedItem> batches, bool maybeKept)
{
    /// <summary>Writes what is new and gives each batch's fate, in order.</summary>
    public async Task<List<ItemFate>> WriteAsync(CancellationToken cancellation)
    {
        // Where two batches of the flush hold one row, the earlier one has it. The sort keeps no order between equals, so first come first.
        var owners = new Dictionary<RowKey, SealedItem>();
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Values.Count; i++) owners.TryAdd(new FlushRow(batch, i).Key, batch);
        }
        var rows = RowCopy.Sorted(batches).Where(row => ReferenceEquals(owners[row.Key], row.Item)).ToList();
        var inserted = await InsertAsync(rows, cancellation).ConfigureAwait(false);
        var there = rows.Select(row => row.Key).Where(key => !inserted.Contains(key)).ToList();
        var signatures = await SignaturesAsync(there, cancellation).ConfigureAwait(false);
        foreach (var key in inserted) signatures[key] = owners[key].Item.Batch.SignatureKey;

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
        SealedItem batch, Func<RowKey, bool> isNew, Dictionary<RowKey, long> signatures)
    {
        long? newest = null;
        for (var i = 0; i < batch.Values.Count; i++)
        {
            var key = new FlushRow(batch, i).Key;
            if (isNew(key)) continue;
            if (!signatures.TryGetValue(key, out var signature))
                // Retention dropped the day between the two statements.
                throw new StoreUnavailableException("A row that was there a moment ago is gone.", maybeKept: false);
            if (signature == batch.Item.Batch.SignatureKey) return (key.AtMs, true);
            newest = Math.Max(newest ?? long.MinValue, key.AtMs);
        }
        return (newest, false);
    }

    private async Task<HashSet<RowKey>> InsertAsync(List<FlushRow> rows, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into metric_rows (team, server, at_ms, key, signature, set_id, vals)
            select * from unnest($1, $2, $3, $4, $5, $6, $7) as r(team, server, at_ms, key, signature, set_id, vals)
            order by r.server, r.at_ms, r.key
            on conflict do nothing returning server, at_ms, key
            """, connection);
        Add(command, rows, row => row.Item.Item.Team.Value);
        Add(command, rows, row => row.Item.Item.Server.Value);
        Add(command, rows, row => row.Report.AtMs);
        Add(command, rows, row => row.Item.Item.Batch.Key);
        Add(command, rows, row => row.Item.Item.Batch.SignatureKey);
        Add(command, rows, row => row.Item.SetIds[row.Report.Set]);
        Add(command, rows, row => row.Item.Values[row.Index]);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var inserted = new HashSet<RowKey>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            inserted.Add(new RowKey(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)));
        return inserted;
    }

    private async Task<Dictionary<RowKey, long>> SignaturesAsync(List<RowKey> keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select r.server, r.at_ms, r.key, r.signature from unnest($1, $2, $3) as k(server, at_ms, key)
            join metric_rows r on r.server = k.server and r.at_ms = k.at_ms and r.key = k.key
            """, connection);
        Add(command, keys, key => key.Server);
        Add(command, keys, key => key.AtMs);
        Add(command, keys, key => key.Key);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var signatures = new Dictionary<RowKey, long>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            signatures[new RowKey(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2))] = reader.GetInt64(3);
        return signatures;
    }

    /// <summary>
    /// A repeated send leaves its signature too, or a capture of it could be sent once more after a restart. At the newest row: the older
    /// ones may have expired when the capture comes. Gives those that were not noted before.
    /// </summary>
    private async Task<HashSet<(RowKey, long)>> InsertRetriesAsync(
        List<(long? AtMs, bool SameRequest)> conflicts, CancellationToken cancellation)
    {
        var retries = conflicts.Select((conflict, i) => (Item: batches[i], conflict.AtMs, conflict.SameRequest))
            .Where(conflict => conflict.AtMs is not null && !conflict.SameRequest)
            .DistinctBy(conflict => Retry(conflict.Item, conflict.AtMs!.Value)).ToList();
        if (retries.Count == 0) return [];
        await using var command = new NpgsqlCommand("""
            insert into metric_retries (team, server, at_ms, key, signature)
            select * from unnest($1, $2, $3, $4, $5) as r(team, server, at_ms, key, signature)
            order by team, server, at_ms, key, signature
            on conflict do nothing returning server, at_ms, key, signature
            """, connection);
        Add(command, retries, retry => retry.Item.Item.Team.Value);
        Add(command, retries, retry => retry.Item.Item.Server.Value);
        Add(command, retries, retry => retry.AtMs!.Value);
        Add(command, retries, retry => retry.Item.Item.Batch.Key);
        Add(command, retries, retry => retry.Item.Item.Batch.SignatureKey);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var noted = new HashSet<(RowKey, long)>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            noted.Add((new RowKey(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetInt64(3)));
        return noted;
    }

    private static (RowKey, long) Retry(SealedItem batch, long atMs) =>
        (new RowKey(batch.Item.Server.Value, atMs, batch.Item.Batch.Key), batch.Item.Batch.SignatureKey);

    private static void Add<TRow, TValue>(NpgsqlCommand command, List<TRow> rows, Func<TRow, TValue> column) =>
        command.Parameters.Add(new NpgsqlParameter<TValue[]> { TypedValue = [.. rows.Select(column)] });
}
