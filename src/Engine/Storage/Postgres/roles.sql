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
        'owner', 'journal', 'platform', 'ingest', 'projector', 'rollup', 'retention', 'reseal', 'backups',
        'notifier', 'reader'] loop
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
    hostatlas_reseal, hostatlas_backups, hostatlas_notifier, hostatlas_reader to :"login";

-- The owner makes the schemas; nobody else makes anything, not even temporary tables.
revoke all on database :"database" from public;
grant create on database :"database" to hostatlas_owner;
grant connect on database :"database" to :"login";

-- A reader's transaction names its team by a setting, and a connection its role by another one. No statement may change either from inside:
-- set_config (also behind the update rule of pg_settings) and an anonymous block in PL/pgSQL are the ways of a statement to SET. Nor may it
-- leave anything behind: large objects can be made by everybody, before PostgreSQL 16 also in a transaction that only reads.
-- This concerns this database alone. pg_dump calls set_config: who dumps without being a superuser needs it granted.
revoke execute on function pg_catalog.set_config(text, text, boolean) from public;
revoke update on pg_catalog.pg_settings from public;
revoke usage on language plpgsql from public;
grant usage on language plpgsql to hostatlas_owner;
revoke execute on function pg_catalog.lo_create(oid), pg_catalog.lo_creat(integer), pg_catalog.lo_from_bytea(oid, bytea),
    pg_catalog.lo_put(oid, bigint, bytea), pg_catalog.lowrite(integer, bytea), pg_catalog.lo_truncate(integer, integer),
    pg_catalog.lo_truncate64(integer, bigint), pg_catalog.lo_unlink(oid) from public;
