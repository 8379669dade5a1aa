-- role: mainstay_definer
--
-- Playbooks work with rights of their own, whoever wakes them.

-- An event comes from a row that changed, or from a Practitioner.
create or replace function api.run_playbooks(p_tenant uuid,
    p_accounts uuid[], p_events jsonb[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_tenant is distinct from app.current_tenant_id() then
        raise exception using errcode = 'MS403',
            message = 'These are playbooks of another organisation.';
    elsif pg_trigger_depth() = 0 then
        perform app.require_role('Practitioner');
    end if;
    perform mainstay.run_playbooks(p_tenant, p_accounts, p_events);
end
$$;
comment on function api.run_playbooks(uuid, uuid[], jsonb[]) is
    'mainstay.run_playbooks with the rights of playbooks.';

create or replace function api.heard_kinds(p_tenant uuid)
returns setof text
language plpgsql stable security definer rows 5 set search_path = ''
as $$
begin
    if p_tenant = app.current_tenant_id() then
        return query select * from mainstay.heard_kinds(p_tenant);
    end if;
end
$$;
comment on function api.heard_kinds(uuid) is
    'The triggers that active playbooks of the tenant wait for.';

create or replace function api.run_playbook(p_tenant uuid, p_playbook uuid,
    p_account uuid, p_reason text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform app.require_role('Practitioner');
    return (
        select mainstay.run_playbook(p, a.id, p_reason)
          from mainstay.playbooks p
          join mainstay.accounts a
            on a.tenant_id = p.tenant_id and a.id = p_account
         where p.tenant_id = p_tenant and p.id = p_playbook
           and p_tenant = app.current_tenant_id());
end
$$;
comment on function api.run_playbook(uuid, uuid, uuid, text) is
    'Runs a playbook by hand, for a Practitioner.';

-- What it was held back from, for those that still are accounts: a Tenant
-- Admin said that it may.
create or replace function api.run_held_playbook(p_tenant uuid,
    p_playbook uuid, p_since timestamptz) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_held record;
    v_count integer := 0;
begin
    perform app.require_role('Tenant Admin');
    for v_held in
        select p as playbook, v.document, e.account_id, e.trigger_event,
               jsonb_build_object('seen', '[]'::jsonb, 'reason',
                   mainstay.event_text(e.trigger_event)) as decision
          from mainstay.playbooks p
          join mainstay.playbook_versions v
            on v.tenant_id = p.tenant_id and v.playbook_id = p.id
           and v.status = 'published'
          join (select distinct on (x.account_id) x.account_id,
                       x.trigger_event, x.executed_at
                  from mainstay.playbook_executions x
                 where x.tenant_id = p_tenant and x.playbook_id = p_playbook
                   and x.executed_at >= p_since and x.status = 'skipped'
                   and x.decision ? 'held'
                 order by x.account_id, x.executed_at desc) e on true
         where p.tenant_id = p_tenant and p.id = p_playbook
           and p_tenant = app.current_tenant_id()
         order by e.executed_at, e.account_id
    loop
        perform mainstay.try_playbook(v_held.playbook, v_held.document,
            v_held.account_id, v_held.trigger_event, v_held.decision, 0);
        v_count := v_count + 1;
    end loop;
    return v_count;
end
$$;
comment on function api.run_held_playbook(uuid, uuid, timestamptz) is
    'Runs a playbook for the accounts that it was held back from since then.';

revoke all on function api.run_playbooks(uuid, uuid[], jsonb[]),
    api.heard_kinds(uuid), api.run_playbook(uuid, uuid, uuid, text),
    api.run_held_playbook(uuid, uuid, timestamptz) from public;
grant execute on function api.run_playbooks(uuid, uuid[], jsonb[]),
    api.heard_kinds(uuid), api.run_playbook(uuid, uuid, uuid, text),
    api.run_held_playbook(uuid, uuid, timestamptz) to mainstay_app;
