-- Playbooks: which ones an event wakes, and what follows. Everything happens
-- in the transaction of the event; every evaluation leaves a row in
-- playbook_executions that says why it fired or did not, and what it saw.
--
--   playbook_judge.sql  whether it runs: pure
--   playbook_limit.sql  cooldown, daily limit, the guard that stops it
--   playbook_step.sql   what it then does
--   playbook_undo.sql   taking that back
--
-- What a playbook does it does with rights of its own (mainstay_definer): a
-- Contributor's fact wakes it, too.

-- The playbooks that are at work, those that woke each other first.
create or replace function mainstay.playbook_path() returns uuid[]
language sql stable
return coalesce(string_to_array(nullif(pg_catalog.current_setting(
    'mainstay.playbook_path', true), ''), ' ')::uuid[], '{}');

-- An event as a playbook hears it: who looks back over days is told the
-- highest score of them.
create or replace function mainstay.playbook_heard(p_tenant uuid,
    p_account uuid, p_document jsonb, p_event jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_at constant timestamptz := p_event ->> 'at';
    v_days constant integer := p_document -> 'trigger' ->> 'within_days';
begin
    if v_days > 1 and p_event ->> 'type' = 'health_score_drop' then
        return p_event || jsonb_build_object('highest',
            mainstay.score_peak(p_tenant, p_account,
                v_at - make_interval(days => v_days), v_at));
    end if;
    return p_event;
end
$$;

-- The row of a decision.
create or replace function mainstay.decide_playbook(
    p_playbook mainstay.playbooks, p_account uuid, p_event jsonb,
    p_reason text, p_decision jsonb)
returns mainstay.playbook_executions
language plpgsql set search_path = ''
as $$
declare
    v_run mainstay.playbook_executions;
begin
    insert into mainstay.playbook_executions (tenant_id, playbook_id,
        playbook_version, account_id, status, reason, trigger_event,
        executed_by, decision, depth)
    values (p_playbook.tenant_id, p_playbook.id, p_playbook.version,
        p_account, 'skipped', p_reason, p_event,
        mainstay.actor_in(p_playbook.tenant_id), p_decision,
        cardinality(mainstay.playbook_path()))
    returning * into v_run;
    return v_run;
end
$$;

-- A playbook whose conditions are met, unless its limits or the guard keep it
-- from running, or a step of its own woke it. p_reach: how many accounts it
-- reaches within the hour when it runs for all that it now would.
create or replace function mainstay.try_playbook(
    p_playbook mainstay.playbooks, p_document jsonb, p_account uuid,
    p_event jsonb, p_decision jsonb, p_reach bigint)
returns mainstay.playbook_executions
language plpgsql set search_path = ''
as $$
declare
    v_limits constant jsonb := mainstay.playbook_limits(p_playbook,
        p_document, p_account);
    v_seen constant jsonb := p_decision -> 'seen' || v_limits;
    v_why text := mainstay.first_why(v_limits);
begin
    if p_playbook.id = any (mainstay.playbook_path()) then
        return mainstay.decide_playbook(p_playbook, p_account, p_event,
            'Stopped: its own step woke it.',
            jsonb_build_object('seen', v_seen, 'stopped', true));
    elsif v_why is not null then
        return mainstay.decide_playbook(p_playbook, p_account, p_event,
            v_why, jsonb_build_object('seen', v_seen));
    end if;
    v_why := coalesce(case when p_playbook.is_held
        then p_playbook.held_reason end,
        mainstay.playbook_hold_reason(p_document, p_reach));
    if v_why is not null then
        perform mainstay.hold_playbook(p_playbook, v_why);
        return mainstay.decide_playbook(p_playbook, p_account, p_event,
            'Held: ' || lower(left(v_why, 1)) || substr(v_why, 2),
            jsonb_build_object('seen', v_seen, 'held', true));
    end if;
    return mainstay.fire_playbook(p_playbook, p_document, p_account, p_event,
        p_decision ->> 'reason', v_seen);
end
$$;

-- All active playbooks that listen to such events, in a fixed order, one
-- event for each account in p_accounts. Decided by one statement; facts are
-- gathered once, and only of accounts for which a trigger is met.
create or replace function mainstay.run_playbooks(p_tenant uuid,
    p_accounts uuid[], p_events jsonb[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_met record;
begin
    if current_user = 'mainstay_app' then
        perform api.run_playbooks(p_tenant, p_accounts, p_events);
        return;
    end if;
    for v_met in
        with listening as materialized (
            select p.id, p as playbook, v.document, p.trigger_type,
                   v.document - 'conditions' as bare,
                   jsonb_typeof(v.document -> 'conditions') = 'object'
                       as has_conditions,
                   v.document -> 'trigger' ? 'within_days' as looks_back
              from mainstay.playbooks p
              join mainstay.playbook_versions v
                on v.tenant_id = p_tenant and v.playbook_id = p.id
               and v.status = 'published'
             where p.tenant_id = p_tenant and p.is_active
               and p.trigger_type in (
                   select distinct e ->> 'type' from unnest(p_events) e)
        ), event as materialized (
            select e.account_id, e.place, e.event || jsonb_build_object('at',
                       coalesce((e.event ->> 'at')::timestamptz, now()))
                       as event
              from unnest(p_accounts, p_events)
                   with ordinality e (account_id, event, place)
             where exists (select from listening)
        ), heard as materialized (
            select l.id, l.has_conditions, e.account_id, e.place, h.event,
                   mainstay.playbook_judge(l.bare, h.event, null)
                       as decision
              from event e
              join listening l on l.trigger_type = e.event ->> 'type'
               -- What time brings about is found for one playbook.
               and (l.id = (e.event ->> 'playbook_id')::uuid) is not false
             cross join lateral (select case when l.looks_back
                   then mainstay.playbook_heard(p_tenant, e.account_id,
                       l.document, e.event)
                   else e.event end) h (event)
        ), fact as materialized (
            select f.*
              from (select array_agg(distinct h.account_id) as accounts
                      from heard h
                     where h.has_conditions
                       and (h.decision -> 'met')::boolean) a
             cross join lateral mainstay.playbook_facts(p_tenant, a.accounts,
                   now()) f
             where a.accounts is not null
        ), judged as materialized (
            select h.id, h.account_id, h.place, h.event, case
                       when h.has_conditions
                           and (h.decision -> 'met')::boolean
                       then mainstay.playbook_judge(l.document, h.event,
                           f.facts)
                       else h.decision end as decision
              from heard h
              join listening l on l.id = h.id
              left join fact f on f.account_id = h.account_id
        ), skipped as (
            insert into mainstay.playbook_executions (tenant_id, playbook_id,
                playbook_version, account_id, status, reason, trigger_event,
                executed_by, decision, depth)
            select p_tenant, j.id, (l.playbook).version, j.account_id,
                   'skipped', j.decision ->> 'reason', j.event, (
                   select mainstay.actor_in(p_tenant)),
                   jsonb_build_object('seen', j.decision -> 'seen'), (
                   select cardinality(mainstay.playbook_path()))
              from judged j
              join listening l on l.id = j.id
             where not (j.decision -> 'met')::boolean
             order by j.place, j.id
        ), met as materialized (
            select j.* from judged j where (j.decision -> 'met')::boolean
        ), reach as (
            select l.id, mainstay.playbook_reach(l.playbook, l.document,
                       array_agg(m.account_id)) as accounts
              from met m
              join listening l on l.id = m.id
             group by l.id, l.playbook, l.document
        )
        select l.playbook, l.document, m.account_id, m.event, m.decision,
               r.accounts as reach
          from met m
          join listening l on l.id = m.id
          join reach r on r.id = m.id
         order by m.place, m.id
    loop
        perform mainstay.try_playbook(v_met.playbook, v_met.document,
            v_met.account_id, v_met.event, v_met.decision, v_met.reach);
    end loop;
end
$$;
comment on function mainstay.run_playbooks(uuid, uuid[], jsonb[]) is
    'Wakes the playbooks of a tenant that listen to events, one for each '
    'account.';

-- Events of a score, without those that a person sets by an override. The
-- same for a rehearsal.
create or replace function mainstay.event_of(p_row mainstay.health_scores)
returns jsonb
language sql immutable parallel safe
return jsonb_build_object('health_score_id', p_row.id,
    'score', p_row.overall_score, 'previous_score', p_row.previous_score,
    'drop', p_row.previous_score - p_row.overall_score, 'band', p_row.band);

-- Null: the band is the one before.
create or replace function mainstay.band_event(
    p_row mainstay.health_scores) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_before constant text := (
        select h.band from mainstay.health_scores h
         where h.tenant_id = p_row.tenant_id
           and h.account_id = p_row.account_id
           and h.id is distinct from p_row.id
           and h.observed_at <= coalesce(p_row.observed_at, now())
           and h.recorded_at <= coalesce(p_row.recorded_at, now())
         -- Of one transaction: the row that was the current one was written
         -- last, when it ceased to be.
         order by h.observed_at desc, h.recorded_at desc,
               h.cmin::text::bigint desc
         limit 1);
begin
    if v_before is null or v_before = p_row.band then
        return null;
    end if;
    return jsonb_build_object('health_score_id', p_row.id,
        'band', p_row.band, 'previous_band', v_before,
        'score', p_row.overall_score,
        'previous_score', p_row.previous_score);
end
$$;

create or replace function mainstay.stage_event(p_from text, p_to text)
returns jsonb
language sql immutable parallel safe
return jsonb_build_object('from_stage', p_from, 'to_stage', p_to);

-- The triggers that active playbooks of a tenant wait for.
create or replace function mainstay.heard_kinds(p_tenant uuid)
returns setof text
language plpgsql stable rows 5 set search_path = ''
as $$
begin
    if current_user = 'mainstay_app' then
        return query select * from api.heard_kinds(p_tenant);
        return;
    end if;
    return query
    select distinct p.trigger_type::text from mainstay.playbooks p
     where p.tenant_id = p_tenant and p.is_active;
end
$$;

-- For scores that are shown; without an id it is one that a person set.
create or replace function mainstay.run_score_playbooks(
    p_scores mainstay.health_scores[]) returns void
language plpgsql set search_path = ''
as $$
begin
    perform mainstay.run_playbooks(e.tenant_id,
                array_agg(e.account_id order by e.place, e.kind),
                array_agg(e.event || jsonb_build_object('type', e.kind,
                    'at', now()) order by e.place, e.kind))
       from (with score as materialized (
                 select s, row_number() over () as place
                   from unnest(p_scores) s
             ), heard as materialized (
                 select t.tenant_id, k.kind
                   from (select distinct (c.s).tenant_id from score c) t
                  cross join lateral mainstay.heard_kinds(t.tenant_id)
                        k (kind)
                  where k.kind in ('health_score_drop', 'band_change')
             )
             select h.tenant_id, (c.s).account_id, c.place, h.kind,
                    case h.kind when 'band_change'
                        then mainstay.band_event(c.s)
                        else mainstay.event_of(c.s) end as event
               from score c
               join heard h on h.tenant_id = (c.s).tenant_id) e
      where e.event is not null
      group by e.tenant_id;
end
$$;

create or replace function mainstay.accounts_playbooks() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not mainstay.is_loading_history() and not mainstay.is_undoing()
       and not mainstay.is_stage_rename(new.tenant_id, old.current_stage) then
        perform mainstay.run_playbooks(new.tenant_id, array[new.id],
            array[mainstay.stage_event(old.current_stage, new.current_stage)
                || jsonb_build_object('type', 'stage_transition',
                    'at', now())]);
    end if;
    return null;
end
$$;
create or replace trigger accounts_60_playbooks
    after update of current_stage on mainstay.accounts
    for each row when (old.current_stage is distinct from new.current_stage
        and new.current_stage is not null)
    execute function mainstay.accounts_playbooks();

-- Receivers know a run by hand by another name.
create or replace function mainstay.sent_event_type(p_type text) returns text
language sql immutable parallel safe
return case p_type when 'manual' then 'manual_trigger' else p_type end;

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
    v_type constant text := mainstay.sent_event_type(p_event ->> 'type');
    -- The score of a sentiment is another one.
    v_has_score constant boolean := p_event ? 'score'
        and v_type is distinct from 'negative_sentiment';
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
    v_score := coalesce(case when v_has_score
        then (p_event ->> 'score')::integer end, a.health_score);
    v_previous := case when v_has_score
        then (p_event ->> 'previous_score')::integer
        else a.previous_health_score end;

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

-- 000's own signature. A run by hand takes no notice of conditions, cooldown
-- and daily limit, but counts towards both.
create or replace function mainstay.trigger_playbook_manually(
    p_playbook_id uuid, p_account_id uuid, p_reason text default null)
returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_playbook mainstay.playbooks;
begin
    select * into v_playbook from mainstay.playbooks p
     where p.id = p_playbook_id
       and (v_tenant is null or p.tenant_id = v_tenant);
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such playbook.';
    elsif not exists (select from mainstay.accounts a
                       where a.tenant_id = v_playbook.tenant_id
                         and a.id = p_account_id) then
        raise exception using errcode = 'MS404',
            message = 'There is no such account.';
    elsif v_playbook.version = 0 then
        raise exception using errcode = 'MS409', column = 'playbook',
            message = 'It was not published yet: publish its draft first.';
    elsif current_user = 'mainstay_app' then
        return api.run_playbook(v_playbook.tenant_id, p_playbook_id,
            p_account_id, p_reason);
    end if;
    return mainstay.run_playbook(v_playbook, p_account_id, p_reason);
end
$$;
comment on function mainstay.trigger_playbook_manually(uuid, uuid, text) is
    'Runs a playbook for an account now: {success, execution_id, webhook_id, '
    'message}.';

create or replace function mainstay.run_playbook(
    p_playbook mainstay.playbooks, p_account uuid, p_reason text)
returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_event constant jsonb := jsonb_build_object('type', 'manual',
        'at', now(), 'playbook', p_playbook.name, 'reason', p_reason);
    v_run mainstay.playbook_executions;
begin
    select f.* into v_run
      from mainstay.playbook_versions v
     cross join lateral mainstay.fire_playbook(p_playbook, v.document,
           p_account, v_event, mainstay.event_text(v_event), '[]') f
     where v.tenant_id = p_playbook.tenant_id
       and v.playbook_id = p_playbook.id and v.status = 'published';
    return jsonb_build_object(
        'success', v_run.status in ('queued', 'succeeded')
            and v_run.error_message is null,
        'execution_id', v_run.id, 'webhook_id', v_run.webhook_id,
        'message', coalesce(v_run.error_message, v_run.result,
            v_run.reason));
end
$$;

grant execute on function mainstay.playbook_path(),
    mainstay.playbook_heard(uuid, uuid, jsonb, jsonb),
    mainstay.run_playbooks(uuid, uuid[], jsonb[]),
    mainstay.event_of(mainstay.health_scores),
    mainstay.band_event(mainstay.health_scores),
    mainstay.stage_event(text, text), mainstay.heard_kinds(uuid),
    mainstay.run_score_playbooks(mainstay.health_scores[]),
    mainstay.sent_event_type(text),
    mainstay.webhook_payload_for(text, uuid, uuid, jsonb),
    mainstay.trigger_playbook_manually(uuid, uuid, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

grant execute on function
    mainstay.decide_playbook(mainstay.playbooks, uuid, jsonb, text, jsonb),
    mainstay.try_playbook(mainstay.playbooks, jsonb, uuid, jsonb, jsonb,
        bigint),
    mainstay.run_playbook(mainstay.playbooks, uuid, text)
    to mainstay_maint, mainstay_definer;

-- The name 002 uses.
create or replace view mainstay.playbook_runs
with (security_invoker = true) as
select tenant_id, id, playbook_id, playbook_version, account_id, executed_at,
       status, result, reason, trigger_event, webhook_id, error_message,
       executed_by
  from mainstay.playbook_executions;
comment on view mainstay.playbook_runs is
    'playbook_executions under its other name.';
