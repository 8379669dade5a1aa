-- webhook.sql - who sees and changes the delivery queue.
--
-- Practitioner and above see it; Contributor and above add to it in the
-- transaction of the event (outbox); Tenant Admin keeps the endpoints.
-- Nobody but the worker's functions (mainstay_definer) changes a delivery.

call mainstay.protect_table('mainstay.webhook_endpoints', 'Practitioner',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.webhook_payloads', 'Practitioner',
    'Contributor', null, null);
call mainstay.protect_table('mainstay.webhook_hot', 'Practitioner',
    'Contributor', null, null);
call mainstay.protect_table('mainstay.webhook_history', 'Practitioner',
    null, null, null);
call mainstay.protect_table('mainstay.webhook_attempts', 'Practitioner',
    null, null, null);
call mainstay.protect_table('mainstay.webhook_lanes', 'Practitioner',
    null, null, null);
call mainstay.hide_table('mainstay.webhook_workers');

-- The worker's functions cross tenants.
do $$
declare
    t text;
begin
    foreach t in array array['webhook_endpoints', 'webhook_payloads',
        'webhook_hot', 'webhook_history', 'webhook_attempts',
        'webhook_lanes'] loop
        execute format('drop policy if exists definer on mainstay.%I', t);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer using (true) with check (true)', t);
        execute format('revoke all on mainstay.%I from mainstay_definer', t);
    end loop;
end
$$;

-- secret and headers can be written, never read back.
revoke select, insert, update on mainstay.webhook_endpoints
    from mainstay_app;
grant select (tenant_id, id, name, url, method, headers_masked, format,
    max_inflight, rate_per_second, is_ordered, event_types, is_active, disabled_at,
    disabled_reason, created_at, updated_at, secret_before_until)
    on mainstay.webhook_endpoints to mainstay_app;
grant insert (tenant_id, id, name, url, method, headers, secret, format,
    max_inflight, rate_per_second, is_ordered, event_types, is_active)
    on mainstay.webhook_endpoints to mainstay_app;
grant update (name, url, method, headers, secret, format, max_inflight,
    rate_per_second, is_ordered, event_types,
    is_active, disabled_at, disabled_reason, updated_at)
    on mainstay.webhook_endpoints to mainstay_app;

-- A delivery begins unclaimed.
revoke insert on mainstay.webhook_hot from mainstay_app;
grant insert (tenant_id, id, endpoint_id, account_id, playbook_id,
    next_attempt_at, created_at, max_attempts, order_key)
    on mainstay.webhook_hot to mainstay_app;
grant select, insert on mainstay.webhook_queue to mainstay_app;

grant select, insert, update on mainstay.webhook_endpoints
    to mainstay_definer;
grant select, insert on mainstay.webhook_payloads to mainstay_definer;
grant select, insert, update, delete on mainstay.webhook_hot
    to mainstay_definer;
grant select, insert, delete on mainstay.webhook_history
    to mainstay_definer;
grant select, insert on mainstay.webhook_attempts to mainstay_definer;
grant select, insert, update on mainstay.webhook_lanes to mainstay_definer;
grant select, insert on mainstay.webhook_queue to mainstay_definer;

-- Partitions are reached through their parent only.
alter table mainstay.webhook_payloads_default enable row level security,
    force row level security;
alter table mainstay.webhook_history_default enable row level security,
    force row level security;
alter table mainstay.webhook_attempts_default enable row level security,
    force row level security;
