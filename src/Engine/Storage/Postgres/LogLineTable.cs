using HostAtlas.Engine.Storage.Sealing;
using Npgsql;
using NpgsqlTypes;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Log lines.</summary>
internal sealed class LogLineTable : FlushTable<SealedLines>
{
    /// <summary>The one there is.</summary>
    public static readonly LogLineTable Instance = new();

    /// <inheritdoc />
    public override string Copy => "copy log_lines (team, server, at_ms, key, number, signature, line) from stdin (format binary)";

    /// <inheritdoc />
    public override string InsertNew => """
        insert into log_lines (team, server, at_ms, key, number, signature, line)
        select * from unnest($1, $2, $3, $4, $5, $6, $7) as r(team, server, at_ms, key, number, signature, line)
        order by r.server, r.at_ms, r.key, r.number
        on conflict do nothing returning server, at_ms, key, number
        """;

    /// <inheritdoc />
    public override string Signatures => """
        select r.server, r.at_ms, r.key, r.number, r.signature from unnest($1, $2, $3, $4, $5) as k(team, server, at_ms, key, number)
        join log_lines r on r.team = k.team and r.server = k.server and r.at_ms = k.at_ms and r.key = k.key and r.number = k.number
        """;

    /// <inheritdoc />
    public override string Retries => """
        insert into log_retries (team, server, at_ms, key, signature)
        select * from unnest($1, $2, $3, $4, $5) as r(team, server, at_ms, key, signature)
        order by team, server, at_ms, key, signature
        on conflict do nothing returning server, at_ms, key, signature
        """;

    /// <inheritdoc />
    public override async Task WriteAsync(NpgsqlBinaryImporter copy, FlushRow<SealedLines> row, CancellationToken cancellation)
    {
        var (item, line) = (row.Batch, row.Batch.Item.Batch.Rows[row.Index]);
        await copy.WriteAsync(item.Item.Team.Value, NpgsqlDbType.Uuid, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.Item.Server.Value, NpgsqlDbType.Uuid, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(line.AtMs, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.BatchKey, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(line.Number, NpgsqlDbType.Integer, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.SignatureKey, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
        await copy.WriteAsync(item.Values[row.Index], NpgsqlDbType.Bytea, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override void AddRows(NpgsqlCommand command, List<FlushRow<SealedLines>> rows)
    {
        Add(command, rows, row => row.Batch.Item.Team.Value);
        Add(command, rows, row => row.Key.Server);
        Add(command, rows, row => row.Key.AtMs);
        Add(command, rows, row => row.Key.Key);
        Add(command, rows, row => row.Key.Number);
        Add(command, rows, row => row.Batch.SignatureKey);
        Add(command, rows, row => row.Batch.Values[row.Index]);
    }

    /// <inheritdoc />
    public override void AddKeys(NpgsqlCommand command, List<(Guid Team, RowKey Row)> keys)
    {
        Add(command, keys, key => key.Team);
        Add(command, keys, key => key.Row.Server);
        Add(command, keys, key => key.Row.AtMs);
        Add(command, keys, key => key.Row.Key);
        Add(command, keys, key => key.Row.Number);
    }

    /// <inheritdoc />
    public override (RowKey Key, int Next) ReadKey(NpgsqlDataReader reader) =>
        (new RowKey(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3)), 4);
}
