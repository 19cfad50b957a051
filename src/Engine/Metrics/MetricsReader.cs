using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Metrics;

/// <summary>Opens a server's rows in order of time and folds them into the steps of a query; the same for every store.</summary>
public sealed class MetricsReader(IMetricsSource source, ITeamSeals seals) : IMetricsReader
{
    /// <inheritdoc />
    public async Task<MetricsAnswer> QueryAsync(MetricsQuery query, CancellationToken cancellation)
    {
        var fold = new StepFold(query);
        await using var scope = await source.OpenAsync(query.Team, cancellation).ConfigureAwait(false);
        var sets = await scope.SetsAsync(query.Server, cancellation).ConfigureAwait(false);
        if (sets.Count == 0 || seals.Find(query.Team) is not { } seal) return fold.Answer();
        foreach (var set in sets)
            fold.AddSet(set.SetId, NameSet.Split(seal.Open(SealedItem.SetPlace(query.Server, set.SetId), set.SealedNames)));
        var opened = new byte[4096];
        await scope.VisitRowsAsync(query.Server, query.FromMs, query.ToMs, (atMs, setId, sealedBytes) =>
        {
            if (opened.Length < sealedBytes.Length) opened = new byte[sealedBytes.Length];
            var length = seal.Open(SealedItem.RowPlace(query.Server, atMs, setId), sealedBytes, opened);
            fold.AddRow(atMs, setId, opened.AsSpan(0, length));
        }, cancellation).ConfigureAwait(false);
        return fold.Answer();
    }
}
