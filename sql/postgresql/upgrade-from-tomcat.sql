-- Takes the six-column table of Apache Tomcat's documentation to the one of schema.sql, with the rows in it.
-- Safe to run twice, and while nodes with Tomcat's own DataSourceStore write to the table: no row is lost.
-- Run it in one transaction, e.g. psql --single-transaction -v ON_ERROR_STOP=1 -f upgrade-from-tomcat.sql
-- It holds an exclusive lock while it builds a key and four indexes (some seconds for a million rows); no row is
-- rewritten. Nodes that use the table look at it again when their next statement does not fit any more.

alter table tomcat_sessions add column if not exists version    bigint      not null default 0;
alter table tomcat_sessions add column if not exists base_version bigint     not null default 0;
alter table tomcat_sessions add column if not exists session_changes bytea;
alter table tomcat_sessions add column if not exists reap_after bigint      default 0;
alter table tomcat_sessions add column if not exists saved_at   timestamptz;  -- of older rows it is not known
alter table tomcat_sessions alter column saved_at set default clock_timestamp();
alter table tomcat_sessions add column if not exists ended_at   timestamptz;
alter table tomcat_sessions add column if not exists node       varchar(255);
alter table tomcat_sessions add column if not exists held       boolean     not null default false;
alter table tomcat_sessions add column if not exists user_name  varchar(255);
alter table tomcat_sessions add column if not exists binding_listener boolean not null default true;

-- Tomcat's documentation makes the id alone the key: two contexts with the same id then overwrite each other.
-- The wider key is valid for all rows that satisfied the narrower one.
update tomcat_sessions set app_name = '' where app_name is null;
do $$
begin
    if (select relkind from pg_class where oid = 'tomcat_sessions'::regclass) = 'r' then
        -- A partitioned table has none of its own.
        alter table tomcat_sessions set (fillfactor = 50, toast_tuple_target = 256);
    end if;
end
$$;

-- As in schema.sql; streams that are there already stay as they are.
do $$
begin
    if exists (select from pg_attribute a
                where attrelid = 'tomcat_sessions'::regclass and attname = any (parse_ident('session_data'))
                  and attstorage = 'x' and coalesce(to_jsonb(a) ->> 'attcompression', '') = '')
    then
        execute 'alter table tomcat_sessions alter column session_data set compression lz4';
    end if;
exception when syntax_error or feature_not_supported then
    execute 'alter table tomcat_sessions alter column session_data set storage external';
end
$$;

do $$
declare
    primary_key name;
    columns     text[];
begin
    select c.conname, array_agg(a.attname::text order by a.attname)
      into primary_key, columns
      from pg_constraint c
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
     where c.conrelid = 'tomcat_sessions'::regclass and c.contype = 'p'
     group by c.conname;
    if columns is distinct from (
        select array_agg((parse_ident(n))[1] order by (parse_ident(n))[1])
          from unnest(array['app_name', 'session_id']) n)
    then
        if primary_key is not null then
            execute format('alter table tomcat_sessions drop constraint %I', primary_key);
        end if;
        alter table tomcat_sessions add primary key (app_name, session_id);
    end if;
end
$$;

