using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Metrics;

/// <summary>Reads what the database keeps of metrics, sealed as it lies there; one implementation a store.</summary>
public interface IMetricsSource
{
    /// <summary>Opens a view of one team's rows.</summary>
    Task<IMetricsScope> OpenAsync(TeamId team, CancellationToken cancellation);
}

/// <summary>
/// Sees one team's rows and nothing else, all as they were at one moment: between two calls nothing appears or goes. Not thread-safe; one
/// call at a time. Ranges: from inclusive, to exclusive, Unix milliseconds.
/// </summary>
public interface IMetricsScope : IAsyncDisposable
{
    /// <summary>The name lists of a server.</summary>
    Task<IReadOnlyList<SealedSet>> SetsAsync(ServerId server, CancellationToken cancellation);

    /// <summary>Visits reports in order of time.</summary>
    Task VisitRowsAsync(ServerId server, long fromMs, long toMs, SealedRowVisitor visit, CancellationToken cancellation);

    /// <summary>Visits hours of one-minute points, by the hour's start.</summary>
    Task VisitMinutesAsync(ServerId server, long fromHourMs, long toHourMs, SealedRowVisitor visit, CancellationToken cancellation);

    /// <summary>Visits points of an hour, by the hour's start.</summary>
    Task VisitHoursAsync(ServerId server, long fromHourMs, long toHourMs, SealedRowVisitor visit, CancellationToken cancellation);

    /// <summary>The hours that are to be rolled up again, in order.</summary>
    Task<IReadOnlyList<long>> MarkedHoursAsync(ServerId server, long fromMs, long toMs, CancellationToken cancellation);

    /// <summary>How far the roll-ups and the retention are; every member is <see cref="long.MinValue"/> before the first closing.</summary>
    Task<RollupProgress> ProgressAsync(CancellationToken cancellation);
}

/// <summary>A row as the database has it. The bytes are valid during the call only.</summary>
/// <param name="atMs">The report's time, or the hour's start.</param>
/// <param name="setId">The database's id of the name list.</param>
/// <param name="sealedBytes">Opened by the team's seal at its place.</param>
public delegate void SealedRowVisitor(long atMs, long setId, ReadOnlySpan<byte> sealedBytes);

/// <summary>A name list as the database has it.</summary>
public sealed record SealedSet(long SetId, int Count, byte[] SealedNames);
