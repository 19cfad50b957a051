using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>A batch of log lines as the database will hold it.</summary>
/// <param name="Item">Whence it came.</param>
/// <param name="Values">Each line's sealed entry, in the rows' order.</param>
internal sealed record SealedLines(LogsItem Item, IReadOnlyList<byte[]> Values) : SealedBatch
{
    /// <inheritdoc />
    public override ServerKey Server => new(Item.Team, Item.Server);

    /// <inheritdoc />
    public override long BatchKey => Item.Batch.Key;

    /// <inheritdoc />
    public override long SignatureKey => Item.Batch.SignatureKey;

    /// <inheritdoc />
    public override int Count => Item.Batch.Rows.Count;

    /// <summary>Seals a batch, before the transaction begins and off the writer's thread.</summary>
    public static SealedLines Make(LogsItem item, ITeamSeals seals)
    {
        var (seal, batch) = (seals.Get(item.Team), item.Batch);
        var values = new byte[batch.Rows.Count][];
        for (var i = 0; i < values.Length; i++)
        {
            var row = batch.Rows[i];
            values[i] = seal.Seal(Place(item.Server, new LogPlace(row.AtMs, batch.Key, row.Number)), batch.EntryOf(row));
        }
        return new SealedLines(item, values);
    }

    /// <summary>Where a line lies.</summary>
    public static SealPlace Place(ServerId server, LogPlace line) => new(SealedTable.LogLines, server, line.AtMs, line.Number);

    /// <inheritdoc />
    public override RowKey KeyOf(int row) =>
        new(Item.Server.Value, Item.Batch.Rows[row].AtMs, Item.Batch.Key, Item.Batch.Rows[row].Number);
}
