-- Version 1. Run by hostatlas_owner in one transaction; never changed once released.
--
-- Ids are uuid, times are Unix milliseconds. names, name, vals, block, sealed and wrapped are ciphertext: the database sees ids, times and
-- sizes.
create schema hostatlas;
set local search_path = hostatlas, pg_temp;

create table schema_version (
    version    integer     not null primary key,
    applied_at timestamptz not null default now()
);

-- One report a row, a partition a day (add_metric_day). The team is not in the key: a server's id is random and belongs to one team.
create table metric_rows (
    team      uuid   not null,
    server    uuid   not null,
    at_ms     bigint not null,
    key       bigint not null,
    signature bigint not null,
    set_id    bigint not null,
    vals      bytea  not null,
    constraint metric_rows_vals_sealed check (length(vals) > 31),
    constraint metric_rows_key unique (server, at_ms, key)
) partition by range (at_ms);
-- Ciphertext does not compress: trying to would cost the writer time and gain nothing.
alter table metric_rows alter vals set storage external;

-- Signatures of repeated sends of a stored batch, at its newest row: the first send's signature lies with the rows themselves.
create table metric_retries (
    team      uuid   not null,
    server    uuid   not null,
    at_ms     bigint not null,
    key       bigint not null,
    signature bigint not null,
    primary key (team, server, at_ms, key, signature)
);
create index metric_retries_by_age on metric_retries (at_ms);

-- The ordered names of a report's values, once a server. used_day: the last day it was used, for retention.
create table metric_sets (
    team     uuid    not null,
    server   uuid    not null,
    set_id   bigint  not null,
    count    integer not null,
    names    bytea   not null,
    used_day integer not null,
    primary key (team, server, set_id)
);
alter table metric_sets alter names set storage external;
create index metric_sets_by_use on metric_sets (used_day);

-- Roll-ups: an hour of one-minute points a row, and one point an hour a row, of all names of set_id.
create table metric_minutes (
    team    uuid   not null,
    server  uuid   not null,
    hour_ms bigint not null,
    set_id  bigint not null,
    block   bytea  not null,
    primary key (team, server, hour_ms)
);
alter table metric_minutes alter block set storage external;

create table metric_hours (
    team    uuid   not null,
    server  uuid   not null,
    hour_ms bigint not null,
    set_id  bigint not null,
    block   bytea  not null,
    primary key (team, server, hour_ms)
);
alter table metric_hours alter block set storage external;

-- Hours that a late report changed: to be rolled up again. stamp: drawn anew by each mark, so that one made meanwhile is not lost.
create table metric_marks (
    team    uuid   not null,
    server  uuid   not null,
    hour_ms bigint not null,
    stamp   bigint not null,
    primary key (team, server, hour_ms)
);

create index metric_marks_by_hour on metric_marks (hour_ms);
create index metric_minutes_by_age on metric_minutes (hour_ms);
create index metric_hours_by_age on metric_hours (hour_ms);

-- Boundaries. closed: every hour before is rolled up, unless it is marked. raw, minutes, hours: what is older has been given up.
create table rollup_progress (
    name              text   not null primary key,
    closed_through_ms bigint not null
);

-- Told by the projection from the journal. entity_seq: the last event of the row's entity that the row knows.
create table servers (
    team            uuid   not null,
    server          uuid   not null,
    name            bytea  not null,
    created_at_ms   bigint not null,
    first_report_ms bigint,
    silent_since_ms bigint,
    entity_seq      bigint not null,
    primary key (team, server)
);
create index servers_by_age on servers (team, created_at_ms, server);
-- Presence loads its servers by the last hex digit of their ids, sixteen slices of all teams.
create index servers_by_slice on servers ((get_byte(uuid_send(server), 15) & 15)) where first_report_ms is not null;

create table teams (
    team          uuid   not null primary key,
    name          bytea  not null,
    founded_at_ms bigint not null,
    plan          integer,
    entity_seq    bigint not null
);

create table projection (
    name     text   not null primary key,
    "offset" bigint not null
);

