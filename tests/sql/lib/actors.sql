-- actors.sql - who acts in a test.
--
-- A test connects as a superuser and then becomes somebody.  sign_in()
-- makes a session through the sign-in pool's own function and opens a
-- request as mainstay_app, exactly as the program does: what the test sees
-- afterwards is what a person sees.  as_operator() is the superuser again.

create schema test;
grant usage on schema test, tap to public;

create function test.as_operator() returns void
language plpgsql as $$
begin
    execute 'reset role';
    perform pg_catalog.set_config(s, '', true)
    from unnest(array['app.current_tenant_id', 'app.current_user_id',
        'app.current_key_id', 'app.current_user_role',
        'app.current_request_id']) s;
end $$;

-- A role of the database with no request open.
create function test.as_role(p_role text) returns void
language plpgsql as $$
begin
    perform test.as_operator();
    execute format('set local role %I', p_role);
end $$;

create function test.tenant(p_slug text) returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
    return (select t.id from mainstay.tenants t where t.slug = p_slug);
end $$;

create function test.person(p_email text) returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
    return (select u.id from mainstay.users u where u.email = p_email);
end $$;

-- A new session, and what the cookie's token would carry of it.
create function test.session(p_email text, p_slug text default null)
returns bytea
language plpgsql as $$
declare
    id bytea := sha256(gen_random_uuid()::text::bytea);
    tenant uuid;
begin
    perform test.as_operator();
    select p.tenant_id into strict tenant
    from mainstay.profiles p
    join mainstay.tenants t on t.id = p.tenant_id
    where p.user_id = test.person(p_email)
        and (p_slug is null or t.slug = p_slug)
    order by p.tenant_id limit 1;
    execute 'set local role mainstay_auth';
    perform api.create_session(id, test.person(p_email), tenant,
        '192.0.2.1', 'pgTAP');
    perform test.as_operator();
    return id;
end $$;

create function test.sign_in(p_email text, p_slug text default null,
    p_request text default null)
returns void
language plpgsql as $$
declare
    id bytea := test.session(p_email, p_slug);
begin
    execute 'set local role mainstay_app';
    perform api.begin_request(id, p_request);
end $$;

-- The application without a request: no session, nobody.
create function test.sign_out() returns void
language plpgsql as $$
begin
    perform test.as_role('mainstay_app');
end $$;

-- The rows that a statement touches, or its error code; undone in any case.
create function test.outcome(p_sql text) returns text
language plpgsql as $$
declare
    n bigint;
begin
    execute p_sql;
    get diagnostics n = row_count;
    raise exception using errcode = 'TT000', message = n::text;
exception when others then
    if sqlstate = 'TT000' then
        return sqlerrm;
    end if;
    return sqlstate;
end $$;

-- The number of rows of a query, whoever asks.
create function test.rows(p_sql text) returns bigint
language plpgsql as $$
declare
    n bigint;
begin
    execute format('select count(*) from (%s) q', p_sql) into n;
    return n;
end $$;
