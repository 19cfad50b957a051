using HostAtlas.Engine.Storage.Sealing;
using Npgsql;
using NpgsqlTypes;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Reports.</summary>
internal sealed class MetricRowTable : FlushTable<SealedItem>
{
    /// <summary>The one there is.</summary>
    public static readonly MetricRowTable Instance = new();

    /// <inheritdoc />
    public override string Copy => "copy metric_rows (team, server, at_ms, key, signature, set_id, vals) from stdin (format binary)";

    /// <inheritdoc />
    public override string InsertNew => """
        insert into metric_rows (team, server, at_ms, key, signature, set_id, vals)
        select * from unnest($1, $2, $3, $4, $5, $6, $7) as r(team, server, at_ms, key, signature, set_id, vals)
        order by r.server, r.at_ms, r.key
        on conflict do nothing returning server, at_ms, key
        """;

    /// <inheritdoc />
    public override string Signatures => """
        select r.server, r.at_ms, r.key, r.signature from unnest($1, $2, $3) as k(server, at_ms, key)
        join metric_rows r on r.server = k.server and r.at_ms = k.at_ms and r.key = k.key
        """;

    /// <inheritdoc />
    public override string Retries => """
        insert into metric_retries (team, server, at_ms, key, signature)
        select * from unnest($1, $2, $3, $4, $5) as r(team, server, at_ms, key, signature)
        order by team, server, at_ms, key, signature
        on conflict do nothing returning server, at_ms, key, signature
        """;

    /// <inheritdoc />
    public override async Task WriteAsync(NpgsqlBinaryImporter copy, FlushRow<SealedItem> row, CancellationToken cancellation)
    {
        var (item, report) = (row.Batch, row.Batch.Item.Batch.Rows[row.Index]);
        await copy.WriteAsync(item.Item.Team.Value, NpgsqlDbType.Uuid, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.Item.Server.Value, NpgsqlDbType.Uuid, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(report.AtMs, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.BatchKey, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.SignatureKey, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.SetIds[report.Set], NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.Values[row.Index], NpgsqlDbType.Bytea, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override void AddRows(NpgsqlCommand command, List<FlushRow<SealedItem>> rows)
    {
        Add(command, rows, row => row.Batch.Item.Team.Value);
        Add(command, rows, row => row.Key.Server);
        Add(command, rows, row => row.Key.AtMs);
        Add(command, rows, row => row.Key.Key);
        Add(command, rows, row => row.Batch.SignatureKey);
        Add(command, rows, row => row.Batch.SetIds[row.Batch.Item.Batch.Rows[row.Index].Set]);
        Add(command, rows, row => row.Batch.Values[row.Index]);
    }

    /// <inheritdoc />
    public override void AddKeys(NpgsqlCommand command, List<(Guid Team, RowKey Row)> keys)
    {
        Add(command, keys, key => key.Row.Server);
        Add(command, keys, key => key.Row.AtMs);
        Add(command, keys, key => key.Row.Key);
    }

    /// <inheritdoc />
    public override (RowKey Key, int Next) ReadKey(NpgsqlDataReader reader) =>
        (new RowKey(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)), 3);
}
