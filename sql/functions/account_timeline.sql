-- role: mainstay_definer
--
-- Everything that happened to an account in one stream, the newest first.
-- Whoever may read the account may read this, though not the log itself,
-- which has what was changed and removed.

-- A value of a changed column as people read it.
create or replace function api.change_text(p_tenant uuid, p_column text,
    p_currency text, p_value jsonb) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_text constant text := p_value #>> '{}';
begin
    if p_tenant is distinct from app.current_tenant_id() then
        return null;
    end if;
    return case
        when v_text is null then null
        when p_column = 'arr_cents'
            then app.money_text(v_text::bigint, p_currency)
        when p_column in ('csm_id', 'assignee_id') then coalesce((
            select p.full_name from mainstay.profiles p
             where p.tenant_id = p_tenant and p.user_id = v_text::uuid),
            'somebody')
        when p_column = 'parent_id' then coalesce((
            select a.name from mainstay.accounts a
             where a.tenant_id = p_tenant and a.id = v_text::uuid),
            'an account')
        when p_column ~ '(_date|_on)$' then app.date_text(v_text::date)
        when p_column in ('tier', 'status', 'influence', 'priority',
                'health_rollup') then app.label_text(v_text)
        when jsonb_typeof(p_value) = 'boolean'
            then case when v_text = 'true' then 'Yes' else 'No' end
        else left(v_text, 200) || case when length(v_text) > 200
            then '…' else '' end end;
end
$$;

-- [{label, before, after}] of an entry of the log. Moves between stages have
-- lines of their own.
create or replace function api.change_lines(p_tenant uuid, p_currency text,
    p_before jsonb, p_after jsonb) returns json
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        with pair as (
            select b.key, b.value as before, p_after -> b.key as after
              from jsonb_each(p_before) b
             where b.key not in ('current_stage', 'stage_entered_at',
                   'completed_at', 'crm_attributes')
            union all
            select 'a.' || k.key, p_before -> 'crm_attributes' -> k.key,
                   p_after -> 'crm_attributes' -> k.key
              from (select jsonb_object_keys(p_before -> 'crm_attributes')
                    union
                    select jsonb_object_keys(p_after -> 'crm_attributes'))
                    k (key)
             where p_before -> 'crm_attributes' -> k.key
                   is distinct from p_after -> 'crm_attributes' -> k.key
        )
        select json_agg(json_build_object('label', coalesce(
                   (select c.label from mainstay.custom_attributes c
                     where c.tenant_id = p_tenant
                       and 'a.' || c.key = p.key),
                   case p.key when 'arr_cents' then 'ARR'
                       when 'csm_id' then 'Owner'
                       when 'assignee_id' then 'Owner'
                       when 'parent_id' then 'Parent account'
                       when 'due_on' then 'Due'
                       when 'email' then 'E-mail'
                       when 'job_title' then 'Role'
                       when 'full_name' then 'Name'
                       when 'health_rollup' then 'Group health'
                       else app.label_text(regexp_replace(p.key,
                           '^(a\.|is_)|_date$', '', 'g')) end),
                   'before', api.change_text(p_tenant, p.key, p_currency,
                       p.before),
                   'after', api.change_text(p_tenant, p.key, p_currency,
                       p.after))
                   order by p.key)
          from pair p);
end
$$;

-- At most p_limit items of a kind, or of all, before a point: until is the
-- end of the day the page shows, (p_at, p_id) the last item of the page
-- before. Each source gives no more than that, by an index on the account.
create or replace function api.account_timeline(p_tenant uuid,
    p_account uuid, p_kind text, p_until timestamptz, p_at timestamptz,
    p_id text, p_limit integer)
returns table (at timestamptz, id text, kind text, title text, detail text,
    actor uuid, tone text, changes json, note uuid)
language plpgsql stable security definer rows 30 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_from constant timestamptz := least(p_until, p_at);
    v_id constant text collate "C" := coalesce(p_id, '~');
    v_is_past constant boolean := p_until < now();
    v_currency text;
