-- Version 3: the audit logs. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- A chain a team; entry and hash: sealed. mac: by a key that is derived from the root key root_id.
create table audit_entries (
    team   uuid   not null,
    number bigint not null check (number > 0),
    at_ms  bigint not null,
    entry  bytea  not null check (length(entry) > 63),
    primary key (team, number)
);
alter table audit_entries alter entry set storage external;
create index audit_entries_by_time on audit_entries (team, at_ms, number);

create table audit_heads (
    team    uuid   not null primary key,
    number  bigint not null,
    at_ms   bigint not null,
    hash    bytea  not null,
    root_id bigint not null,
    mac     bytea  not null check (length(mac) = 32)
);

-- A platform table: the last event of each entity, people among them, that the logs were told.
create table audit_told (
    entity text   collate "C" not null primary key,
    number bigint not null
);

-- A log is added to and nothing else, also by the owner; only sealing anew after a rotation of keys writes an entry's bytes again.
create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
    raise exception 'The audit log is only ever added to.' using errcode = 'insufficient_privilege';
end
$$;
revoke all on function refuse_change_of_audit() from public;
create trigger audit_entries_stay before delete or truncate on audit_entries
    for each statement execute function refuse_change_of_audit();
create trigger audit_entries_keep_their_place before update of team, number, at_ms on audit_entries
    for each statement execute function refuse_change_of_audit();

do $$
declare
    tenant text;
begin
    foreach tenant in array array['audit_entries', 'audit_heads'] loop
        execute format('alter table %I enable row level security, force row level security', tenant);
        execute format('create policy of_team on %I for select to hostatlas_reader '
            'using (team = nullif(current_setting(''hostatlas.team_id'', true), '''')::uuid)', tenant);
        execute format('create policy all_teams_projector on %I to hostatlas_projector using (true) with check (true)', tenant);
        execute format('create policy all_teams_reseal on %I to hostatlas_reseal using (true) with check (true)', tenant);
    end loop;
end
$$;

grant select (team, number), insert on audit_entries to hostatlas_projector;
grant select, insert, update on audit_heads, audit_told to hostatlas_projector;

grant select (team, number, at_ms, entry), update (entry) on audit_entries to hostatlas_reseal;
grant select (team, number, hash), update (hash) on audit_heads to hostatlas_reseal;

grant select (number, at_ms, entry) on audit_entries to hostatlas_reader;
grant select (number, at_ms, hash, root_id, mac) on audit_heads to hostatlas_reader;

-- The projection reads the journal from its beginning once more: rows know what is told again, the logs do not.
delete from projection;

insert into schema_version (version) values (3);
