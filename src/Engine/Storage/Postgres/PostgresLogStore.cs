using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Writes log lines.</summary>
internal sealed class PostgresLogStore(PostgresDatabase database, ITeamSeals seals, LogDays days)
    : PostgresFlushStore<LogsItem, SealedLines>(database, days, LogLineTable.Instance), ILogStore
{
    private readonly PostgresRetention _retention = new(database, days);

    /// <inheritdoc />
    public override Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation) =>
        _retention.DeleteLinesBeforeAsync(oldest, cancellation);

    /// <inheritdoc />
    protected override SealedLines Seal(LogsItem item) => SealedLines.Make(item, seals);
}
