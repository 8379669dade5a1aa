-- The events of the past, rebuilt from rows that are never overwritten (and,
-- for goals, renewal dates and status, from the audit log), by the functions
-- that make them live: what a rehearsal runs on. Times are those at which we
-- learned of something, for that is when a playbook is woken.

-- Goals that were reached, also those that were opened again since.
create or replace function mainstay.goal_history(p_tenant uuid,
    p_from timestamptz, p_to timestamptz)
returns table (at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
begin
    return query
    with told as materialized (
        select l.object_id::uuid as id,
               coalesce((l.after ->> 'decided_at')::timestamptz, l.at) as at
          from mainstay.audit_log l
         where l.tenant_id = p_tenant and l.object_type = 'account_goals'
           and l.after ->> 'status' = 'reached'
           and l.at > p_from and l.at <= p_to + interval '1 minute'
    ), reached as (
        select t.id, t.at from told t
        union
        -- loaded with its past
        select g.id, coalesce(g.decided_at, g.created_at)
          from mainstay.account_goals g
         where g.tenant_id = p_tenant and g.status = 'reached'
           and not exists (
               select from mainstay.audit_log l
                where l.tenant_id = p_tenant
                  and l.object_type = 'account_goals'
                  and l.object_id = g.id::text
                  and l.after ->> 'status' = 'reached')
    )
    select r.at, g.account_id, e.event
      from reached r
      join mainstay.account_goals g
        on g.tenant_id = p_tenant and g.id = r.id
     cross join lateral (
        select jsonb_populate_record(g, '{"status": "reached"}') as row) x
     cross join lateral mainstay.event_of(x.row) e (event)
     where r.at > p_from and r.at <= p_to and e.event is not null;
end
$$;

create or replace function mainstay.stage_history(p_tenant uuid,
    p_from timestamptz, p_to timestamptz)
returns table (at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
begin
    return query
    select h.entered_at, h.account_id,
           mainstay.stage_event(h.from_stage, h.to_stage)
      from mainstay.journey_history h
     where h.tenant_id = p_tenant and h.entered_at > p_from
       and h.entered_at <= p_to and h.from_stage is not null;
end
$$;

create or replace function mainstay.nps_history(p_tenant uuid,
    p_from timestamptz, p_to timestamptz)
returns table (at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
begin
    return query
    select s.recorded_at, s.account_id, e.event
      from (select distinct r.account_id, r.recorded_at
              from mainstay.survey_responses r
             where r.tenant_id = p_tenant and r.kind = 'nps'
               and r.recorded_at > p_from and r.recorded_at <= p_to) s
     cross join lateral mainstay.nps_event(p_tenant, s.account_id,
           s.recorded_at) e (event)
     where e.event is not null;
end
$$;

-- Scores of a time, those left out that cannot wake the trigger: those that
-- are not below its line, and those that did not fall so far.
create or replace function mainstay.score_candidates(p_tenant uuid,
    p_trigger jsonb, p_from timestamptz, p_to timestamptz,
    p_accounts uuid[])
returns setof mainstay.health_scores
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_line constant integer := coalesce(p_trigger ->> 'crosses_below',
        p_trigger ->> 'is_below', '101');
    v_is_edge constant boolean := p_trigger ? 'crosses_below';
    v_drop constant integer := case
        when coalesce((p_trigger ->> 'within_days')::integer, 1) = 1
        then (p_trigger ->> 'drops_by')::integer end;
begin
    return query
    select h.* from mainstay.health_scores h
     where h.tenant_id = p_tenant and h.recorded_at > p_from
       and h.recorded_at <= p_to and h.overall_score < v_line
       and (not v_is_edge or (h.previous_score < v_line) is not true)
       and (v_drop is null or h.previous_score - h.overall_score > v_drop)
       and (p_accounts is null or h.account_id = any (p_accounts));
end
$$;

-- What accounts showed when an override began or ended, as rows of
-- health_scores (mainstay.shown_score, mainstay.show_score); one that is
-- replaced ends with the beginning of the next.
create or replace function mainstay.override_history(p_tenant uuid,
    p_from timestamptz, p_to timestamptz, p_accounts uuid[])
returns table (at timestamptz, score mainstay.health_scores)
language plpgsql stable rows 100 set search_path = ''
as $$
declare
    v_moment record;
begin
    for v_moment in
        with override as (
            select o.account_id, o.score, o.created_at,
                   least(o.ended_at, o.expires_at) as ended_at
              from mainstay.health_overrides o
             where o.tenant_id = p_tenant and (p_accounts is null
                or o.account_id = any (p_accounts))
        )
        select o.account_id, o.created_at as at, o.score as shown, b.score
          from override o
          left join override b on b.account_id = o.account_id
           and b.ended_at = o.created_at
        union all
        select o.account_id, o.ended_at, null, o.score
          from override o
         where not exists (
               select from override n where n.account_id = o.account_id
                  and n.created_at = o.ended_at)
    loop
        at := v_moment.at;
        continue when at <= p_from or at > p_to;
        score := null;
        select h.* into score from mainstay.health_scores h
         where h.tenant_id = p_tenant
           and h.account_id = v_moment.account_id and h.recorded_at <= at
         order by h.observed_at desc, h.recorded_at desc limit 1;
        if v_moment.shown is not null then
            score.previous_score := coalesce(v_moment.score,
                score.overall_score);
            score.band := mainstay.health_then(p_tenant,
                v_moment.account_id, at) ->> 'health_band';
            score.tenant_id := p_tenant;
            score.account_id := v_moment.account_id;
            score.id := null;
            score.overall_score := v_moment.shown;
            score.observed_at := at;
            score.recorded_at := coalesce(score.recorded_at, at);
        else
            score.previous_score := v_moment.score;
        end if;
        if score.overall_score <> score.previous_score
           or score.previous_score is null
               and score.overall_score is not null then
            return next;
        end if;
    end loop;
end
$$;

-- Scores that were shown: those that were the newest of their account when
-- they came, and no person had set another, and what overrides showed.
create or replace function mainstay.score_history(p_tenant uuid,
    p_trigger jsonb, p_from timestamptz, p_to timestamptz,
    p_accounts uuid[])
returns table (at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
begin
    return query
    select s.at, (s.score).account_id, case p_trigger ->> 'kind'
               when 'band_change' then mainstay.band_event(s.score)
               else mainstay.event_of(s.score) end
      from (
        select h.recorded_at as at, h as score
          from mainstay.score_candidates(p_tenant, p_trigger, p_from, p_to,
                   p_accounts) h
         where not exists (
               select from mainstay.health_scores n
                where n.tenant_id = p_tenant
                  and n.account_id = h.account_id
                  and n.observed_at > h.observed_at
                  and n.recorded_at < h.recorded_at)
           and not exists (
               select from mainstay.health_overrides o
                where o.tenant_id = p_tenant
                  and o.account_id = h.account_id
                  and o.created_at < h.recorded_at
                  and least(o.ended_at, o.expires_at) > h.recorded_at)
        union all
        select o.at, o.score
          from mainstay.override_history(p_tenant, p_from, p_to,
                   p_accounts) o) s;
end
$$;

-- The events of a trigger in a span of time, its start not included.
-- p_accounts: of these only; null: of all.
create or replace function mainstay.playbook_events(p_tenant uuid,
    p_trigger jsonb, p_from timestamptz, p_to timestamptz,
    p_accounts uuid[] default null)
returns table (at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_kind constant text := p_trigger ->> 'kind';
begin
    return query
    select e.at, e.account_id, mainstay.playbook_heard(p_tenant,
               e.account_id, jsonb_build_object('trigger', p_trigger),
               e.event || jsonb_build_object('type', v_kind, 'at', e.at))
      from (
        select * from mainstay.score_history(p_tenant, p_trigger, p_from,
            p_to, p_accounts)
         where v_kind in ('health_score_drop', 'band_change')
        union all
        select * from mainstay.stage_history(p_tenant, p_from, p_to)
         where v_kind = 'stage_transition'
        union all
        select * from mainstay.goal_history(p_tenant, p_from, p_to)
         where v_kind = 'goal_reached'
        union all
        select * from mainstay.nps_history(p_tenant, p_from, p_to)
         where v_kind = 'nps_drop'
        union all
        select s.recorded_at, s.account_id, mainstay.event_of(s)
          from mainstay.sentiment_analyses s
         where v_kind = 'negative_sentiment' and s.tenant_id = p_tenant
           and s.recorded_at > p_from and s.recorded_at <= p_to
        union all
        select a.created_at, a.account_id, mainstay.event_of(a)
          from mainstay.alerts a
         where v_kind = 'alert_raised' and a.tenant_id = p_tenant
           and a.created_at > p_from and a.created_at <= p_to
        union all
        select c.recorded_at, c.account_id, mainstay.event_of(c)
          from mainstay.cdi_events c
         where v_kind = 'cdi_event' and c.tenant_id = p_tenant
           and c.event_type = p_trigger ->> 'name'
           and c.recorded_at > p_from and c.recorded_at <= p_to
           -- in months by observed_at, and seldom recorded before
           and c.observed_at <= p_to + interval '5 minutes'
        union all
        select * from mainstay.sweep_events(p_tenant, p_trigger,
            mainstay.playbook_dues(p_trigger, p_from, p_to), null,
            p_accounts)
         where mainstay.is_sweep(v_kind)) e
     where e.event is not null
       and (p_accounts is null or e.account_id = any (p_accounts));
end
$$;
comment on function mainstay.playbook_events(uuid, jsonb, timestamptz,
    timestamptz, uuid[]) is
    'What would have woken a playbook with this trigger, rebuilt from what '
    'was recorded.';

grant execute on function
    mainstay.goal_history(uuid, timestamptz, timestamptz),
    mainstay.stage_history(uuid, timestamptz, timestamptz),
    mainstay.nps_history(uuid, timestamptz, timestamptz),
    mainstay.score_candidates(uuid, jsonb, timestamptz, timestamptz,
        uuid[]),
    mainstay.override_history(uuid, timestamptz, timestamptz, uuid[]),
    mainstay.score_history(uuid, jsonb, timestamptz, timestamptz, uuid[]),
    mainstay.playbook_events(uuid, jsonb, timestamptz, timestamptz, uuid[])
    to mainstay_app, mainstay_maint, mainstay_definer;
