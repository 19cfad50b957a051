using System.Collections.Concurrent;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// Writes reports, with their name lists and the marks of late hours. Nothing is kept of a connection but what its commits have proved, so
/// the store comes back by itself as soon as the server does.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="seals">Seal what is written.</param>
/// <param name="days">The partitions.</param>
/// <param name="time">Tells which hour is the present one; the system's clock when null.</param>
/// <param name="options">How long names count; the default when null.</param>
internal sealed class PostgresMetricsStore(
    PostgresDatabase database, ITeamSeals seals, MetricDays days, TimeProvider? time = null, EngineOptions? options = null)
    : PostgresFlushStore<MetricsItem, SealedItem>(database, days, MetricRowTable.Instance), IMetricsStore
{
    private readonly PostgresRetention _retention = new(database, days);
    private ConcurrentBag<NameSetLedger> _ledgers = [];

    /// <inheritdoc />
    public override Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation) =>
        _retention.DeleteBeforeAsync(oldest, cancellation);

    /// <inheritdoc />
    protected override SealedItem Seal(MetricsItem item) => SealedItem.Make(item, seals);

    /// <inheritdoc />
    protected override void OnFault() => _ledgers = [];

    /// <inheritdoc />
    protected override async Task<IReadOnlyList<ItemFate>> InOneTransactionAsync(NpgsqlConnection connection, List<SealedItem> batches,
        Func<IReadOnlyList<SealedItem>, Task<List<ItemFate>>> insert, CancellationToken cancellation)
    {
        var ledgers = _ledgers;
        var ledger = ledgers.TryTake(out var kept) ? kept : new NameSetLedger();
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
        finally
        {
            // After a fault of the store this is a bag that nobody looks into any more.
            ledgers.Add(ledger);
        }
    }
}
