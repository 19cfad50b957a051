using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// What the projection reads and adds of the audit logs, of the teams' changes and of what people are told, on its own connection and in
/// its own transaction.
/// </summary>
internal static class PostgresAuditRows
{
    /// <summary>Reads what is wanted.</summary>
    public static async Task<AuditRows> LoadAsync(
        NpgsqlConnection connection, AuditSeal seal, AuditWanted wanted, CancellationToken cancellation)
    {
        var known = new Dictionary<string, long>();
        if (wanted.Entities.Count > 0)
        {
            await using var told = new NpgsqlCommand("select entity, number from audit_told where entity = any($1)", connection);
            told.Parameters.AddWithValue(wanted.Entities.ToArray());
            await using var reader = await told.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) known[reader.GetString(0)] = reader.GetInt64(1);
        }
        var stored = new List<(TeamId Team, StoredHead? Head, long Last)>();
        var changes = new Dictionary<TeamId, long>();
        if (wanted.Teams.Count > 0)
        {
            await using var ends = new NpgsqlCommand("""
                select w.team, h.number, h.at_ms, h.hash, h.root_id, h.mac,
                       coalesce((select e.number from audit_entries e where e.team = w.team order by e.number desc limit 1), 0),
                       coalesce((select c.number from team_changes c where c.team = w.team order by c.number desc limit 1), 0)
                from unnest($1) as w(team) left join audit_heads h on h.team = w.team
                """, connection);
            ends.Parameters.AddWithValue(wanted.Teams.Select(team => team.Value).ToArray());
            await using var reader = await ends.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                stored.Add((reader.Id<TeamId>(0), Head(reader), reader.GetInt64(6)));
                changes[stored[^1].Team] = reader.GetInt64(7);
            }
        }
        // Opened behind the reader: a seal may read its keys on a connection of its own.
        return new AuditRows(known, stored.ToDictionary(end => end.Team, end => seal.TailOf(end.Team, end.Head, end.Last)), changes);
    }

    /// <summary>What is to be added, sealed: before the transaction, since a team's first seal writes its key by another.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Puts(AuditSeal seal, ITeamSeals seals, AuditRows rows) =>
        rows.Added.Select(entry => Command(
            "insert into audit_entries (team, number, at_ms, entry) values ($1, $2, $3, $4)",
            entry.Team.Value, entry.Number, entry.AtMs, seal.Seal(entry)))
        .Concat(rows.NewHeads.Select(log =>
        {
            var (sealedHash, root, mac) = seal.Seal(log.Team, log.Head);
            return Command("""
                insert into audit_heads (team, number, at_ms, hash, root_id, mac) values ($1, $2, $3, $4, $5, $6)
                on conflict (team) do update set number = excluded.number, at_ms = excluded.at_ms, hash = excluded.hash,
                  root_id = excluded.root_id, mac = excluded.mac
                """, log.Team.Value, log.Head.Number, log.Head.AtMs, sealedHash, root, mac);
        }))
        .Concat(rows.Changed.Select(entity => Command(
            "insert into audit_told (entity, number) values ($1, $2) on conflict (entity) do update set number = excluded.number",
            entity.PersistenceId, entity.SequenceNr)))
        .Concat(rows.Changes.Added.Select(change => Command(
            "insert into team_changes (team, number, at_ms, change) values ($1, $2, $3, $4)",
            change.Team.Value, change.Number, change.AtMs, SealedChange.Seal(seals, change))))
        .Concat(rows.Changes.Outdated.Select(end => Command(
            "delete from team_changes where team = $1 and number <= $2", end.Team.Value, end.Through)))
        // Without a target, which would need the right to read the key.
        .Concat(rows.Happenings.Select(row => Command("""
            insert into notifications (team, server, room, number, at_ms, content) values ($1, $2, $3, $4, $5, $6) on conflict do nothing
            """, row.Key.Server.Team.Value, row.Key.Server.Server.Value, (int)row.Key.Room, row.Key.Number,
            row.Happening.At.ToUnixTimeMilliseconds(), SealedHappening.Seal(seals, row))));

    private static StoredHead? Head(NpgsqlDataReader row) => row.IsDBNull(1)
        ? null
        : new StoredHead(row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3), row.GetInt64(4), row.GetFieldValue<byte[]>(5));

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }
}
