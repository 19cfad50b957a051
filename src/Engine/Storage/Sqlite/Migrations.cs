using System.Globalization;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The schema's versions, applied forward in one transaction each at start. <c>user_version</c> holds the number. A database that is newer
/// than this program is refused: an older program would write what the newer one no longer understands.
/// </summary>
public static class Migrations
{
    /// <summary>Every step, in order; a step is never changed once released.</summary>
    private static readonly string[] Steps =
    [
        // Version 1 was the schema of the builds before the first release, which kept values in clear. It is refused, not migrated.
        "",
        """
        -- One report a row. Clustered by what charts read: a server's rows lie beside each other in order of time. vals: sealed.
        create table metric_rows (
            team      blob    not null check (length(team) = 16),
            server    blob    not null check (length(server) = 16),
            at_ms     integer not null,
            key       integer not null,
            signature integer not null,
            set_id    integer not null,
            vals      blob    not null check (length(vals) > 31),
            primary key (team, server, at_ms, key)
        ) strict, without rowid;

        -- Signatures of repeated sends of a stored batch, at its newest row: the first send's signature lies with the rows themselves.
        create table metric_retries (
            team      blob    not null,
            server    blob    not null,
            at_ms     integer not null,
            key       integer not null,
            signature integer not null,
            primary key (team, server, at_ms, key, signature)
        ) strict, without rowid;

        -- The ordered names of a report's values, once a server; sealed. used_day: the last day it was used, for retention.
        create table metric_sets (
            team     blob    not null,
            server   blob    not null,
            set_id   integer not null,
            count    integer not null,
            names    blob    not null,
            used_day integer not null,
            primary key (team, server, set_id)
        ) strict, without rowid;

        -- Roll-ups: an hour of one-minute points a row, and one point an hour a row, of all names of set_id; sealed.
        create table metric_minutes (
            team    blob    not null,
            server  blob    not null,
            hour_ms integer not null,
            set_id  integer not null,
            block   blob    not null,
            primary key (team, server, hour_ms)
        ) strict, without rowid;

        create table metric_hours (
            team    blob    not null,
            server  blob    not null,
            hour_ms integer not null,
            set_id  integer not null,
            block   blob    not null,
            primary key (team, server, hour_ms)
        ) strict, without rowid;

        -- Hours that a late report changed: to be rolled up again. stamp: drawn anew by each mark, so that one made meanwhile is not lost.
        create table metric_marks (
            team    blob    not null,
            server  blob    not null,
            hour_ms integer not null,
            stamp   integer not null,
            primary key (team, server, hour_ms)
        ) strict, without rowid;

        create index metric_marks_by_hour on metric_marks (hour_ms);

        -- Boundaries. closed: every hour before is rolled up, unless it is marked. raw, minutes, hours: what is older has been given up.
        create table rollup_progress (
            name              text    not null primary key,
            closed_through_ms integer not null
        ) strict, without rowid;

        -- Told by the projection from the journal. name: sealed. entity_seq: the last event of the row's entity that the row knows.
        create table servers (
            team            blob    not null,
            server          blob    not null,
            name            blob    not null,
            created_at_ms   integer not null,
            first_report_ms integer,
            silent_since_ms integer,
            entity_seq      integer not null,
            primary key (team, server)
        ) strict, without rowid;
        create index servers_by_age on servers (team, created_at_ms, server);

        create table teams (
            team          blob    not null primary key,
            name          blob    not null,
            founded_at_ms integer not null,
            plan          integer,
            entity_seq    integer not null
        ) strict, without rowid;

        create table projection (
            name     text    not null primary key,
            "offset" integer not null
        ) strict, without rowid;

        -- The teams' data keys, wrapped by a root key; no team's scope sees them.
        create table team_keys (
            team            blob    not null check (length(team) = 16),
            number          integer not null check (number between 1 and 65535),
            root_id         integer not null,
            wrapped         blob    not null,
            made_at_ms      integer not null,
            destroyed_at_ms integer,
            primary key (team, number)
        ) strict, without rowid;

        -- A platform table: sessions belong to people, not to teams. The id is a hash, the payload is sealed.
        create table sessions (
            id_hash         blob    not null primary key check (length(id_hash) = 32),
            user            blob    not null,
            created_at_ms   integer not null,
            last_used_at_ms integer not null,
            expires_at_ms   integer not null,
            sealed          blob    not null
        ) strict, without rowid;
        create index sessions_by_expiry on sessions (expires_at_ms);
        """,
        """
        -- What a server has announced for its part of the vault: kind and object are the name, sha256 is of the ciphertext.
        -- ticket_until_ms: when the last ticket given for it ends; 0 while it never had one.
        create table backup_objects (
            team            blob    not null check (length(team) = 16),
            server          blob    not null check (length(server) = 16),
            kind            integer not null,
            object          blob    not null check (length(object) = 16),
            size            integer not null,
            sha256          blob    not null check (length(sha256) = 32),
            ticket_until_ms integer not null,
            announced_at_ms integer not null,
            primary key (team, server, kind, object)
        ) strict, without rowid;
        create index backup_tickets on backup_objects (team, server, ticket_until_ms);

        -- Which objects a run, and later its snapshot, needs.
        create table backup_needs (
            team     blob    not null check (length(team) = 16),
            server   blob    not null check (length(server) = 16),
            snapshot blob    not null check (length(snapshot) = 16),
            kind     integer not null,
            object   blob    not null check (length(object) = 16),
            primary key (team, server, snapshot, kind, object)
        ) strict, without rowid;

        -- A row counts once the journal has its commit: number is compared with the head's. gate: the agent's evidence, sealed.
        create table backup_snapshots (
            team        blob    not null check (length(team) = 16),
            server      blob    not null check (length(server) = 16),
            number      integer not null,
            snapshot    blob    not null check (length(snapshot) = 16),
            generation  integer not null,
            kind        integer not null,
            object      blob    not null check (length(object) = 16),
            fingerprint blob    not null check (length(fingerprint) = 8),
            objects     integer not null,
            bytes       integer not null,
            at_ms       integer not null,
            gate        blob,
            primary key (team, server, number)
        ) strict, without rowid;
        create index backup_snapshots_by_id on backup_snapshots (team, server, snapshot);

        -- When the entity of a server's backups must be woken at the latest.
        create table backup_due (
            team      blob    not null check (length(team) = 16),
            server    blob    not null check (length(server) = 16),
            due_at_ms integer not null,
            primary key (team, server)
        ) strict, without rowid;
        create index backup_due_by_time on backup_due (due_at_ms);
        """,
        """
        -- The audit logs, a chain a team; entry and hash: sealed. mac: by a key that is derived from the root key root_id.
        create table audit_entries (
            team   blob    not null check (length(team) = 16),
            number integer not null check (number > 0),
            at_ms  integer not null,
            entry  blob    not null check (length(entry) > 63),
            primary key (team, number)
        ) strict, without rowid;
        create index audit_entries_by_time on audit_entries (team, at_ms, number);

        create table audit_heads (
            team    blob    not null primary key check (length(team) = 16),
            number  integer not null,
            at_ms   integer not null,
            hash    blob    not null,
            root_id integer not null,
            mac     blob    not null check (length(mac) = 32)
        ) strict, without rowid;

        -- A platform table: the last event of each entity, people among them, that the logs were told.
        create table audit_told (
            entity text    not null primary key,
            number integer not null
        ) strict, without rowid;

        -- A log is added to and nothing else; only sealing anew after a rotation of keys writes an entry's bytes again.
        create trigger audit_entries_stay before delete on audit_entries
        begin select raise(abort, 'The audit log is only ever added to.'); end;
        create trigger audit_entries_keep_their_place before update of team, number, at_ms on audit_entries
        begin select raise(abort, 'The audit log is only ever added to.'); end;

        -- The projection reads the journal from its beginning once more: rows know what is told again, the logs do not.
        delete from projection;
        """,
        """
        -- When API keys were last used, written at most once a minute a key: a use is no event, it changes nothing that we would answer.
        create table key_uses (
            team            blob    not null check (length(team) = 16),
            key             blob    not null check (length(key) = 16),
            last_used_at_ms integer not null,
            primary key (team, key)
        ) strict, without rowid;
        """,
        """
        -- A person's own sessions are listed and ended together.
        create index sessions_by_user on sessions (user);
        """,
        """
        -- What event streams tell: the newest changes of each team, by a number of its own. change: sealed.
        create table team_changes (
            team   blob    not null check (length(team) = 16),
            number integer not null check (number > 0),
            at_ms  integer not null,
            change blob    not null,
            primary key (team, number)
        ) strict, without rowid;
        """,
        """
        -- One line a row, clustered by what a search reads. number: the line's place in its batch. line: source and text, sealed.
        create table log_lines (
            team      blob    not null check (length(team) = 16),
            server    blob    not null check (length(server) = 16),
            at_ms     integer not null,
            key       integer not null,
            number    integer not null,
            signature integer not null,
            line      blob    not null check (length(line) > 31),
            primary key (team, server, at_ms, key, number)
        ) strict, without rowid;

        -- Signatures of repeated sends of a stored batch, at its newest row.
        create table log_retries (
            team      blob    not null,
            server    blob    not null,
            at_ms     integer not null,
            key       integer not null,
            signature integer not null,
            primary key (team, server, at_ms, key, signature)
        ) strict, without rowid;

        -- The latest of each server, sealed. signed_s and signature are the request's: an earlier one that comes again must not take its
        -- place.
        create table inventories (
            team           blob    not null check (length(team) = 16),
            server         blob    not null check (length(server) = 16),
            received_at_ms integer not null,
            signed_s       integer not null,
            signature      integer not null,
            inventory      blob    not null check (length(inventory) > 31),
            primary key (team, server)
        ) strict;
        """,
        """
        -- What made a chain of backups suspect or frozen, as the agent told it; sealed. The newest few of each server.
        create table backup_evidence (
            team     blob    not null check (length(team) = 16),
            server   blob    not null check (length(server) = 16),
            number   integer not null,
            snapshot blob    not null check (length(snapshot) = 16),
            at_ms    integer not null,
            evidence blob    not null check (length(evidence) > 31),
            primary key (team, server, number)
        ) strict;
        """,
        """
        -- What people are to be told, one row a happening, by the event of the journal that it is. room: 0 of the server's own entity, 1 of
        -- its backups'. content: sealed. told_at_ms: when deliveries were made of it; null before.
        create table notifications (
            team       blob    not null check (length(team) = 16),
            server     blob    not null check (length(server) = 16),
            room       integer not null,
            number     integer not null,
            at_ms      integer not null,
            content    blob    not null check (length(content) > 31),
            told_at_ms integer,
            primary key (team, server, room, number)
        ) strict, without rowid;
        create index notifications_new on notifications (at_ms) where told_at_ms is null;
        create index notifications_by_age on notifications (at_ms);

        -- One row a happening and channel. state: 0 to be sent, 1 taken, 2 given up. outcome: of the last attempt, a code.
        create table notification_deliveries (
            team       blob    not null check (length(team) = 16),
            server     blob    not null check (length(server) = 16),
            room       integer not null,
            number     integer not null,
            channel    blob    not null check (length(channel) = 16),
            state      integer not null,
            attempts   integer not null,
            due_at_ms  integer not null,
            last_at_ms integer,
            outcome    text,
            primary key (team, server, room, number, channel)
        ) strict, without rowid;
        create index notification_deliveries_due on notification_deliveries (due_at_ms) where state = 0;
        """,
        """
        -- How objects go: noticed, a week later marked, deleted, forgotten. The steps of a server's sweeps are numbered by its entity; what
        -- a row says of a step counts once the journal has that step.
        alter table backup_objects add column noticed_at_ms integer;
        alter table backup_objects add column noticed_by integer;
        alter table backup_objects add column marked_by integer;
        create index backup_objects_going on backup_objects (team, server) where noticed_by is not null;

        -- A snapshot expires, which can be taken back, and ends with the first of its objects that is marked.
        alter table backup_snapshots add column expired_at_ms integer;
        alter table backup_snapshots add column expired_by integer;
        alter table backup_snapshots add column expired_why integer;
        alter table backup_snapshots add column ended_by integer;

        create index backup_needs_by_object on backup_needs (team, server, kind, object, snapshot);

        -- When which server's vault is to be swept; one row each that has objects.
        create table backup_sweeps (
            team      blob    not null check (length(team) = 16),
            server    blob    not null check (length(server) = 16),
            due_at_ms integer not null,
            primary key (team, server)
        ) strict, without rowid;
        create index backup_sweeps_by_time on backup_sweeps (due_at_ms);
        insert into backup_sweeps (team, server, due_at_ms) select distinct team, server, 0 from backup_objects;
        """,
        """
        -- The vault refused to delete the object, and is not asked again before. Of no step: it tells of the vault, and nothing is decided
        -- by it but when to ask.
        alter table backup_objects add column held_until_ms integer;
        """,
    ];

    /// <summary>The version this program writes.</summary>
    public static int Current => Steps.Length;

    /// <summary>Brings a database up to <see cref="Current"/>.</summary>
    public static void Apply(SqliteConnection connection)
    {
        var version = Version(connection);
        if (version > Current)
            throw new StoreStartException(
                $"data.db has schema version {version}, this program knows {Current}: it was written by a newer HostAtlas. "
                + "Start that version, or restore a copy from before the upgrade.");
        if (version == 1)
            throw new StoreStartException(
                "data.db is of a build before the first release, which kept names and values in clear. Start with an empty data folder "
                + "(in a checkout: ./hostatlas clean).");
        for (; version < Current; version++)
        {
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
            command.CommandText = Steps[version] + $"\npragma user_version = {(version + 1).ToString(CultureInfo.InvariantCulture)};";
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    /// <summary>The version of a database; 0 for an empty one.</summary>
    public static int Version(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "pragma user_version";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