create index if not exists tomcat_sessions_reap on tomcat_sessions (app_name, reap_after);
create index if not exists tomcat_sessions_handle on tomcat_sessions
    (app_name, substring(sha256(replace(session_id, '\', '\\')::bytea) from 1 for 16));
create index if not exists tomcat_sessions_user on tomcat_sessions
    (app_name, user_name, substring(sha256(replace(session_id, '\', '\\')::bytea) from 1 for 16))
    where user_name is not null;
do $$
begin
    if pg_get_indexdef(to_regclass('tomcat_sessions_tombstone')) not like '%ended_at%' then
        drop index tomcat_sessions_tombstone;  -- of an earlier version of this script
    end if;
end
$$;
create index if not exists tomcat_sessions_tombstone on tomcat_sessions (app_name, ended_at) where valid_session = '0';

-- Of an empty table PostgreSQL has no statistics: for a look by key it then reads all of it, or takes any index that begins
-- with the context. A connection keeps such a plan until the first autoanalyze, and each look reads all sessions of the
-- context until then. Statistics of rows that are not there any more, and the pages that they leave, lead to the key.
do $$
begin
    if not exists (select from tomcat_sessions) then
        insert into tomcat_sessions (app_name, session_id, valid_session, max_inactive, last_access, session_data)
        select '', 'statistics ' || i, '1', 1800, 0, decode(repeat('00', 1800), 'hex') from generate_series(1, 40) i;
        analyze tomcat_sessions;
        delete from tomcat_sessions where app_name = '' and session_id like 'statistics %';
    else
        analyze tomcat_sessions;
    end if;
end
$$;

-- Optional, all of them: without them everything else works.

-- Who is there: a row for each node, context and start, written every 10 seconds. A console sees the whole cluster by it.
create table if not exists tomcat_sessions_nodes (
    app_name        varchar(255) collate "C" not null,
    node            text        not null,  -- the node's name, as in the column node of the sessions
    instance        text        not null,  -- random, another one with each start
    tomcat          text        not null,  -- version of the server
    store           text        not null,  -- version of the store
    coherence       text        not null,  -- strict or sticky
    max_idle_backup integer     not null,  -- seconds; -1: no backups
    window_ms       bigint,                -- how old an unsaved change gets when all is well; null: no limit
    started_at      timestamptz not null,
    heartbeat       timestamptz not null,  -- on the clock of the database
    node_time       bigint      not null,  -- ms; the node's own clock at the heartbeat
    live            bigint      not null,  -- sessions in memory
    at_risk         bigint      not null,  -- of them: the latest change is not in the table
    overdue         bigint      not null,
    failing         bigint      not null,
    oldest_unsaved  bigint,                -- ms since the oldest change that is not in the table; null: none
    listening       boolean     not null,
    stopped         boolean     not null default false,  -- it said that it stops
    failure         text,                  -- why the latest of the failing ones fails; empty: none does; null: not told
    primary key (app_name, node, instance)
) with (fillfactor = 50);
-- In a table of an earlier version nodes do not tell why saves fail.
do $$
begin
    alter table tomcat_sessions_nodes add column if not exists failure text;
exception when insufficient_privilege then
    raise notice 'only the owner of tomcat_sessions_nodes can add its column failure';
end
$$;

-- Whose request holds a session, for sessionLocking="cluster". Unlogged: leases are short, and end with a crash.
create unlogged table if not exists tomcat_sessions_locks (
    app_name   varchar(255) collate "C" not null,
    session_id varchar(255) collate "C" not null,
    owner      text                     not null,
    until      timestamptz              not null,  -- on the clock of the database
    primary key (app_name, session_id)
) with (fillfactor = 70);

-- What nodes did with their copies of sessions that an administrator ended. Unlogged: it is asked for within an hour.
create unlogged table if not exists tomcat_sessions_answers (
    app_name varchar(255) collate "C" not null,
    handle   text        not null,  -- of a session whose copy the node has ended; '': it has looked until then
    node     text        not null,
    instance text        not null,  -- as in tomcat_sessions_nodes
    at       timestamptz not null,  -- on the clock of the database
    primary key (app_name, handle, node, instance)
);

-- What administrators did to sessions: written by the console before, and completed after. No session id is in it.
create table if not exists tomcat_sessions_audit (
    id       uuid        primary key,
    begun_at timestamptz not null,
    ended_at timestamptz,           -- null: under way, or the console died over it
    who      text        not null,  -- the administrator
    address  text        not null,  -- where the request came from
    node     text        not null,  -- whose console it was
    action   text        not null,  -- invalidate and so on
    app_name text        not null,  -- the context
    scope    text        not null,  -- which sessions: handles, or a filter of the console
    reason   text        not null,  -- as the administrator wrote it; may be empty
    asked    integer     not null,  -- sessions
    done     integer     not null,
    failed   integer     not null,
    outcome  text,                  -- in a word; null: not known
    details  text        not null,  -- what happened on each node
    handles  text[]      not null   -- of the sessions, the first 1,000; a handle is no credential
);
create index if not exists tomcat_sessions_audited on tomcat_sessions_audit (begun_at, id);
