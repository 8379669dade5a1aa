-- Playbooks: which ones an event wakes, and what they then do. Everything
-- happens in the transaction of the event; every evaluation leaves a row in
-- playbook_executions that says why it fired or did not.
--
-- An event is jsonb:
--   {"type": "health_score_drop", "score": 35, "previous_score": 75, …}
--   {"type": "stage_transition", "from_stage": "…", "to_stage": "…"}
--   {"type": "manual", "reason": "…"}

-- Why limits keep a playbook from running for an account, or null.
create or replace function mainstay.playbook_limited(
    p_playbook mainstay.playbooks, p_document jsonb, p_account uuid)
returns text
language plpgsql set search_path = ''
as $$
declare
    v_last timestamptz;
    v_runs bigint;
begin
    select max(e.executed_at) into v_last
      from mainstay.playbook_executions e
     where e.tenant_id = p_playbook.tenant_id
       and e.playbook_id = p_playbook.id and e.account_id = p_account
       and e.status in ('queued', 'succeeded')
       and e.executed_at > now() - make_interval(mins =>
           p_playbook.cooldown_minutes);
    if v_last is null and p_playbook.max_executions_per_day is not null then
        -- Two accounts must not take the last free run both.
        perform pg_advisory_xact_lock(hashtextextended(
            'playbooks.daily/' || p_playbook.id::text, 0));
        select count(*) into v_runs
          from mainstay.playbook_executions e
         where e.tenant_id = p_playbook.tenant_id
           and e.playbook_id = p_playbook.id
           and e.status in ('queued', 'succeeded')
           and e.executed_at > now() - interval '24 hours';
    end if;
    return mainstay.playbook_limit_reason(p_document, now(), v_last, v_runs);
end
$$;

-- Fires: alert, delivery and the record of it. Returns the execution; status
-- is skipped when the playbook has nowhere to send to.
create or replace function mainstay.fire_playbook(
    p_playbook mainstay.playbooks, p_account uuid, p_event jsonb,
    p_reason text) returns mainstay.playbook_executions
language plpgsql set search_path = ''
as $$
declare
    v_run mainstay.playbook_executions;
    v_format text;
    v_name text;
begin
    select e.format into v_format from mainstay.webhook_endpoints e
     where e.tenant_id = p_playbook.tenant_id
       and e.id = p_playbook.webhook_endpoint_id and e.is_active;
    if v_format is null then
        return mainstay.skip_playbook(p_playbook, p_account, p_event,
            'It has no active endpoint to send to.');
    end if;
    select a.name into v_name from mainstay.accounts a
     where a.tenant_id = p_playbook.tenant_id and a.id = p_account;
    v_run.webhook_id := mainstay.enqueue_webhook(
        p_playbook.webhook_endpoint_id, p_playbook.id, p_account,
        case p_event ->> 'type' when 'manual' then 'manual_trigger'
            else p_event ->> 'type' end,
        mainstay.webhook_payload_for(v_format, p_playbook.tenant_id,
            p_account, p_event));
    insert into mainstay.alerts (tenant_id, account_id, kind, severity,
        title, detail)
    values (p_playbook.tenant_id, p_account, 'playbook', 'info',
        p_playbook.name || ': ' || v_name, p_reason);
    insert into mainstay.playbook_executions (tenant_id, playbook_id,
        playbook_version, account_id, status, result, reason, trigger_event,
        webhook_id, executed_by)
    values (p_playbook.tenant_id, p_playbook.id, p_playbook.version,
        p_account, 'queued', 'Webhook queued.', p_reason, p_event,
        v_run.webhook_id, mainstay.actor_in(p_playbook.tenant_id))
    returning * into v_run;
    return v_run;
end
$$;

create or replace function mainstay.skip_playbook(
    p_playbook mainstay.playbooks, p_account uuid, p_event jsonb,
    p_reason text) returns mainstay.playbook_executions
language plpgsql set search_path = ''
as $$
declare
    v_run mainstay.playbook_executions;
