-- role: mainstay_definer
--
-- Sessions of signed-in people. A session is known by the SHA-256 of the
-- secret in the cookie; nobody but these functions reads the table.

-- First statement of every request of a signed-in person: checks session,
-- user, profile and tenant as they are now, and sets the context that row
-- security reads. Writes nothing, so it fits a READ ONLY transaction.
drop function if exists api.begin_request(bytea);
drop function if exists api.begin_request(bytea, text);
create or replace function api.begin_request(p_session bytea,
    p_request text default null)
returns table (user_id uuid, tenant_id uuid, role text, user_name text,
    user_email text, initials text, tenant_name text, tenant_slug text,
    may_write boolean, may_contribute boolean, is_admin boolean,
    open_alerts integer, other_tenants integer, touch boolean,
    has_shortcuts boolean, is_sidebar_narrow boolean, is_compact boolean)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    select s.user_id, s.tenant_id, p.role, p.full_name, p.email, t.name,
           t.slug, s.last_seen_at < now() - interval '5 minutes',
           (select count(*) from mainstay.profiles o
              join mainstay.tenants ot on ot.id = o.tenant_id
                                      and ot.is_active
             where o.user_id = s.user_id and o.is_active
               and o.tenant_id <> s.tenant_id),
           u.has_shortcuts, u.is_sidebar_narrow, u.is_compact
      into begin_request.user_id, begin_request.tenant_id,
           begin_request.role, begin_request.user_name,
           begin_request.user_email, begin_request.tenant_name,
           begin_request.tenant_slug, begin_request.touch,
           begin_request.other_tenants, begin_request.has_shortcuts,
           begin_request.is_sidebar_narrow, begin_request.is_compact
      from mainstay.sessions s
      join mainstay.users u on u.id = s.user_id and u.is_active
      join mainstay.tenants t on t.id = s.tenant_id and t.is_active
      join mainstay.profiles p on p.tenant_id = s.tenant_id
                              and p.user_id = s.user_id and p.is_active
     where s.id = p_session and s.revoked_at is null
       and s.expires_at > now()
       and s.last_seen_at > now() - interval '24 hours';
    if not found then
        raise exception using errcode = 'MS401',
            message = 'Please sign in.';
    end if;
    perform set_config('app.current_user_id',
                begin_request.user_id::text, true),
            set_config('app.current_tenant_id',
                begin_request.tenant_id::text, true),
            set_config('app.current_user_role', begin_request.role, true),
            set_config('app.current_request_id', coalesce(p_request, ''),
                true);
    begin_request.initials := app.initials(begin_request.user_name);
    begin_request.may_contribute := begin_request.role <> 'Viewer';
    begin_request.may_write := begin_request.role
        in ('Practitioner', 'Tenant Admin');
    begin_request.is_admin := begin_request.role = 'Tenant Admin';
    -- The bell shows 99+ beyond that.
    select count(*) into begin_request.open_alerts
      from (select from mainstay.alerts a
             where a.tenant_id = begin_request.tenant_id
               and a.status = 'open' limit 100) x;
    return next;
end
$$;
comment on function api.begin_request(bytea, text) is
    'Checks a session and sets tenant, user and role for this transaction; '
    'MS401 when it is not valid (any more).';

create or replace function api.touch_session(p_session bytea) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.sessions s set last_seen_at = now()
     where s.id = p_session and s.revoked_at is null
       and s.last_seen_at < now() - interval '1 minute';
end
$$;

