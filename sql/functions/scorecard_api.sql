-- role: mainstay_definer
--
-- Scoring many accounts anew: they are queued, each once, and the worker
-- drains the queue (health_engine.sql).

-- For the tenant in the context: the accounts to which a version applies, or
-- all of them.
create or replace function api.queue_tenant(p_reason text,
    p_version uuid default null) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_accounts uuid[];
    v_run uuid;
begin
    perform app.require_role('Tenant Admin');
    if p_reason is null or p_reason not in ('request', 'publish') then
        raise exception using errcode = 'MS422', column = 'reason',
            message = 'Reason must be one of: request, publish.';
    end if;
    if p_version is null then
        select array_agg(a.id) into v_accounts from mainstay.accounts a
         where a.tenant_id = v_tenant;
    else
        select array_agg(o.account_id) into v_accounts
          from mainstay.scorecard_of(v_tenant, null) o
         where o.version_id = p_version;
    end if;
    insert into mainstay.health_runs (tenant_id, accounts, reason,
        requested_by)
    values (v_tenant, coalesce(cardinality(v_accounts), 0), p_reason,
        mainstay.actor_in(v_tenant))
    returning id into v_run;
    insert into mainstay.health_queue (tenant_id, account_id)
    select v_tenant, a.id from unnest(v_accounts) a (id)
     order by a.id
        on conflict do nothing;
    perform pg_notify('mainstay_health', '');
    return v_run;
end
$$;
comment on function api.queue_tenant(text, uuid) is
    'Queues the accounts of the tenant in the context to be scored again '
    '(all, or those that a version applies to); the run. Tenant Admin only.';
revoke all on function api.queue_tenant(text, uuid) from public;
grant execute on function api.queue_tenant(text, uuid) to mainstay_app;
