using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>A roll-up as the database will hold it: the same for every store.</summary>
/// <param name="SetId">The database's id of the name list.</param>
/// <param name="NameCount">How many names it has.</param>
/// <param name="SealedNames">The list, for the case that the server does not have it yet.</param>
/// <param name="Minutes">Sealed block of 60 points a name.</param>
/// <param name="Hour">Sealed block of one point a name.</param>
public sealed record SealedHour(long SetId, int NameCount, byte[] SealedNames, byte[] Minutes, byte[] Hour)
{
    /// <summary>Seals a roll-up.</summary>
    public static SealedHour Make(TeamSeal seal, ServerId server, long hourMs, HourRollup rollup)
    {
        var setId = seal.SetId(server, rollup.Names.Id);
        return new SealedHour(
            setId, rollup.Names.Count, seal.Seal(SealedItem.SetPlace(server, setId), rollup.Names.NamesUtf8),
            seal.Seal(MinutesPlace(server, hourMs, setId), rollup.Minutes), seal.Seal(HourPlace(server, hourMs, setId), rollup.Hour));
    }

    /// <summary>Where an hour of one-minute points lies.</summary>
    public static SealPlace MinutesPlace(ServerId server, long hourMs, long setId) => new(SealedTable.MetricMinutes, server, hourMs, setId);

    /// <summary>Where a point of an hour lies.</summary>
    public static SealPlace HourPlace(ServerId server, long hourMs, long setId) => new(SealedTable.MetricHours, server, hourMs, setId);

    /// <summary>When the newest report of a sealed point of an hour came, Unix milliseconds.</summary>
    public static long NewestReportMs(TeamSeal seal, ServerId server, long hourMs, long setId, ReadOnlySpan<byte> sealedBlock)
    {
        Span<long> times = stackalloc long[ColumnBlock.MostSlots];
        var block = new ColumnBlock(seal.Open(HourPlace(server, hourMs, setId), sealedBlock));
        block.ReadTimes(times);
        return hourMs + times[block.Slots - 1];
    }
}
