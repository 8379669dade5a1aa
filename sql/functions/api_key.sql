-- role: mainstay_definer
--
-- Keys with which programs call the API. A key is known by its SHA-256, and
-- says its tenant; nobody but these functions finds one by it.

-- The tenant of a key that is good now; null otherwise. A request's
-- statements name their tenant, so this is asked before they are sent.
create or replace function api.api_key_tenant(p_key bytea) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select k.tenant_id from mainstay.api_keys k
              join mainstay.tenants t on t.id = k.tenant_id and t.is_active
             where k.key_hash = p_key and k.revoked_at is null
               and k.expires_at > now());
end
$$;

-- First statement of every request with a key: as api.begin_request, for a
-- program. There is no user; the log shows the key.
drop function if exists api.begin_api_request(bytea, text);
create or replace function api.begin_api_request(p_key bytea, p_needs text,
    p_request text default null)
returns table (key_id uuid, tenant_id uuid, role text, touch boolean)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    select k.id, k.tenant_id, k.acts_as,
           coalesce(k.last_used_at < now() - interval '5 minutes', true)
      into begin_api_request.key_id, begin_api_request.tenant_id,
           begin_api_request.role, begin_api_request.touch
      from mainstay.api_keys k
      join mainstay.tenants t on t.id = k.tenant_id and t.is_active
     where k.key_hash = p_key and k.revoked_at is null
       and k.expires_at > now();
    if not found then
        raise exception using errcode = 'MS401',
            message = 'This key is not valid, or not any more.';
    end if;
    perform set_config('app.current_user_id', '', true),
            set_config('app.current_key_id',
                begin_api_request.key_id::text, true),
            set_config('app.current_tenant_id',
                begin_api_request.tenant_id::text, true),
            set_config('app.current_user_role', begin_api_request.role,
                true),
            set_config('app.current_request_id', coalesce(p_request, ''),
                true);
    perform app.require_role(p_needs);
    return next;
end
$$;
comment on function api.begin_api_request(bytea, text, text) is
    'Checks a key and its role, and sets tenant, key and role for this '
    'transaction; MS401 when it is not valid (any more).';

create or replace function api.touch_api_key(p_key bytea) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.api_keys k set last_used_at = now()
     where k.key_hash = p_key and k.revoked_at is null
       and (k.last_used_at is null
           or k.last_used_at < now() - interval '5 minutes');
end
$$;

revoke all on function api.api_key_tenant(bytea),
    api.begin_api_request(bytea, text, text), api.touch_api_key(bytea)
    from public;
grant execute on function api.api_key_tenant(bytea),
    api.begin_api_request(bytea, text, text), api.touch_api_key(bytea)
    to mainstay_app;