begin
    if p_tenant is distinct from app.current_tenant_id()
       or app.may('Viewer') is not true then
        return;
    end if;
    select a.currency into v_currency from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account;
    return query
    with note as (
        select n.* from mainstay.notes n
         where n.tenant_id = p_tenant and n.account_id = p_account
           and not v_is_past
        union all
        select p.* from api.rows_at(p_tenant, p_account, 'notes',
            (p_until at time zone 'UTC')::date) r
         cross join lateral jsonb_populate_record(null::mainstay.notes, r) p
         where v_is_past
    ), task as (
        select t.* from mainstay.tasks t
         where t.tenant_id = p_tenant and t.account_id = p_account
           and not v_is_past
        union all
        select p.* from api.rows_at(p_tenant, p_account, 'tasks',
            (p_until at time zone 'UTC')::date) r
         cross join lateral jsonb_populate_record(null::mainstay.tasks, r) p
         where v_is_past
    ), plan as (
        select s.* from mainstay.success_plans s
         where s.tenant_id = p_tenant and s.account_id = p_account
           and not v_is_past
        union all
        select p.* from api.rows_at(p_tenant, p_account, 'success_plans',
            (p_until at time zone 'UTC')::date) r
         cross join lateral jsonb_populate_record(
             null::mainstay.success_plans, r) p
         where v_is_past
    ), step as (
        select s.* from mainstay.success_plan_steps s
         where s.tenant_id = p_tenant and s.account_id = p_account
           and s.completed_at is not null and not v_is_past
        union all
        select p.* from api.rows_at(p_tenant, p_account,
            'success_plan_steps', (p_until at time zone 'UTC')::date) r
         cross join lateral jsonb_populate_record(
             null::mainstay.success_plan_steps, r) p
         where v_is_past
    ), item (at, id, kind, title, detail, actor, tone, changes, note) as (
        (select h.observed_at, 's' || h.id, 'score',
                'Health score ' || h.overall_score || ', ' || h.risk_level,
                concat_ws(' · ', case when h.previous_score is not null
                    then app.delta_text(h.overall_score - h.previous_score)
                        || ' from ' || h.previous_score end, h.note),
                h.created_by, 'band-' || h.band, null::json, null::uuid
           from mainstay.health_scores h
          where p_kind in ('score', 'all') and h.tenant_id = p_tenant
            and h.account_id = p_account and h.observed_at <= v_from
            and h.recorded_at <= p_until
            and h.overall_score is distinct from h.previous_score
            and (h.observed_at, 's' || h.id) < (v_from, v_id)
          order by h.observed_at desc, h.id desc limit p_limit)
        union all
        (select o.created_at, 'o' || o.id, 'score',
                'Score set by hand: ' || o.score, o.reason, o.created_by,
                null, null, null
           from mainstay.health_overrides o
          where p_kind in ('score', 'all') and o.tenant_id = p_tenant
            and o.account_id = p_account and o.created_at <= v_from
            and (o.created_at, 'o' || o.id) < (v_from, v_id)
          order by o.created_at desc, o.id desc limit p_limit)
        union all
        (select j.entered_at, 'j' || j.id, 'stage',
                case when j.from_stage is null then 'Entered ' || j.to_stage
                    else 'Moved from ' || j.from_stage || ' to '
                        || j.to_stage end,
                j.notes, j.triggered_by, null, null, null
           from mainstay.journey_history j
          where p_kind in ('stage', 'all') and j.tenant_id = p_tenant
            and j.account_id = p_account and j.entered_at <= v_from
            and j.created_at <= p_until
            and (j.entered_at, 'j' || j.id) < (v_from, v_id)
          order by j.entered_at desc, j.id desc limit p_limit)
        union all
        (select n.occurred_at, 'n' || n.id, n.kind,
                case n.kind when 'call' then 'Call' when 'email'
                    then 'E-mail' when 'meeting' then 'Meeting'
                    else 'Note' end || coalesce(' with ' || c.full_name, ''),
                n.body, n.author_id, null, null,
                case when not v_is_past then n.id end
           from note n
           left join mainstay.contacts c
             on c.tenant_id = p_tenant and c.id = n.contact_id
          where p_kind in (n.kind, 'all') and n.occurred_at <= v_from
            and (n.occurred_at, 'n' || n.id) < (v_from, v_id)
          order by n.occurred_at desc, n.id desc limit p_limit)
        union all
        (select x.at, x.id, 'task', x.title, null, x.actor, null, null, null
           from task t
          cross join lateral (values
            (t.created_at, 't' || t.id, 'Task: ' || t.title, t.created_by),
            (t.completed_at, 'd' || t.id, case when t.status = 'cancelled'
                then 'Cancelled: ' else 'Done: ' end || t.title,
                null::uuid)) x (at, id, title, actor)
          where p_kind in ('task', 'all') and x.at <= v_from
            and (x.at, x.id) < (v_from, v_id)
          order by x.at desc, x.id desc limit p_limit)
        union all
        (select x.at, x.id, 'plan', x.title, null, x.actor, x.tone, null,
                null
           from plan p
          cross join lateral (values
            (p.created_at, 'p' || p.id, 'Plan made: ' || p.name,
                p.created_by, null),
            (p.completed_at, 'q' || p.id, 'Plan completed: ' || p.name,
                p.completed_by, 'band-healthy'))
                x (at, id, title, actor, tone)
          where p_kind in ('plan', 'all') and x.at <= v_from
            and (x.at, x.id) < (v_from, v_id)
          order by x.at desc, x.id desc limit p_limit)
        union all
        (select s.completed_at, 'm' || s.id, 'plan',
                'Step completed: ' || s.title, s.phase, s.completed_by, null,
                null, null
           from step s
          where p_kind in ('plan', 'all') and s.completed_at <= v_from
            and (s.completed_at, 'm' || s.id) < (v_from, v_id)
          order by s.completed_at desc, s.id desc limit p_limit)
        union all
        (select c.created_at, 'c' || c.id, 'contact',
                'Contact added: ' || c.full_name,
                concat_ws(', ', c.job_title, app.label_text(c.influence)),
                null, null, null, null
           from mainstay.contacts c
          where p_kind in ('contact', 'all') and c.tenant_id = p_tenant
            and c.account_id = p_account and c.created_at <= v_from
            and (c.created_at, 'c' || c.id) < (v_from, v_id)
          order by c.created_at desc, c.id desc limit p_limit)
        union all
        (select l.created_at, 'a' || l.id, 'alert', 'Alert: ' || l.title,
                l.detail, null, case l.severity when 'critical'
                    then 'band-critical' else 'band-at_risk' end, null, null
           from mainstay.alerts l
          where p_kind in ('alert', 'all') and l.tenant_id = p_tenant
            and l.account_id = p_account and l.created_at <= v_from
            and (l.created_at, 'a' || l.id) < (v_from, v_id)
          order by l.created_at desc, l.id desc limit p_limit)
        union all
        (select e.executed_at, 'e' || e.id, 'run',
                'Playbook ' || b.name || ': ' || app.label_text(e.status),
                concat_ws(' ', e.reason, e.error_message), e.executed_by,
                case e.status when 'failed' then 'band-critical' end, null,
                null
           from mainstay.playbook_executions e
           join mainstay.playbooks b
             on b.tenant_id = p_tenant and b.id = e.playbook_id
          where p_kind in ('run', 'all') and e.tenant_id = p_tenant
            and e.account_id = p_account and e.executed_at <= v_from
            and (e.executed_at, 'e' || e.id) < (v_from, v_id)
          order by e.executed_at desc, e.id desc limit p_limit)
        union all
        (select l.at, 'l' || l.id, k.kind, case k.kind
                    when 'change' then case l.action
                        when 'accounts.insert' then 'Account added'
                        else 'Details changed' end
                    when 'contact' then case l.action
                        when 'contacts.delete' then 'Contact removed: '
                            || (l.before ->> 'full_name')
                        else 'Contact changed' end
                    else case l.action when 'tasks.delete'
                        then 'Task removed: ' || (l.before ->> 'title')
                        else 'Task changed' end end,
                null, case when l.actor_kind = 'user' then l.actor_id end,
                null, case when l.action ~ 'update$' then api.change_lines(
                    p_tenant, v_currency, l.before, l.after) end, null
           from mainstay.audit_log l
          cross join lateral (select case l.object_type
                when 'accounts' then 'change' when 'contacts' then 'contact'
                when 'tasks' then 'task' end as kind) k
          where p_kind in (k.kind, 'all') and l.tenant_id = p_tenant
            and l.account_id = p_account and l.at <= v_from
            and l.action in ('accounts.insert', 'accounts.update',
                'contacts.update', 'contacts.delete', 'tasks.update',
                'tasks.delete')
            and not (l.action ~ 'update$' and l.before
                - array['current_stage', 'stage_entered_at', 'status',
                    'completed_at'] = '{}'
                and (l.object_type = 'tasks'
                    or not l.before ? 'status'))
            and (l.at, 'l' || l.id) < (v_from, v_id)
          order by l.at desc, l.id desc limit p_limit)
    )
    select i.* from item i
     order by i.at desc, i.id collate "C" desc limit p_limit;
end
$$;
comment on function api.account_timeline(uuid, uuid, text, timestamptz,
    timestamptz, text, integer) is
    'Scores, stages, notes, tasks, plans, contacts, alerts, runs and changes '
    'of an account, the newest first.';

revoke all on function api.change_text(uuid, text, text, jsonb),
    api.change_lines(uuid, text, jsonb, jsonb),
    api.account_timeline(uuid, uuid, text, timestamptz, timestamptz, text,
        integer) from public;
grant execute on function api.account_timeline(uuid, uuid, text, timestamptz,
    timestamptz, text, integer) to mainstay_app;
