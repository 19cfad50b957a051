using HostAtlas.Engine.Storage.Sealing;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>Statements that insert one kind of rows, and tell what is there already.</summary>
internal interface IBatchWriter<in TBatch> where TBatch : SealedBatch
{
    /// <summary>Inserts a batch's rows, or throws on one that is there.</summary>
    void Insert(TBatch batch);

    /// <summary>Inserts a row; false when it is there.</summary>
    bool InsertUnlessThere(TBatch batch, int row);

    /// <summary>The signature that a stored row came with.</summary>
    long SignatureOf(TBatch batch, int row);

    /// <summary>Takes note of a repeated send at one of its rows; false when this very request was noted before.</summary>
    bool InsertRetry(TBatch batch, long atMs);
}

/// <summary>The statements for log lines, over the connection of the one writer.</summary>
internal sealed class LineWriter(SqliteConnection connection) : IBatchWriter<SealedLines>, IDisposable
{
    private const string InsertLine =
        "insert into log_lines (team, server, at_ms, key, number, signature, line) values (?, ?, ?, ?, ?, ?, ?)";

    private readonly NativeStatement _insert = new(connection, InsertLine), _insertUnlessThere =
        new(connection, InsertLine + " on conflict do nothing"), _signature = new(connection, LogQueries.SignatureOf);
    private readonly NativeStatement _insertRetry = new(connection,
        "insert into log_retries (team, server, at_ms, key, signature) values (?, ?, ?, ?, ?) on conflict do nothing");

    /// <inheritdoc />
    public void Insert(SealedLines batch)
    {
        _insert.BindServer(batch.Server).Bind(4, batch.BatchKey).Bind(6, batch.SignatureKey);
        for (var i = 0; i < batch.Count; i++) BindLine(_insert, batch, i).Run();
    }

    /// <inheritdoc />
    public bool InsertUnlessThere(SealedLines batch, int row) => BindLine(
        _insertUnlessThere.BindServer(batch.Server).Bind(4, batch.BatchKey).Bind(6, batch.SignatureKey), batch, row).Run() == 1;

    /// <inheritdoc />
    public long SignatureOf(SealedLines batch, int row)
    {
        var key = batch.KeyOf(row);
        _signature.BindServer(batch.Server).Bind(3, key.AtMs).Bind(4, key.Key).Bind(5, key.Number).Next();
        var signature = _signature.Integer(0);
        _signature.Reset();
        return signature;
    }

    /// <inheritdoc />
    public bool InsertRetry(SealedLines batch, long atMs) =>
        _insertRetry.BindServer(batch.Server).Bind(3, atMs).Bind(4, batch.BatchKey).Bind(5, batch.SignatureKey).Run() == 1;

    public void Dispose()
    {
        _insert.Dispose();
        _insertUnlessThere.Dispose();
        _signature.Dispose();
        _insertRetry.Dispose();
    }

    private static NativeStatement BindLine(NativeStatement insert, SealedLines batch, int row)
    {
        var line = batch.Item.Batch.Rows[row];
        return insert.Bind(3, line.AtMs).Bind(5, line.Number).Bind(7, batch.Values[row]);
    }
}