-- Opens a session for a person whose password was right. At most ten live
-- ones: the oldest gives way.
create or replace function api.create_session(p_id bytea, p_user uuid,
    p_tenant uuid, p_ip inet, p_agent text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform from mainstay.users u where u.id = p_user for no key update;
    update mainstay.profiles p set last_used_at = now()
      from mainstay.users u, mainstay.tenants t
     where p.tenant_id = p_tenant and p.user_id = p_user and p.is_active
       and u.id = p_user and u.is_active and t.id = p_tenant and t.is_active;
    if not found then
        raise exception using errcode = 'MS401',
            message = 'This person cannot sign in here.';
    end if;
    insert into mainstay.sessions (id, user_id, tenant_id, expires_at, ip,
        user_agent)
    values (p_id, p_user, p_tenant, now() + interval '7 days', p_ip,
        left(p_agent, 300));
    update mainstay.sessions s set revoked_at = now()
     where s.user_id = p_user and s.revoked_at is null
       and s.id in (select o.id from mainstay.sessions o
                     where o.user_id = p_user and o.revoked_at is null
                       and o.expires_at > now() and o.id <> p_id
                       and o.last_seen_at > now() - interval '24 hours'
                     order by o.created_at desc, o.id offset 9);
    insert into mainstay.audit_log (tenant_id, actor_id, action, object_type,
        object_id, ip)
    values (p_tenant, p_user, 'session.create', 'users', p_user::text, p_ip);
end
$$;

-- Signs out: this session, or all of its user. Returns how many ended.
create or replace function api.revoke_session(p_id bytea, p_all boolean)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_me mainstay.sessions;
    v_count bigint;
begin
    select * into v_me from mainstay.sessions s
     where s.id = p_id and s.revoked_at is null;
    if not found then
        return 0;
    end if;
    if p_all then
        -- A session that is being opened right now must not be missed.
        perform from mainstay.users u where u.id = v_me.user_id
            for no key update;
    end if;
    update mainstay.sessions s set revoked_at = now()
     where s.user_id = v_me.user_id and s.revoked_at is null
       and (p_all or s.id = p_id);
    get diagnostics v_count = row_count;
    insert into mainstay.audit_log (tenant_id, actor_id, action, object_type,
        object_id)
    values (v_me.tenant_id, v_me.user_id,
        case when p_all then 'session.revoke_all' else 'session.revoke' end,
        'users', v_me.user_id::text);
    return v_count;
end
$$;

-- The user of a live session, for the functions below.
create or replace function api.session_user_of(p_session bytea) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_user uuid;
begin
    select s.user_id into v_user from mainstay.sessions s
     where s.id = p_session and s.revoked_at is null
       and s.expires_at > now()
       and s.last_seen_at > now() - interval '24 hours';
    if v_user is null then
        raise exception using errcode = 'MS401', message = 'Please sign in.';
    end if;
    return v_user;
end
$$;

-- Where a person is signed in, this session first.
create or replace function api.session_list(p_current bytea)
returns table (id text, tenant_name text, created_text text, seen_text text,
    ip text, user_agent text, is_current boolean)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_user constant uuid := api.session_user_of(p_current);
begin
    return query
    select encode(s.id, 'hex'), t.name, app.time_text(s.created_at),
           case when s.last_seen_at > now() - interval '6 minutes'
               then 'now' else app.ago_text(s.last_seen_at) end,
           host(s.ip), s.user_agent, s.id = p_current
      from mainstay.sessions s
      join mainstay.tenants t on t.id = s.tenant_id
     where s.user_id = v_user and s.revoked_at is null
       and s.expires_at > now()
       and s.last_seen_at > now() - interval '24 hours'
     order by s.id = p_current desc, s.last_seen_at desc;
end
$$;

-- Ends one session of the same person, by the id session_list gave.
create or replace function api.revoke_session_by_ref(p_current bytea,
    p_ref text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_user constant uuid := api.session_user_of(p_current);
    v_tenant uuid;
begin
    if p_ref !~ '^[0-9a-f]{64}$' then
        raise exception using errcode = 'MS404',
            message = 'There is no such session.';
    end if;
    update mainstay.sessions s set revoked_at = now()
     where s.id = decode(p_ref, 'hex') and s.user_id = v_user
       and s.revoked_at is null
    returning s.tenant_id into v_tenant;
    if v_tenant is null then
        raise exception using errcode = 'MS404',
            message = 'There is no such session.';
    end if;
    insert into mainstay.audit_log (tenant_id, actor_id, action, object_type,
        object_id)
    values (v_tenant, v_user, 'session.revoke', 'users', v_user::text);
end
$$;

create or replace function api.my_tenants(p_session bytea)
returns table (id uuid, name text, slug text, role text, is_current boolean)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select t.id, t.name, t.slug, p.role::text, t.id = s.tenant_id
      from mainstay.sessions s
      join mainstay.profiles p on p.user_id = s.user_id and p.is_active
      join mainstay.tenants t on t.id = p.tenant_id and t.is_active
     where s.id = p_session and s.revoked_at is null
       and s.expires_at > now()
       and s.last_seen_at > now() - interval '24 hours'
     order by lower(t.name), t.id;
    if not found then
        raise exception using errcode = 'MS401', message = 'Please sign in.';
    end if;
end
$$;

-- Goes on in another tenant of the same person, in a session of its own.
create or replace function api.switch_tenant(p_session bytea, p_new bytea,
    p_tenant uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_user constant uuid := api.session_user_of(p_session);
    v_old mainstay.sessions;
begin
    if not exists (select from mainstay.profiles p
                    where p.tenant_id = p_tenant and p.user_id = v_user
                      and p.is_active) then
        raise exception using errcode = 'MS404',
            message = 'You do not belong to this organisation.';
    end if;
    -- Whoever ends all sessions of this person comes before or after.
    perform from mainstay.users u where u.id = v_user for no key update;
    update mainstay.sessions s set revoked_at = now()
     where s.id = p_session and s.revoked_at is null
    returning * into v_old;
    if not found then
        raise exception using errcode = 'MS401', message = 'Please sign in.';
    end if;
    perform api.create_session(p_new, v_user, p_tenant, v_old.ip,
        v_old.user_agent);
    -- A switch does not make a sign-in last longer.
    update mainstay.sessions s set expires_at = v_old.expires_at
     where s.id = p_new;
end
$$;

-- A new password, a lower role or a deactivation ends what is open.
create or replace function api.users_end_sessions() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.sessions s set revoked_at = now()
     where s.user_id = new.id and s.revoked_at is null;
    return null;
end
$$;
create or replace function api.profiles_end_sessions() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.sessions s set revoked_at = now()
     where s.tenant_id = new.tenant_id and s.user_id = new.user_id
       and s.revoked_at is null;
    return null;
end
$$;
create or replace function api.tenants_end_sessions() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.sessions s set revoked_at = now()
     where s.tenant_id = new.id and s.revoked_at is null;
    return null;
end
$$;
-- The copies of an e-mail in the profiles follow the user.
create or replace function api.users_show_email() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.profiles p set email = new.email
     where p.user_id = new.id;
    return null;
end
$$;

-- Once a day: what nobody needs any more.
create or replace function api.sweep_sessions() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_count bigint;
begin
    delete from mainstay.login_attempts a
     where a.last_fail_at < now() - interval '1 day'
       and a.blocked_until < now();
    delete from mainstay.sessions s
     where s.expires_at < now() - interval '30 days';
    get diagnostics v_count = row_count;
    return v_count;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_catalog.pg_proc
         where pronamespace = 'api'::regnamespace
           and proname in ('begin_request', 'touch_session',
               'create_session', 'revoke_session', 'session_user_of',
               'session_list', 'revoke_session_by_ref', 'my_tenants',
               'switch_tenant', 'users_end_sessions',
               'profiles_end_sessions', 'tenants_end_sessions',
               'users_show_email', 'sweep_sessions')
    loop
        execute format('revoke all on function %s from public', v_function);
    end loop;
end $$;
grant execute on function api.begin_request(bytea, text),
    api.touch_session(bytea), api.revoke_session(bytea, boolean),
    api.session_list(bytea), api.revoke_session_by_ref(bytea, text),
    api.my_tenants(bytea), api.switch_tenant(bytea, bytea, uuid)
    to mainstay_app;
grant execute on function
    api.create_session(bytea, uuid, uuid, inet, text) to mainstay_auth;
grant execute on function api.sweep_sessions() to mainstay_worker;
grant execute on function api.users_end_sessions(),
    api.profiles_end_sessions(), api.tenants_end_sessions(),
    api.users_show_email() to mainstay_owner;
