using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// A batch of reports as the database will hold it: the same for every store. The writer sees ids, times and sealed bytes; it opens name
/// lists only to count a server's names.
/// </summary>
/// <param name="Item">Whence it came.</param>
/// <param name="Seal">Its team's seal.</param>
/// <param name="SetIds">The database's id of each of the batch's name lists, in their order.</param>
/// <param name="Values">Each row's sealed values, in the rows' order.</param>
internal sealed record SealedItem(MetricsItem Item, TeamSeal Seal, IReadOnlyList<long> SetIds, IReadOnlyList<byte[]> Values) : SealedBatch
{
    /// <inheritdoc />
    public override ServerKey Server => new(Item.Team, Item.Server);

    /// <inheritdoc />
    public override long BatchKey => Item.Batch.Key;

    /// <inheritdoc />
    public override long SignatureKey => Item.Batch.SignatureKey;

    /// <inheritdoc />
    public override int Count => Values.Count;

    /// <summary>
    /// Seals a batch: some two microseconds a row, so it is done before the transaction begins and off the writer's thread.
    /// </summary>
    public static SealedItem Make(MetricsItem item, ITeamSeals seals)
    {
        var seal = seals.Get(item.Team);
        var (sets, rows) = (item.Batch.Sets, item.Batch.Rows);
        var setIds = new long[sets.Count];
        for (var i = 0; i < setIds.Length; i++) setIds[i] = seal.SetId(item.Server, sets[i].Id);
        var values = new byte[rows.Count][];
        for (var i = 0; i < values.Length; i++)
            values[i] = seal.Seal(RowPlace(item.Server, rows[i].AtMs, setIds[rows[i].Set]), rows[i].Values);
        return new SealedItem(item, seal, setIds, values);
    }

    /// <summary>Seals one of its name lists.</summary>
    public byte[] SealNames(int set) => Seal.Seal(SetPlace(Item.Server, SetIds[set]), Item.Batch.Sets[set].NamesUtf8);

    /// <inheritdoc />
    public override RowKey KeyOf(int row) => new(Item.Server.Value, Item.Batch.Rows[row].AtMs, Item.Batch.Key);

    /// <summary>Where a report's values lie.</summary>
    public static SealPlace RowPlace(ServerId server, long atMs, long setId) => new(SealedTable.MetricRows, server, atMs, setId);

    /// <summary>Where a name list lies.</summary>
    public static SealPlace SetPlace(ServerId server, long setId) => new(SealedTable.MetricSets, server, 0, setId);
}
