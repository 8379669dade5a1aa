-- role: mainstay_definer
--
-- Facts raise events whoever brings them: their tenants' playbooks run with
-- the rights of the program, in the transaction of the fact.

-- Statement trigger: (trigger of a playbook, query for account_id and event of
-- the rows of tenant $1 that are news; $2 are the names that are waited for).
create or replace function api.raise_events() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
    v_kind constant text := tg_argv[0];
    v_tenant uuid;
    v_heard text[];
    v_accounts uuid[];
    v_events jsonb[];
begin
    for v_tenant in select distinct n.tenant_id from new_rows n loop
        perform set_config('app.current_tenant_id', v_tenant::text, true);
        -- Of events of the product only those that somebody waits for.
        select array_agg(v.document -> 'trigger' ->> 'name') into v_heard
          from mainstay.playbooks p
          join mainstay.playbook_versions v on v.tenant_id = p.tenant_id
           and v.playbook_id = p.id and v.status = 'published'
         where p.tenant_id = v_tenant and p.trigger_type = v_kind
           and p.is_active;
        continue when v_heard is null;
        execute format('select array_agg(e.account_id order by e.account_id, '
            '    e.event), array_agg(e.event || $3 '
            '    order by e.account_id, e.event) '
            'from (%s) e (account_id, event) where e.event is not null',
            tg_argv[1])
           into v_accounts, v_events
          using v_tenant, v_heard, jsonb_build_object('type', v_kind,
              'at', now());
        if v_accounts is not null then
            perform mainstay.run_playbooks(v_tenant, v_accounts, v_events);
        end if;
    end loop;
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
    return null;
end
$$;
comment on function api.raise_events() is
    'Statement trigger that wakes playbooks: (trigger of the playbook, query '
    'for the events).';
revoke all on function api.raise_events() from public;
grant execute on function api.raise_events() to mainstay_owner;
