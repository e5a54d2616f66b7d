-- Takes the table of schema.sql, with the rows in it, to one with 16 partitions by a hash of the session's id: for 10
-- million sessions and more, where one table takes VACUUM too long and its indexes no longer fit in memory.
--
-- Run it as the owner of the table, in one transaction, e.g.
--   psql --single-transaction -v ON_ERROR_STOP=1 -f partition.sql
-- It copies all rows (about a minute per million of 8 kB) under an exclusive lock: no Tomcat saves or finds a session
-- meanwhile. Stop them, or do it before the table is large. It needs the room of the table once more until it commits.
-- Nothing has to be configured: the store sees the same table. Grants have to be given again.

set local lock_timeout = '30s';
lock table tomcat_sessions in access exclusive mode;

create table tomcat_sessions_new (like tomcat_sessions including defaults including storage)
    partition by hash (session_id);

do $$
begin
    -- What is compressed how is not among the things that all versions copy.
    if exists (select from pg_attribute a
                where attrelid = 'tomcat_sessions'::regclass and attname = 'session_data'
                  and to_jsonb(a) ->> 'attcompression' = 'l')
    then
        execute 'alter table tomcat_sessions_new alter column session_data set compression lz4';
    end if;
    for i in 0 .. 15 loop
        execute format('create table tomcat_sessions_p%s partition of tomcat_sessions_new'
                       || ' for values with (modulus 16, remainder %s)'
                       || ' with (fillfactor = 50, toast_tuple_target = 256)', i, i);
    end loop;
end
$$;

insert into tomcat_sessions_new select * from tomcat_sessions;

drop table tomcat_sessions;
alter table tomcat_sessions_new rename to tomcat_sessions;
alter table tomcat_sessions add primary key (app_name, session_id);
create index tomcat_sessions_reap on tomcat_sessions (app_name, reap_after);
create index tomcat_sessions_handle on tomcat_sessions
    (app_name, substring(sha256(replace(session_id, '\', '\\')::bytea) from 1 for 16));
create index tomcat_sessions_user on tomcat_sessions
    (app_name, user_name, substring(sha256(replace(session_id, '\', '\\')::bytea) from 1 for 16))
    where user_name is not null;
create index tomcat_sessions_tombstone on tomcat_sessions (app_name, ended_at) where valid_session = '0';

analyze tomcat_sessions;
