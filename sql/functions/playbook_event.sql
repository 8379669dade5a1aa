-- What wakes playbooks: events of rows that were written, made by the same
-- functions live (playbook_event_trigger.sql) and when a rehearsal rebuilds
-- the past (playbook_history.sql). An event of a row comes without "type" and
-- "at": the caller knows both. Null: the row is no event.

create or replace function mainstay.event_of(p_row mainstay.account_goals)
returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object('goal', g.title, 'stage', s.name)
          from mainstay.stage_goals g
          join mainstay.journey_stages s
            on s.tenant_id = g.tenant_id and s.id = g.stage_id
         where g.tenant_id = p_row.tenant_id and g.id = p_row.goal_id
           and p_row.status = 'reached');
end
$$;

create or replace function mainstay.event_of(
    p_row mainstay.sentiment_analyses) returns jsonb
language sql immutable
return case when p_row.score_milli is not null then
    jsonb_build_object('score', trim_scale(p_row.score_milli / 1000.0),
        'source', p_row.source_type) end;

create or replace function mainstay.event_of(p_row mainstay.alerts)
returns jsonb
language sql immutable
return case when p_row.account_id is not null then
    jsonb_build_object('severity', p_row.severity, 'alert_kind', p_row.kind,
        'title', p_row.title) end;

create or replace function mainstay.event_of(p_row mainstay.cdi_events)
returns jsonb
language sql immutable
return jsonb_build_object('name', p_row.event_type,
    'source', p_row.source_type, 'properties', p_row.payload);

-- Answers that were recorded at a time may have lowered the NPS of their
-- account: promoters (9 and 10) less detractors (up to 6), in percent of the
-- answers of 90 days, against the same without these.
create or replace function mainstay.nps_event(p_tenant uuid, p_account uuid,
    p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_nps integer;
    v_before integer;
begin
    select round(100 * avg(v.value)),
           round(100 * avg(v.value) filter (where s.recorded_at < p_at))
      into v_nps, v_before
      from mainstay.survey_responses s
     cross join lateral (select case when s.score >= 9 then 1
               when s.score <= 6 then -1 else 0 end) v (value)
     where s.tenant_id = p_tenant and s.account_id = p_account
       and s.kind = 'nps' and s.recorded_at <= p_at
       and s.observed_at > p_at - interval '90 days';
    if v_nps < v_before then
        return jsonb_build_object('nps', v_nps, 'previous_nps', v_before,
            'points', v_before - v_nps);
    end if;
    return null;
end
$$;

grant execute on function mainstay.event_of(mainstay.account_goals),
    mainstay.event_of(mainstay.sentiment_analyses),
    mainstay.event_of(mainstay.alerts),
    mainstay.event_of(mainstay.cdi_events),
    mainstay.nps_event(uuid, uuid, timestamptz)
    to mainstay_app, mainstay_maint, mainstay_definer;
