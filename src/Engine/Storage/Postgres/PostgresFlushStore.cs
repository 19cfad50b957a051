using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Storage.Sealing;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// Writes flushes into PostgreSQL, two at a time. Optimistic: COPY, since a conflict is rare; only a flush that meets one is repeated with
/// <c>on conflict do nothing</c>, which tells retries and replays apart.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="days">The partitions.</param>
/// <param name="table">Where the rows go.</param>
internal abstract class PostgresFlushStore<TItem, TBatch>(PostgresDatabase database, DayPartitions days, FlushTable<TBatch> table)
    : IFlushStore<TItem> where TItem : IngestItem where TBatch : SealedBatch
{
    // The stream gives a batch up after 5 s and whoever asked waits for 8 s at most: an attempt must end in between, also one that a
    // silent network swallowed.
    private static readonly TimeSpan Attempt = TimeSpan.FromMilliseconds(2_500);

    /// <inheritdoc />
    public int Writers => 2;

    /// <inheritdoc />
    public async Task<IReadOnlyList<ItemFate>> WriteAsync(IReadOnlyList<TItem> items, bool maybeKept)
    {
        using var attempt = new CancellationTokenSource(Attempt);
        try
        {
            // On the pool's threads: sealing two flushes keeps two cores busy, and a team's first key is a question to the database.
            var batches = await Task.Run(() => items.Select(Seal).ToList()).ConfigureAwait(false);
            await days.EnsureAsync(DaysOf(batches), attempt.Token).ConfigureAwait(false);
            return await WriteAsync(batches, maybeKept, attempt.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is StoreUnavailableException || PostgresFaults.IsTheStores(fault))
        {
            OnFault();
            if (fault is PostgresException answered && PostgresFaults.IsNoPartition(answered)) days.ForgetAll();
            if (fault is StoreUnavailableException) throw;
            throw new StoreUnavailableException(PostgresFaults.Reason(fault), maybeKept: false, fault);
        }
    }

    /// <inheritdoc />
    public abstract Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation);

    /// <summary>Seals one item.</summary>
    protected abstract TBatch Seal(TItem item);

    /// <summary>The server that answers next may hold other data: a copy that was put back.</summary>
    protected virtual void OnFault()
    {
    }

    /// <summary>Does the insert and what belongs to it in one transaction; gives each batch's fate.</summary>
    protected virtual async Task<IReadOnlyList<ItemFate>> InOneTransactionAsync(NpgsqlConnection connection, List<TBatch> batches,
        Func<IReadOnlyList<TBatch>, Task<List<ItemFate>>> insert, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        var fates = await insert(batches).ConfigureAwait(false);
        await CommitAsync(transaction, cancellation).ConfigureAwait(false);
        return fates;
    }

    /// <summary>Commits; whether it came to be when it fails nobody knows here.</summary>
    protected static async Task CommitAsync(NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        try
        {
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsTheStores(fault))
        {
            // Whether the server had written it before it or the network went away, only its tables can tell.
            throw new StoreUnavailableException(PostgresFaults.Reason(fault), maybeKept: true, fault);
        }
    }

    private static IEnumerable<int> DaysOf(List<TBatch> batches)
    {
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Count; i++) yield return DayPartitions.Of(batch.KeyOf(i).AtMs);
        }
    }

    private async Task<IReadOnlyList<ItemFate>> WriteAsync(List<TBatch> batches, bool maybeKept, CancellationToken cancellation)
    {
        await using var connection = await database.Of(PostgresRole.Ingest).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await InOneTransactionAsync(connection, batches, async admitted =>
            {
                await table.CopyAsync(connection, admitted, cancellation).ConfigureAwait(false);
                return Enumerable.Repeat(ItemFate.Stored, admitted.Count).ToList();
            }, cancellation).ConfigureAwait(false);
        }
        catch (PostgresException conflict) when (conflict.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return await InOneTransactionAsync(connection, batches,
                admitted => new ConflictingFlush<TBatch>(connection, table, admitted, maybeKept).WriteAsync(cancellation), cancellation)
                .ConfigureAwait(false);
        }
    }
}
