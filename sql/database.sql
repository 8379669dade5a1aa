-- What a Mainstay database needs before its first migration. Run inside the
-- database as a superuser; running it again (after a restore, say) is right:
-- a dump does not carry the privileges of the database itself.

do $$
begin
    execute format('revoke all on database %I from public',
        current_database());
    execute format('grant connect on database %I to mainstay_migrator, '
        'mainstay_app, mainstay_auth, mainstay_worker, mainstay_backup',
        current_database());
    -- Schema operator is open to superusers only; PostgreSQL leaves it out of
    -- the path of everybody else.
    execute format('alter database %I set search_path = operator, mainstay, '
        'app', current_database());
    execute format('alter database %I set timezone = %L', current_database(),
        'UTC');
end $$;

revoke all on schema public from public;

create schema if not exists mainstay authorization mainstay_owner;
create schema if not exists app authorization mainstay_owner;
create schema if not exists api authorization mainstay_definer;
create schema if not exists operator authorization mainstay_owner;

comment on schema mainstay is 'Tables, views and business functions.';
comment on schema app is 'Who is asking, and how things are written.';
comment on schema api is
    'Reviewed entry points that cross tenants, each granted to one role.';
comment on schema operator is
    'What an operator in psql sees first: narrowed to the tenant of '
    'app.current_user_id once that is set.';

revoke all on schema mainstay, app, api, operator from public;
grant usage on schema mainstay, app
    to mainstay_app, mainstay_definer, mainstay_maint;
grant usage on schema api to mainstay_app, mainstay_auth, mainstay_worker,
    mainstay_maint, mainstay_owner, mainstay_migrator;
-- api.make_partitions has to own what it adds to, so the owner may create it.
grant create on schema api to mainstay_owner;

-- An injected SELECT must not be able to change the tenant.
revoke execute on function pg_catalog.set_config(text, text, boolean)
    from public;
grant execute on function pg_catalog.set_config(text, text, boolean)
    to mainstay_definer, mainstay_migrator, mainstay_owner, mainstay_maint,
    mainstay_backup;

-- A large object made by a daemon would be outside every policy.
do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'pg_catalog'::regnamespace
           and proname ~ '^(lo_|loread$|lowrite$)'
    loop
        execute format('revoke execute on function %s from public',
            v_function);
    end loop;
end $$;

alter default privileges for role mainstay_owner
    revoke execute on functions from public;
alter default privileges for role mainstay_definer
    revoke execute on functions from public;
alter default privileges for role mainstay_maint
    revoke execute on functions from public;
