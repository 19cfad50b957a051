-- Version 6: what event streams tell. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- The newest changes of each team, by a number of its own. change: sealed.
create table team_changes (
    team   uuid   not null,
    number bigint not null check (number > 0),
    at_ms  bigint not null,
    change bytea  not null,
    primary key (team, number)
);
alter table team_changes enable row level security, force row level security;
create policy of_team on team_changes for select to hostatlas_reader
    using (team = nullif(current_setting('hostatlas.team_id', true), '')::uuid);
create policy all_teams_projector on team_changes to hostatlas_projector using (true) with check (true);
create policy all_teams_reseal on team_changes to hostatlas_reseal using (true) with check (true);
create policy all_teams_platform on team_changes for select to hostatlas_platform using (true);

grant select (team, number), insert, delete on team_changes to hostatlas_projector;
grant select (team, number, at_ms, change), update (change) on team_changes to hostatlas_reseal;
-- How far each has come, for the streams that are open.
grant select (team, number, at_ms) on team_changes to hostatlas_platform;
grant select (number, at_ms, change) on team_changes to hostatlas_reader;

insert into schema_version (version) values (6);