begin
    insert into mainstay.playbook_executions (tenant_id, playbook_id,
        playbook_version, account_id, status, reason, trigger_event,
        executed_by)
    values (p_playbook.tenant_id, p_playbook.id, p_playbook.version,
        p_account, 'skipped', p_reason, p_event,
        mainstay.actor_in(p_playbook.tenant_id))
    returning * into v_run;
    return v_run;
end
$$;

-- All active playbooks that listen to such events, in a fixed order, one
-- event for each account in p_accounts. Facts are gathered once, and only of
-- accounts for which a trigger is met.
create or replace function mainstay.run_playbooks(p_tenant uuid,
    p_accounts uuid[], p_events jsonb[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_met record;
    v_why text;
begin
    for v_met in
        with listening as materialized (
            select p as playbook, v.document
              from mainstay.playbooks p
              join mainstay.playbook_versions v
                on v.tenant_id = p_tenant and v.playbook_id = p.id
               and v.status = 'published'
             where p.tenant_id = p_tenant and p.is_active
               and p.trigger_type in (
                   select distinct e ->> 'type' from unnest(p_events) e)
        ), event as materialized (
            select e.account_id, e.event || jsonb_build_object('at', coalesce(
                       (e.event ->> 'at')::timestamptz, now())) as event,
                   e.place
              from unnest(p_accounts, p_events)
                   with ordinality e (account_id, event, place)
        ), judged as materialized (
            select l.playbook, l.document, e.account_id, e.event, e.place,
                   mainstay.playbook_judge(l.document, e.event,
                       f.facts) as decision
              from event e
              join listening l
                on (l.playbook).trigger_type = e.event ->> 'type'
               -- What time brings about is found for one playbook.
               and ((l.playbook).id = (e.event ->> 'playbook_id')::uuid)
                   is not false
              left join mainstay.playbook_facts(p_tenant, p_accounts, now())
                   f on f.account_id = e.account_id
        ), skipped as (
            insert into mainstay.playbook_executions (tenant_id, playbook_id,
                playbook_version, account_id, status, reason, trigger_event,
                executed_by, decision)
            select p_tenant, (j.playbook).id, (j.playbook).version,
                   j.account_id, 'skipped', j.decision ->> 'reason',
                   j.event, (select mainstay.actor_in(p_tenant)),
                   jsonb_build_object('seen', j.decision -> 'seen')
              from judged j where not (j.decision -> 'met')::boolean
             order by j.place, (j.playbook).id
        )
        select j.* from judged j where (j.decision -> 'met')::boolean
         order by j.place, (j.playbook).id
    loop
        v_why := mainstay.playbook_limited(v_met.playbook, v_met.document,
            v_met.account_id);
        if v_why is not null then
            perform mainstay.skip_playbook(v_met.playbook, v_met.account_id,
                v_met.event, v_why);
        else
            perform mainstay.fire_playbook(v_met.playbook, v_met.account_id,
                v_met.event, v_met.decision ->> 'reason');
        end if;
    end loop;
end
$$;

-- For scores that are shown, all of one tenant; without an id it is one that a
-- person set.
create or replace function mainstay.run_score_playbooks(
    p_scores mainstay.health_scores[]) returns void
language plpgsql set search_path = ''
as $$
begin
    perform mainstay.run_playbooks(s.tenant_id,
                array_agg(s.account_id order by s.ordinality),
                array_agg(jsonb_build_object('type', 'health_score_drop',
                    'health_score_id', s.id, 'score', s.overall_score,
                    'previous_score', s.previous_score, 'band', s.band)
                    order by s.ordinality))
       from unnest(p_scores) with ordinality s
      group by s.tenant_id;
end
$$;

create or replace function mainstay.accounts_playbooks() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not mainstay.is_loading_history() and not mainstay.is_undoing()
       and not mainstay.is_stage_rename(new.tenant_id, old.current_stage) then
        perform mainstay.run_playbooks(new.tenant_id, array[new.id],
            array[jsonb_build_object('type', 'stage_transition',
                'from_stage', old.current_stage,
                'to_stage', new.current_stage)]);
    end if;
    return null;
end
$$;
create or replace trigger accounts_60_playbooks
    after update of current_stage on mainstay.accounts
    for each row when (old.current_stage is distinct from new.current_stage
        and new.current_stage is not null)
    execute function mainstay.accounts_playbooks();

-- What a receiver gets, in the form it wants. json, not jsonb: the order of
-- the keys and 85000.00 stay as 000 and 001 print them.
create or replace function mainstay.webhook_payload_for(p_format text,
    p_tenant uuid, p_account uuid, p_event jsonb) returns json
language plpgsql stable set search_path = ''
as $$
declare
    a record;
    v_score integer;
    v_previous integer;
    v_type text := p_event ->> 'type';
begin
    select c.*, h.usage_score, h.engagement_score,
           h.support_sentiment_score, h.adoption_score,
           coalesce(c.health_label, app.band_text(c.health_band))
               as risk_level,
           p.email as csm_email, p.full_name as csm_name
      into a
      from mainstay.accounts c
      left join mainstay.health_scores h on h.tenant_id = c.tenant_id
       and h.account_id = c.id and h.is_current
      left join mainstay.profiles p on p.tenant_id = c.tenant_id
       and p.user_id = c.csm_id
     where c.tenant_id = p_tenant and c.id = p_account;
    v_score := coalesce((p_event ->> 'score')::integer, a.health_score);
    v_previous := case when p_event ? 'score'
        then (p_event ->> 'previous_score')::integer
        else a.previous_health_score end;
    if v_type = 'manual' then
        v_type := 'manual_trigger';
    end if;

    if p_format = 'seed-001' then
        return json_build_object('account_id', a.id, 'account_name', a.name,
            'health_score', v_score, 'previous_score', v_previous,
            'risk_level', a.risk_level, 'stage', a.current_stage,
            'arr', trim_scale(a.arr), 'csm_email', a.csm_email,
            'csm_name', a.csm_name, 'triggered_at', app.iso_text(now()));
    elsif p_format = 'seed-000' and v_type = 'stage_transition' then
        return json_build_object('event_type', v_type,
            'account', json_build_object('id', a.id, 'name', a.name,
                'arr', a.arr, 'renewal_date', a.renewal_date),
            'stage', json_build_object(
                'from_stage', p_event ->> 'from_stage',
                'to_stage', p_event ->> 'to_stage'),
            'csm', json_build_object('email', a.csm_email,
                'name', a.csm_name));
    elsif p_format = 'seed-000' then
        return json_build_object('event_type', v_type,
            'account', json_build_object('id', a.id, 'name', a.name,
                'arr', a.arr, 'renewal_date', a.renewal_date),
            'health_score', json_build_object('current_score', v_score,
                'previous_score', v_previous, 'risk_level', a.risk_level,
                'usage_score', a.usage_score,
                'engagement_score', a.engagement_score),
            'csm', json_build_object('email', a.csm_email,
                'name', a.csm_name));
    end if;
    return json_build_object(
        'type', case v_type
            when 'health_score_drop' then 'health_score.dropped'
            when 'stage_transition' then 'account.stage_changed'
            else 'playbook.triggered' end,
        'timestamp', app.iso_text(now()),
        'data', json_build_object(
            'account', json_build_object('id', a.id, 'name', a.name,
                'tier', a.tier, 'status', a.status, 'arr', a.arr,
                'currency', a.currency, 'renewal_date', a.renewal_date,
                'stage', a.current_stage),
            'health', json_build_object('score', v_score,
                'previous_score', v_previous, 'band', a.health_band,
                'risk_level', a.risk_level, 'trend', a.health_trend,
                'usage_score', a.usage_score,
                'engagement_score', a.engagement_score,
                'support_sentiment_score', a.support_sentiment_score,
                'adoption_score', a.adoption_score),
            'csm', json_build_object('email', a.csm_email,
                'name', a.csm_name),
            'event', p_event));
end
$$;

-- 000's own signature. A run by hand takes no notice of condition, cooldown
-- and daily limit, but counts towards both.
create or replace function mainstay.trigger_playbook_manually(
    p_playbook_id uuid, p_account_id uuid, p_reason text default null)
returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_playbook mainstay.playbooks;
    v_run mainstay.playbook_executions;
begin
    select * into v_playbook from mainstay.playbooks p
     where p.id = p_playbook_id
       and (v_tenant is null or p.tenant_id = v_tenant);
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such playbook.';
    end if;
    if not exists (select from mainstay.accounts a
                    where a.tenant_id = v_playbook.tenant_id
                      and a.id = p_account_id) then
        raise exception using errcode = 'MS404',
            message = 'There is no such account.';
    end if;
    v_run := mainstay.fire_playbook(v_playbook, p_account_id,
        jsonb_build_object('type', 'manual',
            'playbook', v_playbook.name, 'reason', p_reason),
        mainstay.event_text(jsonb_build_object('type', 'manual',
            'reason', rtrim(p_reason, '.'))));
    return jsonb_build_object('success', v_run.status = 'queued',
        'execution_id', v_run.id, 'webhook_id', v_run.webhook_id,
        'message', coalesce(v_run.result, v_run.reason));
end
$$;
comment on function mainstay.trigger_playbook_manually(uuid, uuid, text) is
    'Runs a playbook for an account now: {success, execution_id, webhook_id, '
    'message}.';

-- When it runs, in words.
create or replace function mainstay.playbook_text(p_trigger text,
    p_criteria jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    v_if constant jsonb := p_criteria -> 'condition';
begin
    return case p_trigger
        when 'health_score_drop' then case
            when v_if ? 'score_below' and v_if ? 'drop_more_than'
                then format('When health falls below %s, by more than %s '
                    'points', v_if ->> 'score_below',
                    v_if ->> 'drop_more_than')
            when v_if ? 'score_below' then format(
                'When health falls below %s', v_if ->> 'score_below')
            when v_if ? 'drop_more_than' then format(
                'When health falls by more than %s points',
                v_if ->> 'drop_more_than')
            else 'When a health score comes' end
        when 'stage_transition' then 'When an account'
            || coalesce(' leaves ' || (v_if ->> 'from_stage')
                || case when v_if ? 'to_stage' then ' and' else '' end, '')
            || coalesce(' enters ' || (v_if ->> 'to_stage'),
                case when v_if ? 'from_stage' then ''
                    else ' changes stage' end)
        when 'manual' then 'When somebody runs it'
        else 'On ' || replace(p_trigger, '_', ' ') end;
end
$$;
comment on function mainstay.playbook_text(text, jsonb) is
    'When a playbook runs, as a sentence begins.';

grant execute on function mainstay.playbook_text(text, jsonb),
    mainstay.playbook_limited(mainstay.playbooks, jsonb, uuid),
    mainstay.fire_playbook(mainstay.playbooks, uuid, jsonb, text),
    mainstay.skip_playbook(mainstay.playbooks, uuid, jsonb, text),
    mainstay.run_playbooks(uuid, uuid[], jsonb[]),
    mainstay.run_score_playbooks(mainstay.health_scores[]),
    mainstay.webhook_payload_for(text, uuid, uuid, jsonb),
    mainstay.trigger_playbook_manually(uuid, uuid, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

-- The name 002 uses.
create or replace view mainstay.playbook_runs
with (security_invoker = true) as
select tenant_id, id, playbook_id, playbook_version, account_id, executed_at,
       status, result, reason, trigger_event, webhook_id, error_message,
       executed_by
  from mainstay.playbook_executions;
comment on view mainstay.playbook_runs is
    'playbook_executions under its other name.';
