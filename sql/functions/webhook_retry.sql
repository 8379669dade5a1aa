-- role: mainstay_definer
--
-- What a person does with a delivery: send it again, or give it up. The
-- tenant is that of the request, and each says which role may.

-- A delivery that waits is due at once. One that failed waits again under its
-- own id, so that its receiver can tell a repetition; its attempts stay.
create or replace function api.retry_webhook(p_id uuid) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_status text;
begin
    perform app.require_role('Practitioner');
    update mainstay.webhook_hot h set next_attempt_at = now()
     where h.tenant_id = v_tenant and h.id = p_id and h.status = 'pending';
    if found then
        perform api.wake_webhook_worker();
        return p_id;
    end if;
    if api.requeue_webhooks(v_tenant, array[p_id]) = 1 then
        return p_id;
    end if;
    select q.status into v_status from mainstay.webhook_queue q
     where q.tenant_id = v_tenant and q.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such delivery.';
    end if;
    -- Somebody else has just done the same.
    if v_status = 'pending' then
        return p_id;
    end if;
    raise exception using errcode = 'MS409', message = case v_status
        when 'processing' then 'It is being sent right now.'
        else 'It was delivered already.' end;
end
$$;
comment on function api.retry_webhook(uuid) is
    'Sends a delivery that waits or failed again; MS409 when it is being sent '
    'or was delivered.';

-- All that were made since then and failed, at most a thousand at once, the
-- oldest first: a receiver that was down gets them in their order. Thirty
-- days are as far as it goes back.
create or replace function api.retry_failed_webhooks(p_since interval)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
begin
    perform app.require_role('Practitioner');
    return api.requeue_webhooks(v_tenant, array(
        select h.id from mainstay.webhook_history h
         where h.tenant_id = v_tenant and h.status = 'failed'
           and h.created_at > now()
               - least(p_since, interval '30 days')
         order by h.created_at, h.id limit 1000));
end
$$;
comment on function api.retry_failed_webhooks(interval) is
    'Sends again what failed since then, at most 1,000; how many.';

create or replace function api.requeue_webhooks(p_tenant uuid, p_ids uuid[])
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_count bigint;
    v_told jsonb;
begin
    with gone as (
        delete from mainstay.webhook_history h
         where h.tenant_id = p_tenant and h.id = any (p_ids)
           and h.status = 'failed'
           and exists (select from mainstay.webhook_endpoints e
                        where e.tenant_id = p_tenant and e.id = h.endpoint_id)
        returning h.*
    ), back as (
        insert into mainstay.webhook_hot (tenant_id, id, endpoint_id,
            account_id, playbook_id, next_attempt_at, created_at,
            max_attempts, error_message, response_status, order_key)
        select g.tenant_id, g.id, g.endpoint_id, g.account_id, g.playbook_id,
               now(), g.created_at, g.max_attempts, g.error_message,
               g.response_status, api.webhook_order_key(g.tenant_id,
                   g.endpoint_id, g.account_id)
          from gone g
        returning tenant_id, id, playbook_id, account_id
    )
    select count(*), jsonb_agg(to_jsonb(b)
               || '{"status": "queued", "text": "Queued again."}')
      into v_count, v_told from back b;
    perform mainstay.tell_runs(v_told);
    if v_count > 0 then
        perform api.wake_webhook_worker();
    end if;
    return v_count;
end
$$;

-- A delivery that waits is given up; what is being sent is not stopped.
create or replace function api.discard_webhook(p_id uuid) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_done uuid;
    v_told jsonb;
begin
    perform app.require_role('Tenant Admin');
    with gone as (
        delete from mainstay.webhook_hot h
         where h.tenant_id = v_tenant and h.id = p_id
           and h.status = 'pending'
        returning h.*
    ), kept as (
        insert into mainstay.webhook_history (tenant_id, id, endpoint_id,
            account_id, playbook_id, created_at, attempts, max_attempts,
            response_status, status, error_message)
        select g.tenant_id, g.id, g.endpoint_id, g.account_id, g.playbook_id,
               g.created_at, g.attempts, g.max_attempts, g.response_status,
               'failed', 'Discarded by a person.'
          from gone g
        returning tenant_id, id, playbook_id, account_id
    )
    select k.id, jsonb_build_array(to_jsonb(k)
               || '{"status": "failed", "error": "Discarded by a person."}')
      into v_done, v_told from kept k;
    perform mainstay.tell_runs(v_told);
    if v_done is null then
        if exists (select from mainstay.webhook_queue q
                    where q.tenant_id = v_tenant and q.id = p_id) then
            raise exception using errcode = 'MS409',
                message = 'It no longer waits.';
        end if;
        raise exception using errcode = 'MS404',
            message = 'There is no such delivery.';
    end if;
    return v_done;
end
$$;
comment on function api.discard_webhook(uuid) is
    'Gives up a delivery that waits; it counts as failed.';

revoke all on function api.retry_webhook(uuid),
    api.retry_failed_webhooks(interval),
    api.requeue_webhooks(uuid, uuid[]), api.discard_webhook(uuid) from public;
grant execute on function api.retry_webhook(uuid),
    api.retry_failed_webhooks(interval), api.discard_webhook(uuid)
    to mainstay_app;
