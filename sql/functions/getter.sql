-- Who is asking. The settings are local to a transaction and are set by
-- api.begin_request, or by api.begin_api_request for a program, alone. Without them every getter answers null and every
-- policy fails closed.
--
-- All getters but the two session_* functions have SQL-standard bodies: names
-- are bound when they are created, and the planner inlines them. Policies
-- still call them as (select f()), once per statement.

-- For a person in psql who only says app.current_user_id: the profile tells
-- the tenant. Only a session that row security does not bind gets an answer,
-- so this can neither widen what mainstay_app sees nor call itself.
create or replace function app.session_profile(out tenant_id uuid,
    out role text)
language plpgsql stable set search_path = ''
as $$
begin
    if pg_catalog.row_security_active('mainstay.profiles') then
        return;
    end if;
    select p.tenant_id, p.role into session_profile.tenant_id,
           session_profile.role
      from mainstay.profiles p
     where p.user_id = nullif(pg_catalog.current_setting(
               'app.current_user_id', true), '')::uuid
       and p.is_active
     order by p.last_used_at desc nulls last, p.created_at, p.tenant_id
     limit 1;
end
$$;

create or replace function app.tenant_of_session_user() returns uuid
language sql stable
return (select p.tenant_id from app.session_profile() p);

create or replace function app.role_of_session_user() returns text
language sql stable
return (select p.role from app.session_profile() p);

create or replace function app.current_tenant_id() returns uuid
language sql stable
return coalesce(
    nullif(pg_catalog.current_setting('app.current_tenant_id', true),
        '')::uuid,
    app.tenant_of_session_user());

create or replace function app.current_user_id() returns uuid
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.current_user_id', true),
    '')::uuid;

-- The key of a request that a program sent; there is no user then.
create or replace function app.current_key_id() returns uuid
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.current_key_id', true),
    '')::uuid;

-- Who the log names: a user or a key.
create or replace function app.current_actor_id() returns uuid
language sql stable parallel safe
return coalesce(app.current_user_id(), app.current_key_id());

create or replace function app.current_actor_kind() returns text
language sql stable parallel safe
return case when app.current_user_id() is not null then 'user'
    when app.current_key_id() is not null then 'key' else 'system' end;

-- Of the request of a browser or program; null in psql.
create or replace function app.current_request_id() returns text
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.current_request_id', true), '');

create or replace function app.requesting_user_id() returns uuid
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.current_user_id', true),
    '')::uuid;

create or replace function app.current_user_role() returns text
language sql stable
return coalesce(
    nullif(pg_catalog.current_setting('app.current_user_role', true), ''),
    app.role_of_session_user());

create or replace function app.role_rank(p_role text) returns integer
language sql immutable parallel safe
return case p_role
    when 'Viewer' then 1
    when 'Contributor' then 2
    when 'Practitioner' then 3
    when 'Tenant Admin' then 4
end;

-- True when the current role is at least p_role; null (so: no) when there is
-- no role or no such role.
create or replace function app.may(p_role text) returns boolean
language sql stable
return app.role_rank(app.current_user_role()) >= app.role_rank(p_role);

create or replace function app.is_tenant_admin() returns boolean
language sql stable
return coalesce(app.current_user_role() = 'Tenant Admin', false);

-- Ends the transaction unless the current role is at least p_role.
create or replace function app.require_role(p_role text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if app.may(p_role) is not true then
        raise exception using errcode = 'MS403',
            message = pg_catalog.format(
                'This needs the role %s; yours is %s.', p_role,
                coalesce(app.current_user_role(), 'none'));
    end if;
end
$$;

comment on function app.current_tenant_id() is
    'Tenant of this request; in psql, the tenant of app.current_user_id.';
comment on function app.may(text) is
    'Whether the role of this request is at least the given one.';

grant execute on function app.session_profile(), app.tenant_of_session_user(),
    app.role_of_session_user(), app.current_tenant_id(),
    app.current_user_id(), app.current_key_id(), app.current_actor_id(),
    app.current_actor_kind(), app.current_request_id(), app.requesting_user_id(), app.current_user_role(),
    app.role_rank(text), app.may(text), app.is_tenant_admin()
    to mainstay_app, mainstay_definer, mainstay_maint;
grant execute on function app.require_role(text)
    to mainstay_app, mainstay_definer;
