-- Version 11: what a bucket's lock keeps. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

-- The vault refused to delete the object, and is not asked again before. Of no step: it tells of the vault, and nothing is decided by it but
-- when to ask.
alter table backup_objects add column held_until_ms bigint;
grant select (held_until_ms) on backup_objects to hostatlas_reader;

insert into schema_version (version) values (11);
