-- The roles of HostAtlas on a PostgreSQL server: run once by a superuser, before the platform's first start, and again after an upgrade that
-- says so. It changes nothing that is right already.
--   psql -v login=hostatlas -v database=hostatlas -f roles.sql
-- login: the platform's own login (it must exist); database: its database (it must exist).
--
-- The platform signs in as one login without rights of its own and takes a role for each kind of work. Only row level security stands
-- between the teams, so none of these may be a superuser, and only ingest passes it by (COPY cannot be used under it); ingest cannot read
-- what it wrote.
do $$
declare
    wanted text;
begin
    -- Roles belong to the server, not to a database: two platforms on one server may run this at the same time.
    perform pg_advisory_xact_lock(4801700112);
    foreach wanted in array array[
        'owner', 'journal', 'platform', 'ingest', 'projector', 'rollup', 'retention', 'reseal', 'backups', 'reader'] loop
        if not exists (select 1 from pg_roles where rolname = 'hostatlas_' || wanted) then
            begin
                execute format('create role %I nologin noinherit', 'hostatlas_' || wanted);
            exception when duplicate_object or unique_violation then
                null;
            end;
        end if;
    end loop;
    if not (select rolbypassrls from pg_roles where rolname = 'hostatlas_ingest') then
        alter role hostatlas_ingest bypassrls;
    end if;
end
$$;

-- NOINHERIT: without a role the login may do nothing, so a connection that forgot its role fails instead of seeing more.
alter role :"login" noinherit;
grant hostatlas_owner, hostatlas_journal, hostatlas_platform, hostatlas_ingest, hostatlas_projector, hostatlas_rollup, hostatlas_retention,
    hostatlas_reseal, hostatlas_backups, hostatlas_reader to :"login";

-- The owner makes the schemas; nobody else makes anything, not even temporary tables.
revoke all on database :"database" from public;
grant create on database :"database" to hostatlas_owner;
grant connect on database :"database" to :"login";
