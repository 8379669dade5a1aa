-- role: mainstay_definer
--
-- A new signing key for an endpoint. The application may write keys and not
-- read them, and the former one has to be kept for a day.
create or replace function api.rotate_webhook_secret(p_endpoint uuid)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_secret constant text := mainstay.new_webhook_secret();
begin
    perform app.require_role('Tenant Admin');
    update mainstay.webhook_endpoints e
       set secret = v_secret, secret_before = e.secret,
           secret_before_until = now() + interval '24 hours',
           updated_at = now()
     where e.tenant_id = app.current_tenant_id() and e.id = p_endpoint;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such endpoint.';
    end if;
    return v_secret;
end
$$;
comment on function api.rotate_webhook_secret(uuid) is
    'A new key for an endpoint of the tenant of this request; the former one '
    'signs along for a day.';
revoke all on function api.rotate_webhook_secret(uuid) from public;
grant execute on function api.rotate_webhook_secret(uuid) to mainstay_app;

-- The static header of an endpoint, which the application may write and not
-- read: without a value it stays, without a name it goes.
create or replace function api.set_endpoint_header(p_endpoint uuid,
    p_name text, p_value text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_name constant text := btrim(coalesce(p_name, ''));
    v_value constant text := nullif(btrim(coalesce(p_value, '')), '');
    v_before jsonb;
begin
    perform app.require_role('Tenant Admin');
    select e.headers into v_before from mainstay.webhook_endpoints e
     where e.tenant_id = app.current_tenant_id() and e.id = p_endpoint;
    if v_name = '' and v_value is not null then
        raise exception using errcode = 'MS422', column = 'header_name',
            message = 'Give the header a name.';
    end if;
    if v_name <> '' and v_value is null and exists (
        select from jsonb_object_keys(v_before) h
         where lower(h) = lower(v_name)) then
        return;
    end if;
    if v_name <> '' and v_value is null then
        raise exception using errcode = 'MS422', column = 'header_value',
            message = 'Give the header a value.';
    end if;
    if v_name <> '' and not mainstay.is_header_set(
        jsonb_build_object(v_name, 'x')) then
        raise exception using errcode = 'MS422', column = 'header_name',
            message = 'This is not a header that can be added: letters, '
                'digits and hyphens, and none that carries the message, '
                'such as Host, Content-Type or webhook-id.';
    end if;
    if v_name <> '' and not mainstay.is_header_set(
        jsonb_build_object(v_name, v_value)) then
        raise exception using errcode = 'MS422', column = 'header_value',
            message = 'A value has one line of at most 1,024 characters of '
                'ASCII.';
    end if;
    update mainstay.webhook_endpoints e
       set headers = case when v_name = '' then '{}'
               else jsonb_build_object(v_name, v_value) end
     where e.tenant_id = app.current_tenant_id() and e.id = p_endpoint
       and e.headers is distinct from case when v_name = '' then '{}'::jsonb
               else jsonb_build_object(v_name, v_value) end;
end
$$;
comment on function api.set_endpoint_header(uuid, text, text) is
    'Sets or removes the static header of an endpoint of this tenant.';
revoke all on function api.set_endpoint_header(uuid, text, text) from public;
grant execute on function api.set_endpoint_header(uuid, text, text)
    to mainstay_app;
