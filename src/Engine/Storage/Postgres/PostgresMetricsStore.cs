using System.Collections.Concurrent;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// Writes flushes into PostgreSQL, two at a time. Optimistic: COPY, since a conflict is rare; only a flush that meets one is repeated with
/// <c>on conflict do nothing</c>, which tells retries and replays apart. Nothing is kept of a connection but what its commits have proved,
/// so the store comes back by itself as soon as the server does.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="seals">Seal what is written.</param>
/// <param name="days">The partitions.</param>
/// <param name="time">Tells which hour is the present one; the system's clock when null.</param>
/// <param name="options">How long names count; the default when null.</param>
internal sealed class PostgresMetricsStore(
    PostgresDatabase database, ITeamSeals seals, MetricDays days, TimeProvider? time = null, EngineOptions? options = null) : IMetricsStore
{
    // The stream gives a batch up after 5 s and whoever asked waits for 8 s at most: an attempt must end in between, also one that a
    // silent network swallowed.
    private static readonly TimeSpan Attempt = TimeSpan.FromMilliseconds(2_500);

    private ConcurrentBag<NameSetLedger> _ledgers = [];

    /// <inheritdoc />
    public int Writers => 2;

    /// <inheritdoc />
    public async Task<IReadOnlyList<ItemFate>> WriteAsync(IReadOnlyList<IngestItem> items, bool maybeKept)
    {
        using var attempt = new CancellationTokenSource(Attempt);
        var ledger = _ledgers.TryTake(out var kept) ? kept : new NameSetLedger();
        try
        {
            // On the pool's threads: sealing two flushes keeps two cores busy, and a team's first key is a question to the database.
            var batches = await Task.Run(() => items.Select(item => SealedItem.Make(item, seals)).ToList()).ConfigureAwait(false);
            await days.EnsureAsync(
                batches.SelectMany(batch => batch.Item.Batch.Rows).Select(row => MetricDays.Of(row.AtMs)), attempt.Token)
                .ConfigureAwait(false);
            var fates = await WriteAsync(batches, ledger, maybeKept, attempt.Token).ConfigureAwait(false);
            _ledgers.Add(ledger);
            return fates;
        }
        catch (Exception fault) when (fault is StoreUnavailableException || PostgresFaults.IsTheStores(fault))
        {
            // The server that answers next may hold other data: a copy that was put back.
            _ledgers = [];
            if (fault is PostgresException answered && PostgresFaults.IsNoPartition(answered)) days.ForgetAll();
            if (fault is StoreUnavailableException) throw;
            throw new StoreUnavailableException(PostgresFaults.Reason(fault), maybeKept: false, fault);
        }
    }

    /// <inheritdoc />
    public Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation) =>
        new PostgresRetention(database, days).DeleteBeforeAsync(oldest, cancellation);

    private async Task<IReadOnlyList<ItemFate>> WriteAsync(
        List<SealedItem> batches, NameSetLedger ledger, bool maybeKept, CancellationToken cancellation)
    {
        await using var connection = await database.Of(PostgresRole.Ingest).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await InOneTransactionAsync(connection, batches, ledger, async admitted =>
            {
                await RowCopy.WriteAsync(connection, admitted, cancellation).ConfigureAwait(false);
                return Enumerable.Repeat(ItemFate.Stored, admitted.Count).ToList();
            }, cancellation).ConfigureAwait(false);
        }
        catch (PostgresException conflict) when (conflict.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return await InOneTransactionAsync(connection, batches, ledger,
                admitted => new ConflictingFlush(connection, admitted, maybeKept).WriteAsync(cancellation), cancellation)
                .ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<ItemFate>> InOneTransactionAsync(NpgsqlConnection connection, List<SealedItem> batches,
        NameSetLedger ledger, Func<IReadOnlyList<SealedItem>, Task<List<ItemFate>>> insert, CancellationToken cancellation)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            var namesCountFor = options?.RawRetention ?? EngineOptions.DefaultRawRetention;
            var refused = await new NameAdmission(connection, ledger, namesCountFor).RunAsync(batches, cancellation)
                .ConfigureAwait(false);
            var admitted = refused.Count == 0 ? batches : batches.Where(batch => !refused.Contains(batch)).ToList();
            var fates = await insert(admitted).ConfigureAwait(false);
            var present = HourWindow.HourOf((time ?? TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds());
            await LateHours.MarkAsync(connection, admitted, present, cancellation).ConfigureAwait(false);
            await CommitAsync(transaction, cancellation).ConfigureAwait(false);
            ledger.Commit();
            if (refused.Count == 0) return fates;
            var next = 0;
            return [.. batches.Select(batch => refused.Contains(batch) ? ItemFate.TooManyNames : fates[next++])];
        }
        catch
        {
            ledger.Rollback();
            throw;
        }
    }

    private static async Task CommitAsync(NpgsqlTransaction transaction, CancellationToken cancellation)
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
}
