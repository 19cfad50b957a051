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
    public async Task<IReadOnlyList<ItemFate>> WriteAsync(IReadOnlyList<IngestItem> items, bool maybeKept)
    {
        var batches = Seal(items);
        return await RunAsync<IReadOnlyList<ItemFate>>(writer =>
        {
            try
            {
                return InOneTransaction(writer, batches, InsertAll);
            }
            catch (SqliteException conflict) when (conflict.SqliteExtendedErrorCode == PrimaryKeyConflict)
            {
                return InOneTransaction(writer, batches, (_, item) => InsertWhatIsNew(writer, item, maybeKept));
            }
        }).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation)
    {
        var oldestMs = oldest.ToUnixTimeMilliseconds();
        return DeleteAsync(
            [new Expiry(MetricsQueries.OldRows, oldestMs), new Expiry(MetricsQueries.OldRetries, oldestMs)], null, cancellation);
    }

    /// <summary>Runs work on the writer's thread; faults of the store come as <see cref="StoreUnavailableException"/>.</summary>
    internal Task<T> RunAsync<T>(Func<RowWriter, T> work) => _thread.RunAsync(() => Guarded(work));

    /// <summary>A whole retention pass, step by step; gives how many rows of the first table went.</summary>
    internal async Task<int> DeleteAsync(
        IReadOnlyList<Expiry> expiries, DateTimeOffset? setsUnusedSince, CancellationToken cancellation)
    {
        var deleted = 0;
        for (var at = ServerCursor.Start; ;)
        {
            var from = at;
            (at, var step) = await RunAsync(writer => RetentionStep.Run(writer, from, expiries, setsUnusedSince)).ConfigureAwait(false);
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

    // Before the transaction and on the caller's thread: the next flush is sealed while this one is written.
    private List<SealedItem> Seal(IReadOnlyList<IngestItem> items)
    {
        try
        {
            return [.. items.Select(item => SealedItem.Make(item, seals))];
        }
        catch (SqliteException fault)
        {
            // Only the keys are read here; nothing was written.
            throw new StoreUnavailableException(Reason(fault), maybeKept: false, fault);
        }
    }

    private static ItemFate InsertAll(RowWriter writer, SealedItem item)
    {
        writer.Insert(item);
        return ItemFate.Stored;
    }

    private static ItemFate InsertWhatIsNew(RowWriter writer, SealedItem item, bool maybeKept)
    {
        var batch = item.Item.Batch;
        ReportRow? there = null;
        for (var i = 0; i < batch.Rows.Count; i++)
        {
            if (writer.InsertUnlessThere(item, i)) continue;
            var row = batch.Rows[i];
            // Same row, same signature: the very request that stored it. Another signature: the agent sends the batch again.
            if (writer.SignatureOf(item.Item, row) == batch.SignatureKey) return maybeKept ? ItemFate.Stored : ItemFate.Replayed;
            if (there is null || row.AtMs > there.Value.AtMs) there = row;
        }
        // A repeated send leaves its signature too, or a capture of it could be sent once more after a restart. At the newest row: the
        // older ones may have expired when the capture comes.
        return there is not { } newest || writer.InsertRetry(item.Item, newest.AtMs) || maybeKept ? ItemFate.Stored : ItemFate.Replayed;
    }

    private ItemFate[] InOneTransaction(
        RowWriter writer, List<SealedItem> items, Func<RowWriter, SealedItem, ItemFate> insert)
    {
        writer.Begin();
        var fates = new ItemFate[items.Count];
        try
        {
            var presentHourMs = HourWindow.HourOf((time ?? TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds());
            for (var i = 0; i < items.Count; i++)
            {
                fates[i] = writer.Admit(items[i]) ? insert(writer, items[i]) : ItemFate.TooManyNames;
                if (fates[i] == ItemFate.Stored) writer.MarkLateHours(items[i].Item, presentHourMs);
            }
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
