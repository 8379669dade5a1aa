-- Undo of a run: what its steps changed stands in the audit log under an id
-- of its own, and is put back from there (undo.sql), all of it or, when
-- something has changed since, nothing. Alerts are resolved. What has left
-- the house stays, and is named.

create or replace function mainstay.run_request(p_execution uuid)
returns text
language sql immutable parallel safe
return 'playbook/' || p_execution;

-- What undo of a run would do: undone and kept, a sentence each; refusal: why
-- it cannot be, else null.
create or replace function mainstay.undo_execution_plan(p_tenant uuid,
    p_execution uuid, out undone text[], out kept text[], out refusal text,
    out code text)
language plpgsql stable set search_path = ''
as $$
declare
    v_run mainstay.playbook_executions;
    v_request constant text := mainstay.run_request(p_execution);
    v_groups jsonb;
    v_refusal text[];
begin
    select e.* into v_run from mainstay.playbook_executions e
     where e.tenant_id = p_tenant and e.id = p_execution;
    if not found then
        code := 'MS404';
        refusal := 'There is no such run.';
        return;
    end if;
    select array_agg(s.text order by s.place)
               filter (where s.status = 'done' and s.kind in ('alert',
                   'task', 'set_attribute', 'move_stage', 'start_plan')),
           array_agg(case s.kind when 'webhook' then 'The webhook'
                   when 'slack' then 'The Slack message'
                   else s.text end order by s.place)
               filter (where s.status in ('queued', 'delivered'))
      into undone, kept
      from (select e.place, x.*
              from jsonb_array_elements(v_run.steps) with ordinality
                   e (value, place)
             cross join lateral jsonb_to_record(e.value)
                   x (kind text, status text, text text)) s;
    code := 'MS409';
    if undone is null then
        refusal := case when kept is null then 'It did nothing that could '
            'be undone.' else 'What it sent cannot be taken back, and it '
            'did nothing else.' end;
        return;
    elsif api.is_undone(p_tenant, v_request) then
        refusal := 'This has been undone already.';
        return;
    elsif app.may('Practitioner') is not true then
        code := 'MS403';
        refusal := 'To undo this needs the role Practitioner.';
        return;
    end if;
    v_groups := mainstay.undo_groups(p_tenant, v_request);
    if v_groups <> '[]' then
        v_refusal := mainstay.undo_refusal(p_tenant, v_request, v_groups);
        code := v_refusal[1];
        refusal := v_refusal[2];
    elsif exists (select from jsonb_to_recordset(v_run.steps)
            x (kind text, status text) where x.status = 'done'
               and x.kind <> 'alert')
        and v_run.executed_by is distinct from app.current_user_id()
        and app.is_tenant_admin() is not true then
        code := 'MS403';
        refusal := 'Only a Tenant Admin, or who caused it, can undo this.';
    end if;
end
$$;
comment on function mainstay.undo_execution_plan(uuid, uuid) is
    'What undo of a run would put back, what it cannot, or why it cannot be '
    'undone.';

create or replace function mainstay.undo_execution(p_tenant uuid,
    p_execution uuid) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_plan record;
    v_request constant text := mainstay.run_request(p_execution);
begin
    v_plan := mainstay.undo_execution_plan(p_tenant, p_execution);
    if v_plan.refusal is not null then
        raise exception using errcode = v_plan.code,
            message = v_plan.refusal;
    end if;
    update mainstay.alerts a set status = 'resolved'
      from mainstay.playbook_executions e
     cross join lateral jsonb_to_recordset(e.steps) s (alert uuid)
     where e.tenant_id = p_tenant and e.id = p_execution
       and a.tenant_id = p_tenant and a.id = s.alert and a.status = 'open';
    if mainstay.undo_groups(p_tenant, v_request) <> '[]' then
        perform mainstay.undo_request(p_tenant, v_request);
    else
        perform mainstay.audit(p_tenant, 'request.undo', 'request',
            v_request, null, jsonb_build_object('said', (
                select 'Ran the playbook ' || p.name
                  from mainstay.playbook_executions e
                  join mainstay.playbooks p
                    on p.tenant_id = p_tenant and p.id = e.playbook_id
                 where e.tenant_id = p_tenant and e.id = p_execution),
            'is_redo', false));
    end if;
    return jsonb_build_object('undone', to_jsonb(v_plan.undone),
        'kept', coalesce(to_jsonb(v_plan.kept), '[]'));
end
$$;
comment on function mainstay.undo_execution(uuid, uuid) is
    'Puts back what a run of a playbook changed: {"undone", "kept"}, where '
    'kept is what was sent. MS404, MS403 or MS409 and nothing is changed.';

grant execute on function mainstay.run_request(uuid),
    mainstay.undo_execution_plan(uuid, uuid),
    mainstay.undo_execution(uuid, uuid) to mainstay_app;
