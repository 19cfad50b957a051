using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <content>What retention reads.</content>
public sealed partial class SqliteBackupStore
{
    /// <inheritdoc />
    public Task<IReadOnlyList<ChainSnapshot>> ChainAsync(ServerKey server, ChainExtent extent, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<ChainSnapshot>>(server.Team, scope =>
        {
            using var all = scope.Statement("""
                select snapshot, number, generation, kind, object, fingerprint, objects, bytes, at_ms,
                    coalesce(expired_by, 0), coalesce(expired_at_ms, 0), coalesce(expired_why, 0)
                from my_backup_snapshots where server = ? and number <= ? and (ended_by is null or ended_by > ?) order by number desc
                """);
            all.Bind(1, server.Server.ToBytes()).Bind(2, extent.Head).Bind(3, extent.Steps);
            var chain = new List<ChainSnapshot>();
            while (all.Next())
            {
                var expired = all.Integer(9) is > 0 and var step && step <= extent.Steps;
                chain.Add(new ChainSnapshot(
                    Snapshot(all), expired ? Time(all.Integer(10)) : null, expired ? (FateReason)all.Integer(11) : null));
            }
            return chain;
        }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<DateTimeOffset>> CommitTimesAsync(
        ServerKey server, ChainExtent extent, DateTimeOffset since, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<DateTimeOffset>>(server.Team, scope =>
        {
            using var all = scope.Statement("select at_ms from my_backup_snapshots where server = ? and number <= ? and at_ms > ?");
            all.Bind(1, server.Server.ToBytes()).Bind(2, extent.Head).Bind(3, since.ToUnixTimeMilliseconds());
            var times = new List<DateTimeOffset>();
            while (all.Next()) times.Add(Time(all.Integer(0)));
            return times;
        }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<StandingObject>> StandingAsync(
        ServerKey server, ObjectQuestion question, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<StandingObject>>(server.Team, scope =>
        {
            var runs = question.Runs.ToList();
            // With no run open there is one that does not exist: an empty list is no list.
            var places = string.Join(", ", Enumerable.Repeat("?", Math.Max(1, runs.Count)));
            using var page = scope.Statement($"""
                select kind, object, size, needed, noticed_by, noticed_at_ms, marked_by from (
                    select o.kind, o.object, o.size, coalesce(o.noticed_by, 0) as noticed_by,
                        coalesce(o.noticed_at_ms, 0) as noticed_at_ms, coalesce(o.marked_by, 0) as marked_by,
                        exists (select 1 from my_backup_needs n where n.server = o.server and n.kind = o.kind and n.object = o.object
                            and (n.snapshot in ({places}) or n.snapshot in (select s.snapshot from my_backup_snapshots s
                                where s.server = ? and s.number <= ? and (s.expired_by is null or s.expired_by > ?)
                                    and (s.ended_by is null or s.ended_by > ?)))) as needed
                    from my_backup_objects o where o.server = ? and (o.kind, o.object) > (?, ?)
                        and coalesce(o.held_until_ms, 0) <= ?)
                where {Wanted(question.Wanted)} order by kind, object limit ?
                """);
            var place = 1;
            foreach (var run in runs) page.Bind(place++, run.ToBytes());
            if (runs.Count == 0) page.Bind(place++, []);
            page.Bind(place++, server.Server.ToBytes()).Bind(place++, question.Extent.Head).Bind(place++, question.Extent.Steps)
                .Bind(place++, question.Extent.Steps).Bind(place++, server.Server.ToBytes())
                .Bind(place++, (long)(question.After?.Kind ?? 0)).Bind(place++, question.After?.Id.ToBytes() ?? [])
                .Bind(place++, question.HeldAt?.ToUnixTimeMilliseconds() ?? long.MaxValue);
            if (question.Wanted != ObjectsWanted.All) page.Bind(place++, question.Extent.Steps);
            page.Bind(place, question.Limit);
            var objects = new List<StandingObject>();
            while (page.Next())
            {
                var steps = question.Extent.Steps;
                objects.Add(new StandingObject(Name(page, 0), page.Integer(2), new ObjectStanding(
                    page.Integer(3) != 0, page.Integer(4) is > 0 and var by && by <= steps ? Time(page.Integer(5)) : null,
                    page.Integer(6) is > 0 and var marked && marked <= steps)));
            }
            return objects;
        }, cancellation);

    /// <inheritdoc />
    public Task<VaultSpace> SpaceAsync(
        ServerKey server, long steps, DateTimeOffset at, CancellationToken cancellation) => ReadAsync(server.Team, scope =>
    {
        using var sum = scope.Statement("""
            select count(*), coalesce(sum(size), 0), coalesce(sum(noticed), 0), coalesce(sum(noticed * size), 0), coalesce(sum(marked), 0),
                coalesce(sum(marked * size), 0), coalesce(min(case noticed when 1 then noticed_at_ms end), 0),
                coalesce(sum(held), 0), coalesce(sum(held * size), 0), coalesce(max(held * until_ms), 0)
            from (select size, noticed_at_ms, marked, noticed * (1 - marked) as noticed, until_ms > ? as held, until_ms from (
                select size, noticed_at_ms, coalesce(noticed_by, ?) <= ? as noticed, coalesce(marked_by, ?) <= ? as marked,
                    coalesce(held_until_ms, 0) as until_ms
                from my_backup_objects where server = ?))
            """);
        sum.Bind(1, at.ToUnixTimeMilliseconds()).Bind(2, long.MaxValue).Bind(3, steps).Bind(4, long.MaxValue).Bind(5, steps)
            .Bind(6, server.Server.ToBytes());
        if (!sum.Next()) throw new InvalidDataException("data.db: a sum has no row.");
        return new VaultSpace(
            new ObjectSum((int)sum.Integer(0), sum.Integer(1)), new ObjectSum((int)sum.Integer(2), sum.Integer(3)),
            new ObjectSum((int)sum.Integer(4), sum.Integer(5)), sum.Integer(6) is > 0 and var first ? Time(first) : null)
        {
            Held = new HeldSum(
                new ObjectSum((int)sum.Integer(7), sum.Integer(8)), sum.Integer(9) is > 0 and var until ? Time(until) : null),
        };
    }, cancellation);

    private static string Wanted(ObjectsWanted wanted) => wanted switch
    {
        ObjectsWanted.Restless => "(marked_by = 0 or marked_by > ?) and (needed = 0 or noticed_by > 0)",
        ObjectsWanted.Marked => "marked_by > 0 and marked_by <= ?",
        ObjectsWanted.All => "1",
        _ => throw new ArgumentOutOfRangeException(nameof(wanted)),
    };
}
