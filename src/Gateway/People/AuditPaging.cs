using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary>
/// Fills one page of an audit log. The order is that of time, the newest first. A number that is missing has no time any more: it stands
/// right below the entry with the next higher number, at that one's time, and what is missing at the log's end stands above everything.
/// So each has one place, and a cursor may lie amid a gap.
/// </summary>
internal sealed class AuditPaging(IAuditLog log, TeamId team, AuditQuery query)
{
    private readonly List<AuditItem> _items = [];

    /// <summary>The place behind which the page goes on: where the query begins, later the last that was looked at.</summary>
    public AuditPlace? Place { get; private set; } = query.Before;

    /// <summary>
    /// Takes the missing numbers between the place where the page begins and the entry below it. False when the page is full before all of
    /// them are in it.
    /// </summary>
    public async Task<bool> TakeWhatIsMissingBeforeAsync(CancellationToken cancellation)
    {
        // Above everything: where nothing was looked at yet, or still amid what is missing at the end.
        if (query.Before is not { } before || before.AtMs >= query.ToMs)
        {
            if (await log.HeadAsync(team, cancellation) is not { Vouched.Head: { } head } || !IsIn(head.AtMs)) return true;
            var above = Math.Min(query.Before?.Number ?? long.MaxValue, head.Number + 1);
            return TakeMissing(await log.NumberBeforeAsync(team, above, cancellation), above, head.AtMs, query.ToMs);
        }
        return !IsIn(before.AtMs)
            || TakeMissing(await log.NumberBeforeAsync(team, before.Number, cancellation), before.Number, before.AtMs, before.AtMs);
    }

    /// <summary>Takes the next entry and what is missing right below it. False when the page is full before all of it is in it.</summary>
    public bool Take(AuditLogEntry entry) =>
        Take(AuditItem.Of(entry), entry.AtMs) && TakeMissing(entry.Previous, entry.Number, entry.AtMs, entry.AtMs);

    /// <summary>The page, behind which there is more.</summary>
    public Page<AuditItem> Cut() => new(_items, Place is null ? null : AuditQuery.CursorOf(Place));

    /// <summary>The page, behind which there is nothing.</summary>
    public Page<AuditItem> Whole() => new(_items, null);

    // Numbers between two, both exclusive.
    private bool TakeMissing(long from, long to, long atMs, long placeMs)
    {
        // A gap may be as long as the log was: nothing to go through when nobody asked for it.
        if (!query.Wants(AuditItem.Missing(to, atMs))) return true;
        for (var number = to - 1; number > from; number--)
            if (!Take(AuditItem.Missing(number, atMs), placeMs)) return false;
        return true;
    }

    private bool Take(AuditItem item, long placeMs)
    {
        if (query.Wants(item))
        {
            // One more than is wanted: there is a next page.
            if (_items.Count == query.Limit) return false;
            _items.Add(item);
        }
        Place = new AuditPlace(placeMs, item.Number);
        return true;
    }

    private bool IsIn(long atMs) => atMs >= query.FromMs && atMs < query.ToMs;
}
