using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// Reads what a query's plan names, opens it and folds it into steps; the same for every store. Progress, marks and rows come from one view
/// of the database, so what is closed, rolled up or deleted meanwhile leaves no seam.
/// </summary>
public sealed class MetricsReader(IMetricsSource source, ITeamSeals seals) : IMetricsReader
{
    /// <inheritdoc />
    public async Task<MetricsAnswer> QueryAsync(MetricsQuery query, CancellationToken cancellation)
    {
        var fold = new StepFold(query);
        await using var scope = await source.OpenAsync(query.Team, cancellation).ConfigureAwait(false);
        var sets = await scope.SetsAsync(query.Server, cancellation).ConfigureAwait(false);
        if (sets.Count == 0 || seals.Find(query.Team) is not { } seal) return fold.Answer();
        var progress = await scope.ProgressAsync(cancellation).ConfigureAwait(false);
        var marked = await scope.MarkedHoursAsync(query.Server, QueryPlan.ReadFrom(query), query.ToMs, cancellation).ConfigureAwait(false);
        var reading = new Reading(fold, seal, query.Server, new OpenedSets(seal, query.Server, sets));
        foreach (var segment in QueryPlan.Of(query, progress, marked))
            await ReadAsync(scope, reading, query.Server, segment, cancellation).ConfigureAwait(false);
        return fold.Answer();
    }

    private static Task ReadAsync(
        IMetricsScope scope, Reading reading, ServerId server, PlanSegment segment, CancellationToken cancellation)
    {
        var (from, to) = (segment.FromMs, segment.ToMs);
        // Points count where they start: an hour's block is read whole, and of its points those within the segment.
        var (fromHour, toHour) = (HourWindow.HourOf(from), to);
        return segment.Form switch
        {
            MetricForm.Raw => scope.VisitRowsAsync(server, from, to, reading.AddRow, cancellation),
            MetricForm.Minutes => scope.VisitMinutesAsync(
                server, fromHour, toHour, (hour, set, block) => reading.AddMinutes(hour, set, block, segment), cancellation),
            _ => scope.VisitHoursAsync(
                server, fromHour, toHour, (hour, set, block) => reading.AddHour(hour, set, block, segment), cancellation),
        };
    }

    private sealed class Reading(StepFold fold, TeamSeal seal, ServerId server, OpenedSets sets)
    {
        private byte[] _opened = new byte[4096];
        private long? _known;

        public void AddRow(long atMs, long setId, ReadOnlySpan<byte> sealedBytes)
        {
            Know(setId);
            fold.AddRow(atMs, setId, Open(SealedItem.RowPlace(server, atMs, setId), sealedBytes));
        }

        public void AddMinutes(long hourMs, long setId, ReadOnlySpan<byte> sealedBytes, PlanSegment within)
        {
            Know(setId);
            AddBlock(SealedHour.MinutesPlace(server, hourMs, setId), sealedBytes, within);
        }

        public void AddHour(long hourMs, long setId, ReadOnlySpan<byte> sealedBytes, PlanSegment within)
        {
            Know(setId);
            AddBlock(SealedHour.HourPlace(server, hourMs, setId), sealedBytes, within);
        }

        private void AddBlock(in SealPlace place, ReadOnlySpan<byte> sealedBytes, PlanSegment within) =>
            fold.AddBlock(place.AtMs, place.Detail, Open(place, sealedBytes), within.FromMs, within.ToMs);

        private void Know(long setId)
        {
            if (setId == _known || fold.Knows(setId)) return;
            fold.AddSet(setId, NameSet.Split(sets.Get(setId).NamesUtf8));
            _known = setId;
        }

        private ReadOnlySpan<byte> Open(in SealPlace place, ReadOnlySpan<byte> sealedBytes)
        {
            if (_opened.Length < sealedBytes.Length) _opened = new byte[2 * sealedBytes.Length];
            return _opened.AsSpan(0, seal.Open(place, sealedBytes, _opened));
        }
    }
}
