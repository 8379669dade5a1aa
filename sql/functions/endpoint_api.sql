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
