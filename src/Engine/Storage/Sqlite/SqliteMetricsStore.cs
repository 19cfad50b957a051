using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// Writes flushes into <c>data.db</c> over one connection on one thread of its own. Optimistic: plain inserts, since a conflict is rare;
/// only a flush that meets one is repeated with <c>on conflict do nothing</c>, which tells retries and replays apart. After any fault of
/// the store the connection is opened anew, so it comes back by itself as soon as the file does.
/// </summary>
/// <param name="file">The database.</param>
/// <param name="seals">Seal what is written.</param>
/// <param name="time">Tells which hour is the present one; the system's clock when null.</param>
/// <param name="options">How long names count; the default when null.</param>
public sealed class SqliteMetricsStore(DataFile file, ITeamSeals seals, TimeProvider? time = null, EngineOptions? options = null)
    : IMetricsStore, IDisposable
{
    private const int PrimaryKeyConflict = 1555;

    // How long one attempt waits for somebody else's write lock. Short: the stream's backoff has the patience, and knows its limit.
    private const int BusyTimeoutMs = 250;

    private readonly StoreThread _thread = new("metrics-writer");
    private RowWriter? _writer;
    private bool _isDisposed;

    /// <inheritdoc />
    public int Writers => 1;

    /// <inheritdoc />
    public async Task<IReadOnlyList<ItemFate>> WriteAsync(IReadOnlyList<MetricsItem> items, bool maybeKept)
    {
        var batches = Seal(items, item => SealedItem.Make(item, seals));
        var presentHourMs = HourWindow.HourOf((time ?? TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds());
        return await FlushAsync(batches, writer => writer, (writer, item, insert) =>
        {
            var fate = writer.Admit(item) ? insert() : ItemFate.TooManyNames;
            if (fate == ItemFate.Stored) writer.MarkLateHours(item.Item, presentHourMs);
            return fate;
        }, maybeKept).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation)
    {
        var oldestMs = oldest.ToUnixTimeMilliseconds();
        return DeleteAsync(
            MetricsQueries.NextServer, [new Expiry(MetricsQueries.OldRows, oldestMs), new Expiry(MetricsQueries.OldRetries, oldestMs)],
            null, cancellation);
    }

    /// <summary>Runs work on the writer's thread; faults of the store come as <see cref="StoreUnavailableException"/>.</summary>
    internal Task<T> RunAsync<T>(Func<RowWriter, T> work) => _thread.RunAsync(() => Guarded(work));

    /// <summary>Writes one flush: plain inserts, and once more row by row when one of them met a conflict.</summary>
    /// <param name="batches">Sealed.</param>
    /// <param name="of">The statements for this kind of rows.</param>
    /// <param name="around">What belongs to a batch beside its rows; calls the insert, or gives the fate without.</param>
    /// <param name="maybeKept">An earlier attempt ended in doubt.</param>
    internal Task<IReadOnlyList<ItemFate>> FlushAsync<TBatch>(IReadOnlyList<TBatch> batches, Func<RowWriter, IBatchWriter<TBatch>> of,
        Func<RowWriter, TBatch, Func<ItemFate>, ItemFate> around, bool maybeKept) where TBatch : SealedBatch => RunAsync(writer =>
    {
        var rows = of(writer);
        try
        {
            return (IReadOnlyList<ItemFate>)InOneTransaction(writer, batches, batch => around(writer, batch, () =>
            {
                rows.Insert(batch);
                return ItemFate.Stored;
            }));
        }
        catch (SqliteException conflict) when (conflict.SqliteExtendedErrorCode == PrimaryKeyConflict)
        {
            return InOneTransaction(
                writer, batches, batch => around(writer, batch, () => InsertWhatIsNew(rows, batch, maybeKept)));
        }
    });

    /// <summary>
    /// Seals items before the transaction and on the caller's thread: the next flush is sealed while this one is written.
    /// </summary>
    internal static IReadOnlyList<TBatch> Seal<TItem, TBatch>(IReadOnlyList<TItem> items, Func<TItem, TBatch> seal)
    {
        try
        {
            return [.. items.Select(seal)];
        }
        catch (SqliteException fault)
        {
            // Only the keys are read here; nothing was written.
            throw new StoreUnavailableException(Reason(fault), maybeKept: false, fault);
        }
    }

    /// <summary>A whole retention pass, step by step; gives how many rows of the first table went.</summary>
    internal async Task<int> DeleteAsync(
        string nextServer, IReadOnlyList<Expiry> expiries, DateTimeOffset? setsUnusedSince, CancellationToken cancellation)
    {
        var deleted = 0;
        for (var at = ServerCursor.Start; ;)
        {
            var from = at;
            (at, var step) = await RunAsync(writer => RetentionStep.Run(writer, from, nextServer, expiries, setsUnusedSince))
                .ConfigureAwait(false);
            deleted += step;
            if (at.IsEnd) return deleted;
            // The flushes that queued up behind the step go first.
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Known by two names to whoever registers it, and so disposed of twice.
        if (_isDisposed) return;
        _isDisposed = true;
        _thread.RunAsync(() => { Close(); return true; });
        _thread.Dispose();
    }

    private static ItemFate InsertWhatIsNew<TBatch>(IBatchWriter<TBatch> writer, TBatch batch, bool maybeKept) where TBatch : SealedBatch
    {
        long? newest = null;
        for (var i = 0; i < batch.Count; i++)
        {
            if (writer.InsertUnlessThere(batch, i)) continue;
            // Same row, same signature: the very request that stored it. Another signature: the agent sends the batch again.
            if (writer.SignatureOf(batch, i) == batch.SignatureKey) return maybeKept ? ItemFate.Stored : ItemFate.Replayed;
            newest = Math.Max(newest ?? long.MinValue, batch.KeyOf(i).AtMs);
        }
        // A repeated send leaves its signature too, or a capture of it could be sent once more after a restart. At the newest row: the
        // older ones may have expired when the capture comes.
        return newest is not { } atMs || writer.InsertRetry(batch, atMs) || maybeKept ? ItemFate.Stored : ItemFate.Replayed;
    }

    private static ItemFate[] InOneTransaction<TBatch>(RowWriter writer, IReadOnlyList<TBatch> batches, Func<TBatch, ItemFate> insert)
    {
        writer.Begin();
        var fates = new ItemFate[batches.Count];
        try
        {
            for (var i = 0; i < fates.Length; i++) fates[i] = insert(batches[i]);
        }
        catch
        {
            writer.Rollback();
            throw;
        }
        Commit(writer);
        return fates;
    }

    private static void Commit(RowWriter writer)
    {
        try
        {
            writer.Commit();
        }
        catch (SqliteException fault)
        {
            // A commit that failed on its way to the disk may be found there when the file is opened again.
            throw new StoreUnavailableException(Reason(fault), maybeKept: true, fault);
        }
        // POSIX lets SQLite write on into a file that was moved or deleted: what lies there is not where anyone will look for it.
        if (DataFile.HasMoved(writer.Connection))
            throw new StoreUnavailableException("data.db was moved or deleted while it was open.", maybeKept: true);
    }

    private T Guarded<T>(Func<RowWriter, T> work)
    {
        try
        {
            return work(_writer ??= Open());
        }
        catch (StoreUnavailableException)
        {
            Close();
            throw;
        }
        catch (SqliteException fault) when (!IsTheItemsFault(fault))
        {
            Close();
            throw new StoreUnavailableException(Reason(fault), maybeKept: false, fault);
        }
    }

    private RowWriter Open()
    {
        var connection = file.OpenWriter();
        try
        {
            _ = raw.sqlite3_busy_timeout(connection.Handle, BusyTimeoutMs);
            return new RowWriter(connection, (options?.RawRetention).GetValueOrDefault(EngineOptions.DefaultRawRetention));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Close()
    {
        _writer?.Dispose();
        _writer = null;
    }

    // What an item's own bytes can provoke; every other code is the store's trouble and passes.
    private static bool IsTheItemsFault(SqliteException fault) =>
        fault.SqliteErrorCode is raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE;

    private static string Reason(SqliteException fault) => $"SQLite says {fault.SqliteErrorCode}: {fault.Message}";
}
