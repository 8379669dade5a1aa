-- role: mainstay_definer
--
-- Sign-in and sign-up, for the sign-in pool alone. Keys of login_attempts are
-- HMACs made by the program: of an e-mail, and of a network.

-- Seconds until the next try is looked at; 0: now. The same for an e-mail
-- that nobody has.
create or replace function api.login_gate(p_keys bytea[]) returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return coalesce((
        select ceil(extract(epoch from max(a.blocked_until) - now()))
          from mainstay.login_attempts a
         where a.key = any (p_keys) and a.blocked_until > now())::integer,
        0);
end
$$;

-- Whom to compare the password with, and where he was last. A user without
-- an active profile has no tenant and cannot sign in.
create or replace function api.login_lookup(p_email text)
returns table (user_id uuid, password_hash text, is_active boolean,
    tenant_id uuid)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select u.id, u.password_hash, u.is_active, x.tenant_id
      from mainstay.users u
      left join lateral (
        select p.tenant_id from mainstay.profiles p
          join mainstay.tenants t on t.id = p.tenant_id and t.is_active
         where p.user_id = u.id and p.is_active
         order by p.last_used_at desc nulls last, p.created_at, p.tenant_id
         limit 1) x on true
     where lower(u.email) = lower(btrim(p_email));
end
$$;

-- Counts a failure. The first p_free[i] of a key are free, then each one
-- doubles the pause, from 2 seconds to 15 minutes; an hour of quiet forgets.
create or replace function api.login_failed(p_keys bytea[],
    p_free integer[], p_user uuid default null) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    insert into mainstay.login_attempts as a (key, fails, last_fail_at,
        blocked_until)
    select k.key, 1, now(), case when k.free < 1
               then now() + interval '2 seconds' else '-infinity' end
      from unnest(p_keys, p_free) k (key, free)
     order by k.key
        on conflict (key) do update set
           fails = case
               when a.last_fail_at < now() - interval '1 hour' then 1
               else a.fails + 1 end,
           last_fail_at = now();
    update mainstay.login_attempts a
       set blocked_until = case when a.fails <= k.free then '-infinity'
               else now() + least(interval '15 minutes',
                   interval '1 second'
                   * power(2, least(a.fails - k.free, 12))) end
      from unnest(p_keys, p_free) k (key, free)
     where a.key = k.key;
    insert into mainstay.audit_log (tenant_id, actor_id, action, object_type,
        object_id)
    select p.tenant_id, p_user, 'session.refused', 'users', p_user::text
      from mainstay.profiles p where p.user_id = p_user and p.is_active
     order by p.last_used_at desc nulls last, p.created_at limit 1;
end
$$;

create or replace function api.login_ok(p_key bytea) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    delete from mainstay.login_attempts a where a.key = p_key;
end
$$;

-- A short name for addresses that nobody has yet.
create or replace function api.free_slug(p_name text) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_base text := btrim(left(regexp_replace(lower(p_name), '[^a-z0-9]+',
        '-', 'g'), 40), '-');
    v_slug text;
begin
    if v_base = '' then
        v_base := 'tenant';
    end if;
    v_slug := v_base;
    for i in 2..1000000 loop
        exit when not exists (select from mainstay.tenants t
                               where t.slug = v_slug);
        v_slug := v_base || '-' || i;
    end loop;
    return v_slug;
end
$$;

-- A tenant with its stages, scorecard and playbooks. For sign-up and for
-- mainstay-admin.
create or replace function api.create_tenant(p_name text,
    p_slug text default null) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tenant uuid;
begin
    if coalesce(length(btrim(p_name)), 0) not between 1 and 200 then
        raise exception using errcode = 'MS422', column = 'organisation',
            message = 'Give the organisation a name of at most 200 '
                'characters.';
    end if;
    -- Two organisations of one name may sign up at once.
    perform pg_advisory_xact_lock(hashtextextended('tenants.slug', 0));
    insert into mainstay.tenants (name, slug)
    values (btrim(p_name), coalesce(p_slug, api.free_slug(p_name)))
    returning id into v_tenant;
    perform api.create_tenant_defaults(v_tenant);
    return v_tenant;
end
$$;

-- Sign-up. No row when the e-mail is taken: the page says the same then.
create or replace function api.signup(p_email text, p_hash text,
    p_full_name text, p_organisation text)
returns table (user_id uuid, tenant_id uuid)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    insert into mainstay.users (email, password_hash)
    values (lower(btrim(p_email)), p_hash)
        on conflict do nothing
    returning id into signup.user_id;
    if signup.user_id is null then
        return;
    end if;
    signup.tenant_id := api.create_tenant(p_organisation);
    insert into mainstay.profiles (tenant_id, user_id, full_name, email, role)
    values (signup.tenant_id, signup.user_id, btrim(p_full_name),
        lower(btrim(p_email)), 'Tenant Admin');
    insert into mainstay.audit_log (tenant_id, actor_id, action, object_type,
        object_id)
    values (signup.tenant_id, signup.user_id, 'tenant.signup', 'tenants',
        signup.tenant_id::text);
    return next;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_catalog.pg_proc
         where pronamespace = 'api'::regnamespace
           and proname in ('login_gate', 'login_lookup', 'login_failed',
               'login_ok', 'free_slug', 'create_tenant', 'signup')
    loop
        execute format('revoke all on function %s from public', v_function);
    end loop;
end $$;
grant execute on function api.login_gate(bytea[]), api.login_lookup(text),
    api.login_failed(bytea[], integer[], uuid), api.login_ok(bytea),
    api.signup(text, text, text, text) to mainstay_auth;
grant execute on function api.create_tenant(text, text) to mainstay_maint;
