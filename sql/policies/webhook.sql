-- webhook.sql - who sees and changes the delivery queue.
--
-- Practitioner and above see it; Contributor and above add to it in the
-- transaction of the event (outbox); Tenant Admin keeps the endpoints.
-- Nobody but the worker's functions (mainstay_definer) changes a delivery.

do $$
declare
    t text;
    c text;
begin
    foreach t in array array['webhook_endpoints', 'webhook_payloads',
        'webhook_hot', 'webhook_history', 'webhook_attempts'] loop
        execute format('alter table mainstay.%I enable row level security, '
            'force row level security', t);
        foreach c in array array['tenant_isolation', 'app_select',
            'app_insert', 'app_update', 'app_delete', 'definer', 'maint']
        loop
            execute format('drop policy if exists %I on mainstay.%I', c, t);
        end loop;
        execute format('create policy tenant_isolation on mainstay.%I '
            'as restrictive to mainstay_app '
            'using (tenant_id = (select app.current_tenant_id())) '
            'with check (tenant_id = (select app.current_tenant_id()))', t);
        execute format('create policy app_select on mainstay.%I '
            'for select to mainstay_app '
            'using (tenant_id = (select app.current_tenant_id()) '
            'and (select app.may(''Practitioner'')))', t);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer using (true) with check (true)', t);
        execute format('create policy maint on mainstay.%I '
            'to mainstay_maint using (true) with check (true)', t);
        execute format('revoke all on mainstay.%I '
            'from mainstay_app, mainstay_definer', t);
    end loop;
end
$$;

create policy app_insert on mainstay.webhook_endpoints
    for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Tenant Admin')));
create policy app_update on mainstay.webhook_endpoints
    for update to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Tenant Admin')))
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Tenant Admin')));
create policy app_delete on mainstay.webhook_endpoints
    for delete to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Tenant Admin')));
create policy app_insert on mainstay.webhook_payloads
    for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Contributor')));
create policy app_insert on mainstay.webhook_hot
    for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Contributor')));

-- secret and headers can be written, never read back.
grant select (tenant_id, id, name, url, method, headers_masked, format,
    max_inflight, is_active, disabled_at, disabled_reason, created_at,
    updated_at) on mainstay.webhook_endpoints to mainstay_app;
grant insert (tenant_id, id, name, url, method, headers, secret, format,
    max_inflight, is_active) on mainstay.webhook_endpoints to mainstay_app;
grant update (name, url, method, headers, secret, format, max_inflight,
    is_active, disabled_at, disabled_reason, updated_at)
    on mainstay.webhook_endpoints to mainstay_app;
grant delete on mainstay.webhook_endpoints to mainstay_app;
grant select, insert on mainstay.webhook_payloads to mainstay_app;
grant select, insert (tenant_id, id, endpoint_id, account_id, playbook_id,
    next_attempt_at, created_at, max_attempts)
    on mainstay.webhook_hot to mainstay_app;
grant select on mainstay.webhook_history, mainstay.webhook_attempts
    to mainstay_app;
grant select, insert on mainstay.webhook_queue to mainstay_app;

grant select, insert, update on mainstay.webhook_endpoints
    to mainstay_definer;
grant select, insert on mainstay.webhook_payloads to mainstay_definer;
grant select, insert, update, delete on mainstay.webhook_hot
    to mainstay_definer;
grant select, insert on mainstay.webhook_history,
    mainstay.webhook_attempts to mainstay_definer;
grant select, insert on mainstay.webhook_queue to mainstay_definer;

-- Partitions are reached through their parent only.
alter table mainstay.webhook_payloads_default enable row level security,
    force row level security;
alter table mainstay.webhook_history_default enable row level security,
    force row level security;
alter table mainstay.webhook_attempts_default enable row level security,
    force row level security;

-- Not a tenant's table: only the worker's functions reach it.
alter table mainstay.webhook_workers enable row level security,
    force row level security;
drop policy if exists definer on mainstay.webhook_workers;
create policy definer on mainstay.webhook_workers
    to mainstay_definer using (true) with check (true);
revoke all on mainstay.webhook_workers from mainstay_app;
grant select, insert, update, delete on mainstay.webhook_workers
    to mainstay_definer;
