-- Version 2: backups. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- What a server has announced for its part of the vault: kind and object are the name, sha256 is of the ciphertext.
-- ticket_until_ms: when the last ticket given for it ends; 0 while it never had one.
create table backup_objects (
    team            uuid    not null,
    server          uuid    not null,
    kind            integer not null,
    object          uuid    not null,
    size            bigint  not null,
    sha256          bytea   not null check (length(sha256) = 32),
    ticket_until_ms bigint  not null,
    announced_at_ms bigint  not null,
    primary key (team, server, kind, object)
);
create index backup_tickets on backup_objects (team, server, ticket_until_ms);

-- Which objects a run, and later its snapshot, needs.
create table backup_needs (
    team     uuid    not null,
    server   uuid    not null,
    snapshot uuid    not null,
    kind     integer not null,
    object   uuid    not null,
    primary key (team, server, snapshot, kind, object)
);

-- A row counts once the journal has its commit: number is compared with the head's. gate: the agent's evidence, sealed.
create table backup_snapshots (
    team        uuid    not null,
    server      uuid    not null,
    number      bigint  not null,
    snapshot    uuid    not null,
    generation  integer not null,
    kind        integer not null,
    object      uuid    not null,
    fingerprint bytea   not null check (length(fingerprint) = 8),
    objects     integer not null,
    bytes       bigint  not null,
    at_ms       bigint  not null,
    gate        bytea,
    primary key (team, server, number)
);
create index backup_snapshots_by_id on backup_snapshots (team, server, snapshot);
alter table backup_snapshots alter gate set storage external;

-- When the entity of a server's backups must be woken at the latest.
create table backup_due (
    team      uuid   not null,
    server    uuid   not null,
    due_at_ms bigint not null,
    primary key (team, server)
);
create index backup_due_by_time on backup_due (due_at_ms);

do $$
declare
    tenant text;
begin
    foreach tenant in array array['backup_objects', 'backup_needs', 'backup_snapshots', 'backup_due'] loop
        execute format('alter table %I enable row level security, force row level security', tenant);
        execute format('create policy of_team on %I for select to hostatlas_reader '
            'using (team = nullif(current_setting(''hostatlas.team_id'', true), '''')::uuid)', tenant);
        execute format('create policy all_teams_backups on %I to hostatlas_backups using (true) with check (true)', tenant);
    end loop;
    create policy all_teams_reseal on backup_snapshots to hostatlas_reseal using (true) with check (true);
end
$$;

-- Objects and what is needed are never deleted here, and a snapshot's row only in favour of another one of its number.
grant usage on schema hostatlas to hostatlas_backups;
grant select, insert, update on backup_objects to hostatlas_backups;
grant select, insert on backup_needs to hostatlas_backups;
grant select, insert, delete on backup_snapshots to hostatlas_backups;
grant select, insert, update, delete on backup_due to hostatlas_backups;

grant select (server, kind, object, size, sha256, ticket_until_ms) on backup_objects to hostatlas_reader;
grant select (server, snapshot, kind, object) on backup_needs to hostatlas_reader;
grant select (server, number, snapshot, generation, kind, object, fingerprint, objects, bytes, at_ms) on backup_snapshots
    to hostatlas_reader;

grant select (team, server, number, at_ms, gate), update (gate) on backup_snapshots to hostatlas_reseal;

insert into schema_version (version) values (2);
