using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// Writes flushes into <c>data.db</c> over one connection of its own. Optimistic: plain inserts, since a conflict is rare; only a flush that
/// meets one is repeated with <c>on conflict do nothing</c>, which tells retries and replays apart. One caller at a time.
/// </summary>
public sealed class SqliteMetricsStore(DataFile file) : IMetricsStore, IDisposable
{
    // What an item's own bytes can provoke; every other code is the store's trouble and passes.
    private const int TooBig = 18, Constraint = 19, Mismatch = 20, OutOfRange = 25, PrimaryKeyConflict = 1555;

    private readonly NameSetLedger _ledger = new();
    private readonly Lock _gate = new();
    private RowWriter? _writer;

    /// <inheritdoc />
    public IReadOnlyList<ItemFate> Write(IReadOnlyList<IngestItem> items)
    {
        lock (_gate)
        {
            try
            {
                _writer ??= new RowWriter(file.OpenWriter());
                try
                {
                    return WriteOptimistic(_writer, items);
                }
                catch (SqliteException conflict) when (conflict.SqliteExtendedErrorCode == PrimaryKeyConflict)
                {
                    return WriteCarefully(_writer, items);
                }
            }
            catch (SqliteException fault) when (fault.SqliteErrorCode is not (TooBig or Constraint or Mismatch or OutOfRange))
            {
                // The connection may be at fault itself (its file is gone, its disk was full): the next attempt opens a new one.
                Close();
                throw new StoreUnavailableException($"SQLite says {fault.SqliteErrorCode}: {fault.Message}", fault);
            }
        }
    }

    /// <inheritdoc />
    public int DeleteBefore(DateTimeOffset oldest, CancellationToken cancellation)
    {
        using var connection = file.OpenWriter();
        var deleted = 0;
        foreach (var server in Servers(connection))
        {
            cancellation.ThrowIfCancellationRequested();
            using var command = connection.CreateCommand();
            command.CommandText = "delete from metric_rows where team = $team and server = $server and at_ms < $oldest";
            command.Parameters.AddWithValue("$team", server.Team.ToBytes());
            command.Parameters.AddWithValue("$server", server.Server.ToBytes());
            command.Parameters.AddWithValue("$oldest", oldest.ToUnixTimeMilliseconds());
            deleted += command.ExecuteNonQuery();
        }
        return deleted;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate) Close();
    }

    private ItemFate[] WriteOptimistic(RowWriter writer, IReadOnlyList<IngestItem> items)
    {
        using var transaction = writer.Begin();
        var fates = new ItemFate[items.Count];
        var fresh = new List<(ServerKey, long)>();
        for (var i = 0; i < items.Count; i++)
        {
            if (!Admit(writer, items[i], fresh))
            {
                fates[i] = ItemFate.TooManyNames;
                continue;
            }
            foreach (var row in items[i].Batch.Rows) writer.Insert(items[i], row);
        }
        transaction.Commit();
        _ledger.Remember(fresh);
        return fates;
    }

    private ItemFate[] WriteCarefully(RowWriter writer, IReadOnlyList<IngestItem> items)
    {
        using var transaction = writer.Begin();
        var fates = new ItemFate[items.Count];
        var fresh = new List<(ServerKey, long)>();
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            if (!Admit(writer, item, fresh))
            {
                fates[i] = ItemFate.TooManyNames;
                continue;
            }
            foreach (var row in item.Batch.Rows)
            {
                if (writer.InsertUnlessThere(item, row)) continue;
                // Same row, same signature: the very request that stored it. Another signature: the agent sends the batch again.
                if (writer.SignatureOf(item, row) == item.Batch.SignatureKey) fates[i] = ItemFate.Replayed;
            }
        }
        transaction.Commit();
        _ledger.Remember(fresh);
        return fates;
    }

    private bool Admit(RowWriter writer, IngestItem item, List<(ServerKey Server, long Set)> fresh)
    {
        var server = new ServerKey(item.Team, item.Server);
        foreach (var set in item.Batch.Sets)
        {
            if (_ledger.Knows(server, set.Id) || fresh.Contains((server, set.Id))) continue;
            if (!NameSetLedger.Fits(writer.NamesOf(item), set)) return false;
            writer.InsertSet(item, set);
            fresh.Add((server, set.Id));
        }
        return true;
    }

    private void Close()
    {
        _writer?.Dispose();
        _writer = null;
    }

    private static List<ServerKey> Servers(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select distinct team, server from metric_sets";
        using var reader = command.ExecuteReader();
        var servers = new List<ServerKey>();
        while (reader.Read())
        {
            if (ResourceId.TryRead<TeamId>(reader.GetFieldValue<byte[]>(0), out var team)
                && ResourceId.TryRead<ServerId>(reader.GetFieldValue<byte[]>(1), out var server)) servers.Add(new ServerKey(team, server));
        }
        return servers;
    }
}