-- The teams' data keys, wrapped by a root key, which no database has.
create table team_keys (
    team            uuid    not null,
    number          integer not null check (number between 1 and 65535),
    root_id         bigint  not null,
    wrapped         bytea   not null,
    made_at_ms      bigint  not null,
    destroyed_at_ms bigint,
    primary key (team, number)
);

-- Sessions belong to people, not to teams. The id is a hash, the payload is sealed.
create table sessions (
    id_hash         bytea  not null primary key check (length(id_hash) = 32),
    "user"          uuid   not null,
    created_at_ms   bigint not null,
    last_used_at_ms bigint not null,
    expires_at_ms   bigint not null,
    sealed          bytea  not null
);
create index sessions_by_expiry on sessions (expires_at_ms);

-- Between the teams: a reader sees the rows of the team that its transaction names, and none when it names none (the setting is empty
-- again after a transaction that set it). Work of the platform's own sees all teams, by a policy and not by an attribute, so that it does
-- so in these tables and nowhere else. FORCE: the owner too sees nothing.
do $$
declare
    tenant text;
begin
    foreach tenant in array array[
        'metric_rows', 'metric_retries', 'metric_sets', 'metric_minutes', 'metric_hours', 'metric_marks', 'servers', 'teams'] loop
        execute format('alter table %I enable row level security, force row level security', tenant);
        execute format('create policy of_team on %I for select to hostatlas_reader '
            'using (team = nullif(current_setting(''hostatlas.team_id'', true), '''')::uuid)', tenant);
    end loop;
    foreach tenant in array array[
        'metric_rows', 'metric_sets', 'metric_minutes', 'metric_hours', 'metric_marks'] loop
        execute format('create policy all_teams_rollup on %I to hostatlas_rollup using (true) with check (true)', tenant);
    end loop;
    foreach tenant in array array[
        'metric_rows', 'metric_retries', 'metric_sets', 'metric_minutes', 'metric_hours', 'metric_marks'] loop
        execute format('create policy all_teams_retention on %I to hostatlas_retention using (true)', tenant);
    end loop;
    foreach tenant in array array['metric_rows', 'metric_sets', 'metric_minutes', 'metric_hours', 'servers', 'teams'] loop
        execute format('create policy all_teams_reseal on %I to hostatlas_reseal using (true) with check (true)', tenant);
    end loop;
    foreach tenant in array array['servers', 'teams'] loop
        execute format('create policy all_teams_projector on %I to hostatlas_projector using (true) with check (true)', tenant);
    end loop;
end
$$;

-- A partition is closed for everybody before it becomes one: asked for by its own name it would show every team's rows. ATTACH and not
-- PARTITION OF, which would wait for every reader and writer of metric_rows.
create function add_metric_day(day integer) returns boolean
language plpgsql security definer set search_path = hostatlas, pg_temp as $$
declare
    partition text := 'metric_rows_' || to_char(timestamp 'epoch' + day * interval '1 day', 'YYYYMMDD');
begin
    if to_regclass('hostatlas.' || partition) is not null then
        return false;
    end if;
    perform pg_advisory_xact_lock(4801700113);
    -- The catalogue itself, not to_regclass: that may answer from a cache which a wait for an advisory lock does not refresh, and would not
    -- see the table that the other process has just made.
    if exists (select 1 from pg_catalog.pg_class where relname = partition and relnamespace = 'hostatlas'::regnamespace) then
        return false;
    end if;
    execute format('create table hostatlas.%I (like hostatlas.metric_rows including all)', partition);
    execute format('alter table hostatlas.%I enable row level security, force row level security', partition);
    execute format('alter table hostatlas.metric_rows attach partition hostatlas.%I for values from (%s) to (%s)',
        partition, day * 86400000::bigint, (day + 1) * 86400000::bigint);
    return true;
end
$$;

-- Drops a day's partition; false when there is none.
create function drop_metric_day(day integer) returns boolean
language plpgsql security definer set search_path = hostatlas, pg_temp as $$
declare
    partition text := 'metric_rows_' || to_char(timestamp 'epoch' + day * interval '1 day', 'YYYYMMDD');
begin
    perform pg_advisory_xact_lock(4801700113);
    if not exists (select 1 from pg_catalog.pg_class where relname = partition and relnamespace = 'hostatlas'::regnamespace) then
        return false;
    end if;
    execute format('drop table hostatlas.%I', partition);
    return true;
end
$$;
revoke all on function add_metric_day(integer), drop_metric_day(integer) from public;

create schema journal;

-- As Akka.Persistence.Sql 1.5 names its columns, without the indexes that nothing here reads by.
create table journal.journal (
    ordering        bigint  generated always as identity primary key,
    created         bigint  not null,
    deleted         boolean not null,
    persistence_id  text    collate "C" not null,
    sequence_number bigint  not null,
    message         bytea   not null,
    tags            text,
    manifest        text,
    identifier      integer,
    writer_uuid     text,
    constraint journal_entity_key unique (persistence_id, sequence_number)
);

create table journal.snapshot (
    persistence_id  text   collate "C" not null,
    sequence_number bigint not null,
    created         bigint not null,
    snapshot        bytea,
    manifest        text,
    serializer_id   integer,
    primary key (persistence_id, sequence_number)
);

-- Who may do what. The reader is given columns, not tables: a signature or a team is none of a person's business.
grant usage on schema hostatlas to hostatlas_platform, hostatlas_ingest, hostatlas_projector, hostatlas_rollup, hostatlas_retention,
    hostatlas_reseal, hostatlas_reader;
grant usage on schema journal to hostatlas_journal, hostatlas_reseal;

grant select, insert, update, delete on journal.journal, journal.snapshot to hostatlas_journal;

grant select, insert, update, delete on sessions, team_keys to hostatlas_platform;

grant insert, select (server, at_ms, key, signature) on metric_rows to hostatlas_ingest;
grant insert, select (server, at_ms, key, signature) on metric_retries to hostatlas_ingest;
grant insert, select (team, server, set_id, names, used_day), update (used_day) on metric_sets to hostatlas_ingest;
grant insert, select (team, server, hour_ms, stamp), update (stamp) on metric_marks to hostatlas_ingest;
grant execute on function add_metric_day(integer) to hostatlas_ingest, hostatlas_retention;

grant select, insert, update, delete on servers, teams, projection to hostatlas_projector;

grant select (team, server, at_ms, key, set_id, vals) on metric_rows to hostatlas_rollup;
grant insert, select (team, server, set_id, count, names, used_day), update (used_day) on metric_sets to hostatlas_rollup;
grant select, insert, update, delete on metric_minutes, metric_hours, metric_marks, rollup_progress to hostatlas_rollup;

grant select (at_ms) on metric_rows to hostatlas_retention;
grant delete, select (ctid, at_ms) on metric_retries to hostatlas_retention;
grant delete, select (ctid, used_day) on metric_sets to hostatlas_retention;
grant delete, select (ctid, hour_ms) on metric_minutes, metric_hours to hostatlas_retention;
grant delete, select (hour_ms) on metric_marks to hostatlas_retention;
grant select on rollup_progress to hostatlas_retention;
grant execute on function drop_metric_day(integer) to hostatlas_retention;

grant select (team, server, at_ms, key, set_id, vals), update (vals) on metric_rows to hostatlas_reseal;
grant select (team, server, set_id, names), update (names) on metric_sets to hostatlas_reseal;
grant select (team, server, hour_ms, set_id, block), update (block) on metric_minutes, metric_hours to hostatlas_reseal;
grant select (team, server, name), update (name) on servers to hostatlas_reseal;
grant select (team, name), update (name) on teams to hostatlas_reseal;
grant select (persistence_id, sequence_number, message), update (message) on journal.journal to hostatlas_reseal;
grant select (persistence_id, sequence_number, snapshot), update (snapshot) on journal.snapshot to hostatlas_reseal;

grant select (server, at_ms, key, set_id, vals) on metric_rows to hostatlas_reader;
grant select (server, set_id, count, names) on metric_sets to hostatlas_reader;
grant select (server, hour_ms, set_id, block) on metric_minutes, metric_hours to hostatlas_reader;
grant select (server, hour_ms) on metric_marks to hostatlas_reader;
grant select (server, name, created_at_ms, first_report_ms, silent_since_ms) on servers to hostatlas_reader;
grant select (name, closed_through_ms) on rollup_progress to hostatlas_reader;

insert into schema_version (version) values (1);
