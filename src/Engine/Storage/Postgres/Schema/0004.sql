-- Version 4: when API keys were last used. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- Written at most once a minute a key. A use is no event: it changes nothing that the platform would answer.
create table key_uses (
    team            uuid   not null,
    key             uuid   not null,
    last_used_at_ms bigint not null,
    primary key (team, key)
);
alter table key_uses enable row level security, force row level security;
create policy of_team on key_uses for select to hostatlas_reader
    using (team = nullif(current_setting('hostatlas.team_id', true), '')::uuid);
create policy all_teams_platform on key_uses to hostatlas_platform using (true) with check (true);

grant select, insert, update on key_uses to hostatlas_platform;
grant select (key, last_used_at_ms) on key_uses to hostatlas_reader;

insert into schema_version (version) values (4);
