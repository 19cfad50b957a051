using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// What the projection reads and adds of the audit logs, of the teams' changes and of what people are told, on its own connection and in
/// its own transaction.
/// </summary>
internal sealed class SqliteAuditRows
{
    private readonly List<(ChainedEntry Entry, byte[] Sealed)> _entries;
    private readonly List<(TeamId Team, AuditHead Head, (byte[] SealedHash, long RootId, byte[] Mac) Kept)> _heads;
    private readonly List<(string PersistenceId, long SequenceNr)> _told;

    private readonly List<(NumberedChange Change, byte[] Sealed)> _changes;
    private readonly List<(TeamId Team, long Through)> _outdated;
    private readonly List<(KeyedHappening Row, byte[] Sealed)> _happenings;

    private SqliteAuditRows(AuditSeal seal, ITeamSeals seals, AuditRows rows)
    {
        _changes = [.. rows.Changes.Added.Select(change => (change, SealedChange.Seal(seals, change)))];
        _outdated = [.. rows.Changes.Outdated];
        _happenings = [.. rows.Happenings.Select(happening => (happening, SealedHappening.Seal(seals, happening)))];
        _entries = [.. rows.Added.Select(entry => (entry, seal.Seal(entry)))];
        _heads = [.. rows.NewHeads.Select(log => (log.Team, log.Head, seal.Seal(log.Team, log.Head)))];
        _told = [.. rows.Changed];
    }

    /// <summary>Reads what is wanted.</summary>
    public static AuditRows Load(SqliteConnection connection, AuditSeal seal, AuditWanted wanted)
    {
        using var told = SqliteSealedValues.Command(connection, "select number from audit_told where entity = $entity", ("$entity", ""));
        using var last = SqliteSealedValues.Command(
            connection, "select coalesce(max(number), 0) from audit_entries where team = $team", ("$team", null));
        using var change = SqliteSealedValues.Command(
            connection, "select coalesce(max(number), 0) from team_changes where team = $team", ("$team", null));
        using var head = SqliteSealedValues.Command(
            connection, "select number, at_ms, hash, root_id, mac from audit_heads where team = $team", ("$team", null));
        var known = new Dictionary<string, long>();
        foreach (var entity in wanted.Entities)
        {
            told.Parameters[0].Value = entity;
            if (told.ExecuteScalar() is long number) known[entity] = number;
        }
        var tails = new Dictionary<TeamId, AuditTail>();
        var changes = new Dictionary<TeamId, long>();
        foreach (var team in wanted.Teams)
        {
            last.Parameters[0].Value = head.Parameters[0].Value = change.Parameters[0].Value = team.ToBytes();
            changes[team] = (long)change.ExecuteScalar()!;
            tails[team] = seal.TailOf(team, Head(head), (long)last.ExecuteScalar()!);
        }
        return new AuditRows(known, tails, changes);
    }

    /// <summary>Seals what is to be added: before the transaction, since a team's first seal writes its key by another.</summary>
    public static SqliteAuditRows Seal(AuditSeal seal, ITeamSeals seals, AuditRows rows) => new(seal, seals, rows);

    /// <summary>Writes it.</summary>
    public void Write(SqliteConnection connection)
    {
        foreach (var (entry, sealedEntry) in _entries)
            Run(connection, "insert into audit_entries (team, number, at_ms, entry) values ($team, $number, $at, $entry)",
                ("$team", entry.Team.ToBytes()), ("$number", entry.Number), ("$at", entry.AtMs), ("$entry", sealedEntry));
        foreach (var (team, head, kept) in _heads)
            Run(connection, """
                insert into audit_heads (team, number, at_ms, hash, root_id, mac) values ($team, $number, $at, $hash, $root, $mac)
                on conflict (team) do update set number = excluded.number, at_ms = excluded.at_ms, hash = excluded.hash,
                  root_id = excluded.root_id, mac = excluded.mac
                """, ("$team", team.ToBytes()), ("$number", head.Number), ("$at", head.AtMs), ("$hash", kept.SealedHash),
                ("$root", kept.RootId), ("$mac", kept.Mac));
        foreach (var (entity, number) in _told)
            Run(connection, """
                insert into audit_told (entity, number) values ($entity, $number)
                on conflict (entity) do update set number = excluded.number
                """, ("$entity", entity), ("$number", number));
        foreach (var (change, sealedChange) in _changes)
            Run(connection, "insert into team_changes (team, number, at_ms, change) values ($team, $number, $at, $change)",
                ("$team", change.Team.ToBytes()), ("$number", change.Number), ("$at", change.AtMs), ("$change", sealedChange));
        foreach (var (team, through) in _outdated)
            Run(connection, "delete from team_changes where team = $team and number <= $through",
                ("$team", team.ToBytes()), ("$through", through));
        foreach (var (happening, content) in _happenings) SqliteNotificationStore.Add(connection, happening, content);
    }

    private static StoredHead? Head(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new StoredHead(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetInt64(3),
                reader.GetFieldValue<byte[]>(4))
            : null;
    }

    private static void Run(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = SqliteSealedValues.Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }
}
