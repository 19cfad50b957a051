-- Version 5: a person's own sessions are listed and ended together. Run by hostatlas_owner in one transaction; never changed once released.
set local search_path = hostatlas, pg_temp;

create index sessions_by_user on sessions ("user");

insert into schema_version (version) values (5);
