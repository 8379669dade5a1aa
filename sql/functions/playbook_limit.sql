-- What keeps a playbook from running although its conditions are met:
-- cooldown, daily limit, and the guard that stops it before it reaches more
-- accounts at once than it may.

-- What limits look at, live.
create or replace function mainstay.playbook_limits(
    p_playbook mainstay.playbooks, p_document jsonb, p_account uuid)
returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_last timestamptz;
    v_runs bigint;
begin
    select max(e.executed_at) into v_last
      from mainstay.playbook_executions e
     where e.tenant_id = p_playbook.tenant_id
       and e.account_id = p_account and e.playbook_id = p_playbook.id
       and e.status <> 'skipped' and e.status <> 'failed';
    if p_document -> 'limits' ? 'max_executions_per_day' then
        -- Two accounts must not take the last free run both.
        perform pg_advisory_xact_lock(hashtextextended(
            'playbooks.daily/' || p_playbook.id::text, 0));
        select count(*) into v_runs
          from mainstay.playbook_executions e
         where e.tenant_id = p_playbook.tenant_id
           and e.playbook_id = p_playbook.id
           and e.status <> 'skipped' and e.status <> 'failed'
           and e.executed_at > now() - interval '24 hours';
    end if;
    return mainstay.judge_limits(p_document, now(), v_last, v_runs);
end
$$;

-- How many accounts it would have reached within the hour, or since a person
-- last let it go on, when it now runs for those of p_accounts that are not
-- cooling down.
create or replace function mainstay.playbook_reach(
    p_playbook mainstay.playbooks, p_document jsonb, p_accounts uuid[])
returns bigint
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select count(distinct r.account_id)
          from (select e.account_id
                  from mainstay.playbook_executions e
                 where e.tenant_id = p_playbook.tenant_id
                   and e.playbook_id = p_playbook.id
                   and e.status <> 'skipped' and e.status <> 'failed'
                   and e.executed_at > greatest(now() - interval '1 hour',
                       p_playbook.released_at)
                union all
                select a.id
                  from unnest(p_accounts) a (id)
                 where not exists (
                       select from mainstay.playbook_executions e
                        where e.tenant_id = p_playbook.tenant_id
                          and e.account_id = a.id
                          and e.playbook_id = p_playbook.id
                          and e.status <> 'skipped' and e.status <> 'failed'
                          and e.executed_at > now() - make_interval(mins =>
                              p_playbook.cooldown_minutes))) r);
end
$$;

-- It stops, and asks a person. The entry of the log is its own: undoing what
-- woke it does not let it go on.
create or replace function mainstay.hold_playbook(
    p_playbook mainstay.playbooks, p_reason text) returns void
language plpgsql set search_path = ''
as $$
declare
    v_request constant text := mainstay.begin_own_request('hold/'
        || p_playbook.id);
begin
    update mainstay.playbooks p
       set is_held = true, held_reason = p_reason, held_at = now()
     where p.tenant_id = p_playbook.tenant_id and p.id = p_playbook.id
       and not p.is_held;
    if found then
        insert into mainstay.alerts (tenant_id, kind, severity, title, detail)
        values (p_playbook.tenant_id, 'playbook_held', 'warning',
            left(p_playbook.name, 180) || ' stopped itself', p_reason
                || ' Let it go on, or leave it paused.');
    end if;
    perform mainstay.end_own_request(v_request);
end
$$;

-- A person says that it may: it goes on, and runs for those that it was held
-- back from. How many they were.
create or replace function mainstay.confirm_playbook(p_tenant uuid,
    p_playbook uuid, p_run boolean default true) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_playbook constant mainstay.playbooks :=
        mainstay.lock_playbook(p_tenant, p_playbook);
begin
    if not v_playbook.is_held then
        raise exception using errcode = 'MS409', column = 'is_held',
            message = 'It did not stop itself, or somebody has let it go on '
                'already.';
    end if;
    update mainstay.playbooks p
       set is_held = false, held_reason = null, held_at = null,
           released_at = now()
     where p.tenant_id = p_tenant and p.id = p_playbook;
    if not p_run then
        return 0;
    end if;
    return api.run_held_playbook(p_tenant, p_playbook, v_playbook.held_at);
end
$$;
comment on function mainstay.confirm_playbook(uuid, uuid, boolean) is
    'Lets a playbook that stopped itself go on and, unless told not to, run '
    'for the accounts that it was held back from: how many.';

-- What a run does stands in the audit log under an id of its own, so that it
-- can be undone by itself. The id before, to go back to.
create or replace function mainstay.begin_own_request(p_request text)
returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_before constant text := coalesce(app.current_request_id(), '');
begin
    execute format('set local app.current_request_id = %L', p_request);
    return v_before;
end
$$;

create or replace function mainstay.end_own_request(p_before text)
returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format('set local app.current_request_id = %L', p_before);
end
$$;

grant execute on function
    mainstay.playbook_limits(mainstay.playbooks, jsonb, uuid),
    mainstay.playbook_reach(mainstay.playbooks, jsonb, uuid[]),
    mainstay.hold_playbook(mainstay.playbooks, text),
    mainstay.begin_own_request(text), mainstay.end_own_request(text)
    to mainstay_maint, mainstay_definer;
grant execute on function mainstay.confirm_playbook(uuid, uuid, boolean)
    to mainstay_app, mainstay_maint, mainstay_definer;
