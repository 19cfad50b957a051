using Akka;
using Akka.Streams.Dsl;
using HostAtlas.Engine.Storage;

namespace HostAtlas.Engine.Projections;

/// <summary>One transaction of the projection: what the journal brought, or a page of entities to compare with it.</summary>
internal sealed record ProjectionStep(IReadOnlyList<JournalEntry> Entries, IReadOnlyList<JournalHead> Heads)
{
    private const int PageEntities = 500;

    /// <summary>Events in the journal's order.</summary>
    public static ProjectionStep Tell(List<JournalEntry> entries) => new(entries, []);

    /// <summary>
    /// The reconciler: again and again, all entities of the journal in pages. Pages are steps among the others, so that a large directory
    /// does not hold up what is new.
    /// </summary>
    public static Source<ProjectionStep, NotUsed> Reconcile(IJournalHeads heads, ProjectionTimes times) => Source
        .Tick(times.FirstReconciliation, times.ReconcileEvery, NotUsed.Instance)
        .MapMaterializedValue(_ => NotUsed.Instance)
        // A pass that takes longer than the interval makes the next one late, not double.
        .Conflate((kept, _) => kept)
        .ConcatMany(_ => Source.UnfoldAsync("", async after =>
        {
            if (after is null) return Akka.Util.Option<(string, ProjectionStep)>.None;
            var page = await heads.PageAsync(after, PageEntities, CancellationToken.None).ConfigureAwait(false);
            return page.Count == 0
                ? Akka.Util.Option<(string, ProjectionStep)>.None
                : (page.Count < PageEntities ? null! : page[^1].PersistenceId, new ProjectionStep([], page));
        }));

    /// <summary>Carries it out.</summary>
    public async Task<NotUsed> RunAsync(ProjectionWriter writer)
    {
        if (Entries.Count > 0) await writer.WriteAsync(Entries, CancellationToken.None).ConfigureAwait(false);
        if (Heads.Count > 0) await writer.ReconcileAsync(Heads, CancellationToken.None).ConfigureAwait(false);
        return NotUsed.Instance;
    }
}

/// <summary>When the projection compares its rows with the journal.</summary>
/// <param name="FirstReconciliation">After it has caught up.</param>
/// <param name="ReconcileEvery">From then on.</param>
public sealed record ProjectionTimes(TimeSpan FirstReconciliation, TimeSpan ReconcileEvery)
{
    /// <summary>What a late event may wait for before it is in the tables: a minute.</summary>
    public static readonly ProjectionTimes Default = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));
}
