-- Version 10: how backups go. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- Objects are noticed, a week later marked, deleted, forgotten. The steps of a server's sweeps are numbered by its entity; what a row says of
-- a step counts once the journal has that step.
alter table backup_objects add column noticed_at_ms bigint, add column noticed_by bigint, add column marked_by bigint;
create index backup_objects_going on backup_objects (team, server) where noticed_by is not null;

-- A snapshot expires, which can be taken back, and ends with the first of its objects that is marked.
alter table backup_snapshots add column expired_at_ms bigint, add column expired_by bigint, add column expired_why integer,
    add column ended_by bigint;

create index backup_needs_by_object on backup_needs (team, server, kind, object, snapshot);

-- When which server's vault is to be swept; one row each that has objects.
create table backup_sweeps (
    team      uuid   not null,
    server    uuid   not null,
    due_at_ms bigint not null,
    primary key (team, server)
);
create index backup_sweeps_by_time on backup_sweeps (due_at_ms);
alter table backup_sweeps enable row level security, force row level security;
create policy of_team on backup_sweeps for select to hostatlas_reader
    using (team = nullif(current_setting('hostatlas.team_id', true), '')::uuid);
create policy all_teams_backups on backup_sweeps to hostatlas_backups using (true) with check (true);

-- Row level security holds for the owner as well: what is there is listed under a policy that ends with this transaction.
create policy migration on backup_objects for select to hostatlas_owner using (true);
create policy migration on backup_sweeps to hostatlas_owner using (true) with check (true);
insert into backup_sweeps (team, server, due_at_ms) select distinct team, server, 0 from backup_objects;
drop policy migration on backup_objects;
drop policy migration on backup_sweeps;

-- From here on objects and what is needed are deleted as well: by retention, and with a server that was deleted.
grant delete on backup_objects, backup_needs to hostatlas_backups;
grant update (expired_at_ms, expired_by, expired_why, ended_by) on backup_snapshots to hostatlas_backups;
grant select, insert, update, delete on backup_sweeps to hostatlas_backups;

grant select (noticed_at_ms, noticed_by, marked_by) on backup_objects to hostatlas_reader;
grant select (expired_at_ms, expired_by, expired_why, ended_by) on backup_snapshots to hostatlas_reader;

insert into schema_version (version) values (10);
