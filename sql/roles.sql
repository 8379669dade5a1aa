-- The roles of a Mainstay cluster. Run once per cluster as a superuser, before
-- the database is created; running it again restores every attribute.
--
-- No role has a password: daemons connect over the Unix socket and are
-- recognised by the operating system (peer authentication with an ident map).
--
--   mainstay_owner     owns the tables; never logs in; sees no row (forced RLS)
--   mainstay_definer   owns the entry points of schema api
--   mainstay_maint     backfills, demo, erasure: reachable from migrator only
--   mainstay_migrator  becomes one of the three above, for mainstay-admin
--   mainstay_app       page and API workers
--   mainstay_auth      the sign-in pool
--   mainstay_worker    deliveries and scheduled work
--   mainstay_backup    pg_dump; the only role that bypasses row security

do $$
declare
    v_role text;
begin
    foreach v_role in array array['owner', 'definer', 'maint', 'migrator',
        'app', 'auth', 'worker', 'backup']
    loop
        if not exists (select from pg_roles
                        where rolname = 'mainstay_' || v_role) then
            execute format('create role %I', 'mainstay_' || v_role);
        end if;
    end loop;
end $$;

alter role mainstay_owner nologin nosuperuser nobypassrls nocreatedb
    nocreaterole noreplication noinherit;
alter role mainstay_definer nologin nosuperuser nobypassrls nocreatedb
    nocreaterole noreplication noinherit;
alter role mainstay_maint nologin nosuperuser nobypassrls nocreatedb
    nocreaterole noreplication noinherit;
alter role mainstay_migrator login nosuperuser nobypassrls nocreatedb
    nocreaterole noreplication noinherit connection limit 4;
alter role mainstay_app login nosuperuser nobypassrls nocreatedb
    nocreaterole noreplication noinherit connection limit 64;
alter role mainstay_auth login nosuperuser nobypassrls nocreatedb
    nocreaterole noreplication noinherit connection limit 8;
alter role mainstay_worker login nosuperuser nobypassrls nocreatedb
    nocreaterole noreplication noinherit connection limit 32;
alter role mainstay_backup login nosuperuser bypassrls nocreatedb
    nocreaterole noreplication inherit connection limit 2;

grant mainstay_owner, mainstay_definer, mainstay_maint to mainstay_migrator;
grant pg_read_all_data to mainstay_backup;

-- A request that waits is a request that fails: a page has five seconds.
do $$
declare
    v_role text;
begin
    foreach v_role in array array['mainstay_app', 'mainstay_auth',
        'mainstay_worker']
    loop
        execute format('alter role %I set statement_timeout = %L', v_role,
            '5s');
        execute format('alter role %I set lock_timeout = %L', v_role, '2s');
        execute format('alter role %I set '
            'idle_in_transaction_session_timeout = %L', v_role, '10s');
    end loop;
end $$;
alter role mainstay_backup set default_transaction_read_only = on;

-- Pages run the same prepared statements all day. Their plans are made once,
-- for any tenant: planning anew costs more than most of them take to run.
alter role mainstay_app set plan_cache_mode = force_generic_plan;
alter role mainstay_app set jit = off;
-- Tables in use are in memory or on flash: a page out of order costs little.
alter role mainstay_app set random_page_cost = 1.1;

comment on role mainstay_owner is
    'Owns the tables of Mainstay; forced row security hides every row from it.';
comment on role mainstay_definer is
    'Owns the SECURITY DEFINER entry points of schema api.';
comment on role mainstay_maint is
    'Backfills, demo and erasure; reachable from mainstay_migrator only.';
comment on role mainstay_migrator is
    'mainstay-admin: becomes owner, definer or maint, is nothing by itself.';
comment on role mainstay_app is 'Page and API workers of Mainstay.';
comment on role mainstay_auth is 'Sign-in pool of Mainstay.';
comment on role mainstay_worker is 'Delivery worker of Mainstay.';
comment on role mainstay_backup is
    'pg_dump of Mainstay; the only role that bypasses row security.';
