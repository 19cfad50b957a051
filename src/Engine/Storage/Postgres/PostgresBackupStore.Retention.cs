using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <content>What retention reads.</content>
public sealed partial class PostgresBackupStore
{
    /// <inheritdoc />
    public Task<IReadOnlyList<ChainSnapshot>> ChainAsync(ServerKey server, ChainExtent extent, CancellationToken cancellation) => ReadAsync(
        server.Team, """
            select snapshot, number, generation, kind, object, fingerprint, objects, bytes, at_ms,
                expired_by <= $3 as expired, expired_at_ms, expired_why
            from backup_snapshots where server = $1 and number <= $2 and (ended_by is null or ended_by > $3) order by number desc
            """, reader =>
        {
            var expired = !reader.IsDBNull(9) && reader.GetBoolean(9);
            return new ChainSnapshot(
                Snapshot(reader), expired ? reader.Time(10) : null, expired ? (FateReason)reader.GetInt32(11) : null);
        }, cancellation, server.Server.Value, extent.Head, extent.Steps);

    /// <inheritdoc />
    public Task<IReadOnlyList<DateTimeOffset>> CommitTimesAsync(
        ServerKey server, ChainExtent extent, DateTimeOffset since, CancellationToken cancellation) => ReadAsync(
        server.Team, "select at_ms from backup_snapshots where server = $1 and number <= $2 and at_ms > $3",
        reader => reader.Time(0)!.Value, cancellation, server.Server.Value, extent.Head, Ms(since));

    /// <inheritdoc />
    public Task<IReadOnlyList<StandingObject>> StandingAsync(
        ServerKey server, ObjectQuestion question, CancellationToken cancellation) => ReadAsync(
        server.Team, $"""
            select kind, object, size, needed, noticed_at_ms, marked from (
                select o.kind, o.object, o.size, o.noticed_by is not null as watched, coalesce(o.marked_by <= $3, false) as marked,
                    case when o.noticed_by <= $3 then o.noticed_at_ms end as noticed_at_ms,
                    exists (select 1 from backup_needs n where n.server = o.server and n.kind = o.kind and n.object = o.object
                        and (n.snapshot = any($4) or n.snapshot in (select s.snapshot from backup_snapshots s
                            where s.server = $1 and s.number <= $2 and (s.expired_by is null or s.expired_by > $3)
                                and (s.ended_by is null or s.ended_by > $3)))) as needed
                from backup_objects o where o.server = $1 and (o.kind, o.object) > ($5, $6)
                    and (o.held_until_ms is null or o.held_until_ms <= $8)) as standing
            where {Wanted(question.Wanted)} order by kind, object limit $7
            """, reader => new StandingObject(Name(reader, 0), reader.GetInt64(2), new ObjectStanding(
                reader.GetBoolean(3), reader.Time(4), reader.GetBoolean(5))), cancellation,
        server.Server.Value, question.Extent.Head, question.Extent.Steps, question.Runs.Select(run => run.Value).ToArray(),
        (int)(question.After?.Kind ?? 0), question.After?.Id.Value ?? Guid.Empty, question.Limit,
        question.HeldAt is { } at ? Ms(at) : long.MaxValue);

    /// <inheritdoc />
    public async Task<VaultSpace> SpaceAsync(
        ServerKey server, long steps, DateTimeOffset at, CancellationToken cancellation) => (await ReadAsync(
        server.Team, """
            select count(*)::int, coalesce(sum(size), 0)::bigint, (count(*) filter (where noticed))::int,
                coalesce(sum(size) filter (where noticed), 0)::bigint, (count(*) filter (where marked))::int,
                coalesce(sum(size) filter (where marked), 0)::bigint, min(noticed_at_ms) filter (where noticed),
                (count(*) filter (where held_until_ms > $3))::int, coalesce(sum(size) filter (where held_until_ms > $3), 0)::bigint,
                max(held_until_ms) filter (where held_until_ms > $3)
            from (select size, noticed_at_ms, held_until_ms, coalesce(marked_by <= $2, false) as marked,
                    coalesce(noticed_by <= $2, false) and not coalesce(marked_by <= $2, false) as noticed
                from backup_objects where server = $1) as standing
            """, reader => new VaultSpace(
                new ObjectSum(reader.GetInt32(0), reader.GetInt64(1)), new ObjectSum(reader.GetInt32(2), reader.GetInt64(3)),
                new ObjectSum(reader.GetInt32(4), reader.GetInt64(5)), reader.Time(6))
        {
            Held = new HeldSum(new ObjectSum(reader.GetInt32(7), reader.GetInt64(8)), reader.Time(9)),
        }, cancellation, server.Server.Value, steps, Ms(at)).ConfigureAwait(false))[0];

    private static string Wanted(ObjectsWanted wanted) => wanted switch
    {
        ObjectsWanted.Restless => "not marked and (watched or not needed)",
        ObjectsWanted.Marked => "marked",
        ObjectsWanted.All => "true",
        _ => throw new ArgumentOutOfRangeException(nameof(wanted)),
    };
}
