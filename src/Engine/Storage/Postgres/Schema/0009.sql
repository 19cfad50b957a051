-- Version 9: what people are told. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- One row a happening, by the event of the journal that it is. room: 0 of the server's own entity, 1 of its backups'. content: sealed.
-- told_at_ms: when deliveries were made of it; null before.
create table notifications (
    team       uuid    not null,
    server     uuid    not null,
    room       integer not null,
    number     bigint  not null,
    at_ms      bigint  not null,
    content    bytea   not null check (length(content) > 31),
    told_at_ms bigint,
    primary key (team, server, room, number)
);
create index notifications_new on notifications (at_ms) where told_at_ms is null;
create index notifications_by_age on notifications (at_ms);

-- One row a happening and channel. state: 0 to be sent, 1 taken, 2 given up. outcome: of the last attempt, a code.
create table notification_deliveries (
    team       uuid    not null,
    server     uuid    not null,
    room       integer not null,
    number     bigint  not null,
    channel    uuid    not null,
    state      integer not null,
    attempts   integer not null,
    due_at_ms  bigint  not null,
    last_at_ms bigint,
    outcome    text,
    primary key (team, server, room, number, channel)
);
create index notification_deliveries_due on notification_deliveries (due_at_ms) where state = 0;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['notifications', 'notification_deliveries'] loop
        execute format('alter table %I enable row level security, force row level security', tenant);
        execute format('create policy of_team on %I for select to hostatlas_reader '
            'using (team = nullif(current_setting(''hostatlas.team_id'', true), '''')::uuid)', tenant);
        execute format('create policy all_teams_notifier on %I to hostatlas_notifier using (true) with check (true)', tenant);
    end loop;
    create policy all_teams_projector on notifications for insert to hostatlas_projector with check (true);
    create policy all_teams_reseal on notifications to hostatlas_reseal using (true) with check (true);
end
$$;

grant usage on schema hostatlas to hostatlas_notifier;
grant insert on notifications to hostatlas_projector;
grant select, update (told_at_ms), delete on notifications to hostatlas_notifier;
grant select, insert, update (state, attempts, due_at_ms, last_at_ms, outcome), delete on notification_deliveries to hostatlas_notifier;
grant select (team, server, room, number, content), update (content) on notifications to hostatlas_reseal;
grant select (channel, state, last_at_ms, outcome) on notification_deliveries to hostatlas_reader;

insert into schema_version (version) values (9);
