-- Version 8: what made chains of backups suspect or frozen. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- evidence: as the agent told it, sealed. The newest few of each server. A row counts once the journal has its event: number is compared
-- with what the entity counted.
create table backup_evidence (
    team     uuid   not null,
    server   uuid   not null,
    number   bigint not null,
    snapshot uuid   not null,
    at_ms    bigint not null,
    evidence bytea  not null check (length(evidence) > 31),
    primary key (team, server, number)
);
alter table backup_evidence alter evidence set storage external;

alter table backup_evidence enable row level security, force row level security;
create policy of_team on backup_evidence for select to hostatlas_reader
    using (team = nullif(current_setting('hostatlas.team_id', true), '')::uuid);
create policy all_teams_backups on backup_evidence to hostatlas_backups using (true) with check (true);
create policy all_teams_reseal on backup_evidence to hostatlas_reseal using (true) with check (true);

grant select, insert, delete on backup_evidence to hostatlas_backups;
grant select (server, number, snapshot, at_ms, evidence) on backup_evidence to hostatlas_reader;
grant select (team, server, number, at_ms, evidence), update (evidence) on backup_evidence to hostatlas_reseal;

insert into schema_version (version) values (8);
