-- Version 7: log lines and inventories. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- One line a row, a partition a day. number: the line's place in its batch. line: source and text, sealed. The team leads the key, so that
-- a team's lines lie beside each other for whoever seals them anew.
create table log_lines (
    team      uuid    not null,
    server    uuid    not null,
    at_ms     bigint  not null,
    key       bigint  not null,
    number    integer not null,
    signature bigint  not null,
    line      bytea   not null,
    constraint log_lines_line_sealed check (length(line) > 31),
    constraint log_lines_key unique (team, server, at_ms, key, number)
) partition by range (at_ms);
alter table log_lines alter line set storage external;

-- Signatures of repeated sends of a stored batch, at its newest row.
create table log_retries (
    team      uuid   not null,
    server    uuid   not null,
    at_ms     bigint not null,
    key       bigint not null,
    signature bigint not null,
    primary key (team, server, at_ms, key, signature)
);
create index log_retries_by_age on log_retries (at_ms);

-- The latest of each server. signed_s and signature are the request's: an earlier one that comes again must not take its place.
create table inventories (
    team           uuid   not null,
    server         uuid   not null,
    received_at_ms bigint not null,
    signed_s       bigint not null,
    signature      bigint not null,
    inventory      bytea  not null check (length(inventory) > 31),
    primary key (team, server)
);
alter table inventories alter inventory set storage external;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['log_lines', 'log_retries', 'inventories'] loop
        execute format('alter table %I enable row level security, force row level security', tenant);
        execute format('create policy of_team on %I for select to hostatlas_reader '
            'using (team = nullif(current_setting(''hostatlas.team_id'', true), '''')::uuid)', tenant);
    end loop;
    foreach tenant in array array['log_lines', 'log_retries'] loop
        execute format('create policy all_teams_retention on %I to hostatlas_retention using (true)', tenant);
    end loop;
    foreach tenant in array array['log_lines', 'inventories'] loop
        execute format('create policy all_teams_reseal on %I to hostatlas_reseal using (true) with check (true)', tenant);
    end loop;
end
$$;

-- As the functions of version 1, for each of the tables that have partitions of days.
create function add_day(parent text, day integer) returns boolean
language plpgsql security definer set search_path = hostatlas, pg_temp as $$
declare
    partition text := parent || '_' || to_char(timestamp 'epoch' + day * interval '1 day', 'YYYYMMDD');
begin
    if parent not in ('metric_rows', 'log_lines') then
        raise exception 'There are no days of %.', parent using errcode = 'invalid_parameter_value';
    end if;
    if to_regclass('hostatlas.' || partition) is not null then
        return false;
    end if;
    perform pg_advisory_xact_lock(4801700113);
    -- The catalogue itself, not to_regclass: that may answer from a cache which a wait for an advisory lock does not refresh, and would not
    -- see the table that the other process has just made.
    if exists (select 1 from pg_catalog.pg_class where relname = partition and relnamespace = 'hostatlas'::regnamespace) then
        return false;
    end if;
    execute format('create table hostatlas.%I (like hostatlas.%I including all)', partition, parent);
    execute format('alter table hostatlas.%I enable row level security, force row level security', partition);
    execute format('alter table hostatlas.%I attach partition hostatlas.%I for values from (%s) to (%s)',
        parent, partition, day * 86400000::bigint, (day + 1) * 86400000::bigint);
    return true;
end
$$;

create function drop_day(parent text, day integer) returns boolean
language plpgsql security definer set search_path = hostatlas, pg_temp as $$
declare
    partition text := parent || '_' || to_char(timestamp 'epoch' + day * interval '1 day', 'YYYYMMDD');
begin
    if parent not in ('metric_rows', 'log_lines') then
        raise exception 'There are no days of %.', parent using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(4801700113);
    if not exists (select 1 from pg_catalog.pg_class where relname = partition and relnamespace = 'hostatlas'::regnamespace) then
        return false;
    end if;
    execute format('drop table hostatlas.%I', partition);
    return true;
end
$$;
revoke all on function add_day(text, integer), drop_day(text, integer) from public;
drop function add_metric_day(integer);
drop function drop_metric_day(integer);
grant execute on function add_day(text, integer) to hostatlas_ingest, hostatlas_retention;
grant execute on function drop_day(text, integer) to hostatlas_retention;

grant insert, select (team, server, at_ms, key, number, signature) on log_lines to hostatlas_ingest;
grant insert, select (server, at_ms, key, signature) on log_retries to hostatlas_ingest;
grant insert, select (team, server, signed_s), update (received_at_ms, signed_s, signature, inventory) on inventories to hostatlas_ingest;

grant select (at_ms) on log_lines to hostatlas_retention;
grant delete, select (ctid, at_ms) on log_retries to hostatlas_retention;

grant select (team, server, at_ms, key, number, line), update (line) on log_lines to hostatlas_reseal;
grant select (team, server, received_at_ms, inventory), update (inventory) on inventories to hostatlas_reseal;

grant select (server, at_ms, key, number, line) on log_lines to hostatlas_reader;
grant select (server, received_at_ms, signed_s, signature, inventory) on inventories to hostatlas_reader;

insert into schema_version (version) values (7);
