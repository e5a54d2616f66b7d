-- The session table of Session Admin, for PostgreSQL 12 and later. Safe to run twice.
--
-- The first six columns are those of Apache Tomcat's documentation, with the same meaning: Tomcat's own
-- DataSourceStore can read and write this table. Every other column has a default, so that a row written by
-- Tomcat's own store is complete. Narrow columns stand in front of session_data: an update that leaves the data
-- alone then writes few bytes of WAL.

create table if not exists tomcat_sessions (
    app_name      varchar(255) collate "C" not null,  -- /Engine/host/context, with ##version where there is one
    session_id    varchar(255) collate "C" not null,  -- a credential: whoever has it is the visitor
    valid_session char(1)                  not null,  -- '1', or '0' for a tombstone: nobody may save this id again
    max_inactive  integer                  not null,  -- seconds; 0 and less: the session never expires
    last_access   bigint                   not null,  -- milliseconds since 1970-01-01 UTC

    version       bigint                   not null default 0,  -- another one after each save; 0: saved by Tomcat's own store;
                                                      -- -1: a tombstone that an administrator left
    reap_after    bigint                   default 0,  -- ms; no sweep has to look at the row before; null: never
    saved_at      timestamptz              default clock_timestamp(),  -- null: not known
    ended_at      timestamptz,                        -- of a tombstone: when it was written; null: by hand
    node          varchar(255),                       -- the Tomcat that saved the row last; of a tombstone: that told
                                                      -- the listeners, null: nobody has yet
    held          boolean                  not null default false,  -- that Tomcat has the session in memory
    user_name     varchar(255),                       -- who is logged in, where Tomcat knows

    binding_listener boolean               not null default true,  -- an attribute is to be told of the end, so a sweep
                                                      -- reads the session; true also where that is not known

    base_version  bigint                   not null default 0,  -- the version that session_data was written with
    session_changes bytea,                            -- what differs from session_data since, a session stream too, and
                                                      -- newer; empty: nothing, null: nothing, and write all next time

    session_data  bytea,                              -- Tomcat's session stream; empty in a tombstone
    primary key (app_name, session_id)
) with (fillfactor = 50, toast_tuple_target = 256);

-- A stream of more than 2 kB stands outside of the row, so that an access writes little and stays HOT. PostgreSQL's old
-- compression takes longer over it than all the rest of a save: lz4 where the server has it (PostgreSQL 14, as most are
-- built), else none. What an administrator has chosen for the column stays.
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

-- Sweeps for expired sessions. reap_after is a lower bound that an access does not move: touches stay HOT.
create index if not exists tomcat_sessions_reap on tomcat_sessions (app_name, reap_after);

-- Look-up and paging by handle, the one-way name of a session (see docs/store.md).
create index if not exists tomcat_sessions_handle on tomcat_sessions
    (app_name, substring(sha256(replace(session_id, '\', '\\')::bytea) from 1 for 16));

-- The sessions of a user, in the order of their handles. No access changes the name: touches stay HOT.
create index if not exists tomcat_sessions_user on tomcat_sessions
    (app_name, user_name, substring(sha256(replace(session_id, '\', '\\')::bytea) from 1 for 16))
    where user_name is not null;

-- Counts the tombstones, and finds the latest ones: each logout has other nodes look.
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
