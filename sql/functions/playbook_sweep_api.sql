-- role: mainstay_definer
--
-- The sweeps, for mainstay-worker: it only calls.

-- Looks through the accounts for a playbook of the tenant in the context, for
-- a time at which it is due; for how many it was woken, null when somebody
-- else has done so. A playbook that is paused is not made up for later.
create or replace function api.sweep_playbook(p_tenant uuid,
    p_playbook uuid, p_due timestamptz) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_playbook mainstay.playbooks;
    v_document jsonb;
    v_accounts uuid[];
    v_events jsonb[];
begin
    select * into strict v_playbook from mainstay.playbooks p
     where p.tenant_id = p_tenant and p.id = p_playbook;
    insert into mainstay.playbook_sweeps (tenant_id, playbook_id, due_at,
        is_skipped)
    values (p_tenant, p_playbook, p_due, not v_playbook.is_active)
        on conflict do nothing;
    if not found then
        return null;
    elsif not v_playbook.is_active then
        return 0;
    end if;
    select v.document into strict v_document
      from mainstay.playbook_versions v
     where v.tenant_id = p_tenant and v.playbook_id = p_playbook
       and v.status = 'published';
    select array_agg(e.account_id order by e.account_id),
           array_agg(e.event order by e.account_id)
      into v_accounts, v_events
      from (select s.account_id, s.event || jsonb_build_object('at', now(),
                       'type', v_playbook.trigger_type,
                       'playbook_id', p_playbook) as event
              from mainstay.sweep_events(p_tenant,
                       v_document -> 'trigger', array[p_due], now()) s) e
     where not mainstay.is_told(p_tenant, p_playbook, e.account_id, e.event,
         v_document -> 'trigger');
    -- A schedule is for those whom its conditions choose; of the others, who
    -- are nearly all, it leaves no decision.
    if v_playbook.trigger_type = 'schedule'
        and jsonb_typeof(v_document -> 'conditions') = 'object' then
        select array_agg(e.account_id order by e.account_id),
               array_agg(e.event order by e.account_id)
          into v_accounts, v_events
          from unnest(v_accounts, v_events) e (account_id, event)
          join mainstay.playbook_facts(p_tenant, v_accounts, now()) f
            on f.account_id = e.account_id
         where (mainstay.playbook_judge(v_document, e.event, f.facts)
               -> 'met')::boolean;
    end if;
    if v_accounts is not null then
        perform mainstay.run_playbooks(p_tenant, v_accounts, v_events);
        update mainstay.playbook_sweeps s
           set accounts = cardinality(v_accounts)
         where s.tenant_id = p_tenant and s.playbook_id = p_playbook
           and s.due_at = p_due;
    end if;
    return coalesce(cardinality(v_accounts), 0);
end
$$;

-- Sweeps that are due, until half a minute is over: what is left waits for
-- the next turn. One that fails does not hold up others, and is tried again.
create or replace function api.sweep_playbooks() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
    v_end constant timestamptz := clock_timestamp() + interval '30 seconds';
    v_tenant uuid;
    v_due record;
    v_count integer := 0;
begin
    for v_tenant in select t.id from mainstay.tenants t order by t.id loop
        perform set_config('app.current_tenant_id', v_tenant::text, true);
        for v_due in
            select p.id, d.dues[cardinality(d.dues)] as at
              from mainstay.playbooks p
              join mainstay.playbook_versions v on v.tenant_id = p.tenant_id
               and v.playbook_id = p.id and v.status = 'published'
             cross join lateral mainstay.playbook_dues(
                   v.document -> 'trigger', greatest(v.published_at,
                   now() - interval '32 days'), now()) d (dues)
             where p.tenant_id = v_tenant
               and mainstay.is_sweep(p.trigger_type)
               and cardinality(d.dues) > 0
               and not exists (
                   select from mainstay.playbook_sweeps s
                    where s.tenant_id = v_tenant and s.playbook_id = p.id
                      and s.due_at >= d.dues[cardinality(d.dues)])
             order by p.id
        loop
            begin
                v_count := v_count + coalesce(api.sweep_playbook(v_tenant,
                    v_due.id, v_due.at), 0);
            exception when others then
                raise warning 'playbook % is not swept: %', v_due.id, sqlerrm;
            end;
            exit when clock_timestamp() > v_end;
        end loop;
        exit when clock_timestamp() > v_end;
    end loop;
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
    return v_count;
end
$$;
comment on function api.sweep_playbooks() is
    'Looks through the accounts for playbooks that time wakes and that are '
    'due; for how many accounts one was woken.';

revoke all on function api.sweep_playbook(uuid, uuid, timestamptz),
    api.sweep_playbooks() from public;
grant execute on function api.sweep_playbooks() to mainstay_worker;
