-- Whether a playbook runs for an event: its trigger, then its conditions.
-- Pure: what is not in the arguments is not asked, so that a rehearsal of
-- last winter decides as that winter would have.
--
-- An event is jsonb, {"type": …, "at": …} with the keys of
-- mainstay.playbook_event_keys. Facts are those of mainstay.playbook_facts.

-- These run for every score of every account: what is called most is written
-- as simple expressions, which PL/pgSQL evaluates without a query.

-- One thing that was looked at; why: the sentence for when it is not met.
create or replace function mainstay.judged(p_what text, p_wanted text,
    p_found text, p_met boolean, p_why text default null) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    if p_met then
        return jsonb_build_object('what', p_what, 'wanted', p_wanted,
            'found', p_found, 'met', true);
    end if;
    return jsonb_build_object('what', p_what, 'wanted', p_wanted,
        'found', p_found, 'met', false, 'why', coalesce(p_why,
            p_what || ' is ' || coalesce(p_found, 'not known')
            || '; wanted: ' || p_wanted || '.'));
end
$$;

-- Score triggers. crosses_below is an edge: the score before was at or above
-- the line, or there was none. is_below is a level: every score below it.
-- A drop of exactly drops_by is none.
create or replace function mainstay.judge_score(p_trigger jsonb,
    p_event jsonb) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_score constant integer := p_event ->> 'score';
    v_previous constant integer := p_event ->> 'previous_score';
    v_line constant integer := coalesce(p_trigger ->> 'crosses_below',
        p_trigger ->> 'is_below');
    v_seen jsonb;
begin
    if v_line is null then
        return jsonb_build_array(mainstay.judge_drop(p_trigger, v_score,
            v_previous, (p_event ->> 'highest')::integer));
    end if;
    v_seen := mainstay.judged('Score', 'below ' || v_line, v_score::text,
        v_score < v_line,
        'Score ' || v_score || ' is not below ' || v_line || '.');
    if p_trigger ? 'is_below' then
        return jsonb_build_array(v_seen);
    end if;
    return jsonb_build_array(v_seen, mainstay.judged('Score before',
        v_line || ' or more, or none', coalesce(v_previous::text, 'none'),
        (v_previous < v_line) is not true,
        'Score was below ' || v_line || ' before.'));
end
$$;

create or replace function mainstay.judge_drop(p_trigger jsonb,
    p_score integer, p_previous integer, p_highest integer) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_days constant integer := coalesce(
        (p_trigger ->> 'within_days')::integer, 1);
    v_highest constant integer := case when v_days > 1
        then greatest(p_previous, p_highest) else p_previous end;
    v_drop constant integer := p_trigger ->> 'drops_by';
begin
    return mainstay.judged(case when v_days > 1
            then 'Drop within ' || v_days || ' days' else 'Drop' end,
        'more than ' || v_drop || ' points',
        coalesce(v_highest - p_score || ' points, from ' || v_highest
            || ' to ' || p_score, 'none'),
        v_highest - p_score > v_drop, case when v_highest is null
            then 'There is no earlier score to compare with.'
            else 'Score did not drop by more than ' || v_drop || '.' end);
end
$$;

create or replace function mainstay.judge_stage(p_trigger jsonb,
    p_event jsonb) returns jsonb
language sql immutable parallel safe
return case when p_trigger ? 'to' then jsonb_build_array(mainstay.judged(
        'Stage', p_trigger ->> 'to', p_event ->> 'to_stage',
        p_event ->> 'to_stage' = p_trigger ->> 'to',
        format('Stage is not %s.', p_trigger ->> 'to'))) else '[]' end
    || case when p_trigger ? 'from' then jsonb_build_array(mainstay.judged(
        'Stage before', p_trigger ->> 'from', p_event ->> 'from_stage',
        p_event ->> 'from_stage' = p_trigger ->> 'from',
        format('Stage before was not %s.', p_trigger ->> 'from')))
        else '[]' end;

-- One of a list, where there is one.
create or replace function mainstay.judge_listed(p_what text, p_list jsonb,
    p_found text) returns jsonb
language sql immutable parallel safe
return case when p_list is null then '[]' else jsonb_build_array(
    mainstay.judged(p_what, (
        select string_agg(mainstay.condition_word(l.value), ' or ')
          from jsonb_array_elements_text(p_list) l (value)),
        mainstay.condition_word(p_found), p_list ? p_found)) end;

-- A number that must be at least something.
create or replace function mainstay.judge_at_least(p_what text,
    p_least numeric, p_found numeric, p_unit text) returns jsonb
language sql immutable parallel safe
return mainstay.judged(p_what, format('%s%s or more', trim_scale(p_least),
    p_unit), trim_scale(p_found) || p_unit, p_found >= p_least);

-- A number of days that is reached: not yet when it was last looked at.
create or replace function mainstay.judge_reached(p_what text,
    p_wanted text, p_event jsonb, p_now boolean, p_before boolean)
returns jsonb
language sql immutable parallel safe
return jsonb_build_array(mainstay.judged(p_what, p_wanted,
        (p_event ->> 'days') || ' days', p_now),
    mainstay.judged(p_what || ' when last looked at', 'not yet ' || p_wanted,
        coalesce((p_event ->> 'previous_days') || ' days', 'none'),
        p_before is not true, 'It was so already: it is told once.'));

-- What the trigger looked at, in its order. Renewals and inactivity are
-- edges; so are usage, tickets and NPS, since their events are raised once a
-- period.
create or replace function mainstay.judge_trigger(p_trigger jsonb,
    p_event jsonb) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_kind constant text := p_trigger ->> 'kind';
    v_days constant integer := coalesce((p_trigger ->> 'days')::integer,
        case v_kind when 'renewal_due' then 90 when 'inactivity' then 30
            when 'ticket_spike' then 7 end);
begin
    if p_event ->> 'type' = 'manual' then
        return '[]';
    elsif p_event ->> 'type' is distinct from v_kind then
        return jsonb_build_array(mainstay.judged('Event',
            app.label_text(v_kind), app.label_text(p_event ->> 'type'),
            false));
    elsif v_kind = 'health_score_drop' then
        return mainstay.judge_score(p_trigger, p_event);
    end if;
    return case v_kind
        when 'stage_transition'
            then mainstay.judge_stage(p_trigger, p_event)
        when 'band_change' then jsonb_build_array(mainstay.judged('Band',
                'another one', mainstay.condition_word(p_event ->> 'band'),
                p_event ->> 'band' <> p_event ->> 'previous_band',
                'The band is the same as before.'))
            || mainstay.judge_listed('Band', p_trigger -> 'to',
                p_event ->> 'band')
            || mainstay.judge_listed('Band before', p_trigger -> 'from',
                p_event ->> 'previous_band')
        when 'goal_reached' then case when p_trigger ? 'goal'
            then jsonb_build_array(mainstay.judged('Goal',
                p_trigger ->> 'goal', p_event ->> 'goal',
                p_event ->> 'goal' = p_trigger ->> 'goal'))
            else '[]' end
        when 'renewal_due' then mainstay.judge_reached('Renewal in',
            v_days || ' days or less', p_event,
            (p_event ->> 'days')::integer between 0 and v_days,
            (p_event ->> 'previous_days')::integer <= v_days)
        when 'inactivity' then mainstay.judge_reached('Inactive for',
            v_days || ' days or more', p_event,
            (p_event ->> 'days')::integer >= v_days,
            (p_event ->> 'previous_days')::integer >= v_days)
        when 'usage_decline' then jsonb_build_array(mainstay.judged(
                'Metric', p_trigger ->> 'metric', p_event ->> 'metric',
                p_event ->> 'metric' = p_trigger ->> 'metric'),
            mainstay.judge_at_least('Decline in a week',
                coalesce((p_trigger ->> 'percent')::numeric, 30),
                (p_event ->> 'percent')::numeric, ' %'))
        when 'ticket_spike' then jsonb_build_array(mainstay.judged('Period',
                v_days || ' days', (p_event ->> 'days') || ' days',
                (p_event ->> 'days')::integer = v_days),
            mainstay.judge_at_least('Tickets',
                coalesce((p_trigger ->> 'at_least')::numeric, 3),
                (p_event ->> 'tickets')::numeric, ''),
            mainstay.judge_at_least('Rise of tickets',
                coalesce((p_trigger ->> 'percent')::numeric, 100),
                (p_event ->> 'percent')::numeric, ' %'))
        when 'nps_drop' then jsonb_build_array(mainstay.judge_at_least(
            'Fall of NPS', coalesce((p_trigger ->> 'points')::numeric, 10),
            (p_event ->> 'points')::numeric, ' points'))
        when 'negative_sentiment' then jsonb_build_array(mainstay.judged(
            'Sentiment', 'below ' || coalesce(p_trigger ->> 'below', '-0.3'),
            p_event ->> 'score', (p_event ->> 'score')::numeric
                < coalesce((p_trigger ->> 'below')::numeric, -0.3)))
        when 'alert_raised' then mainstay.judge_listed('Severity',
                p_trigger -> 'severity', p_event ->> 'severity')
            || case when p_trigger ? 'alert_kind'
                then jsonb_build_array(mainstay.judged('Alert',
                    app.label_text(p_trigger ->> 'alert_kind'),
                    app.label_text(p_event ->> 'alert_kind'),
                    p_event ->> 'alert_kind' = p_trigger ->> 'alert_kind'))
                else '[]' end
        when 'cdi_event' then jsonb_build_array(mainstay.judged('Event',
                p_trigger ->> 'name', p_event ->> 'name',
                p_event ->> 'name' = p_trigger ->> 'name'))
            || coalesce((
                select jsonb_agg(mainstay.judged(app.label_text(p.key),
                           p.value #>> '{}',
                           p_event -> 'properties' ->> p.key,
                           p_event -> 'properties' ->> p.key
                               = p.value #>> '{}') order by p.key)
                  from mainstay.object_entries(p_trigger -> 'properties') p),
                '[]')
        when 'schedule' then jsonb_build_array(mainstay.judged('Time',
            concat_ws(' ', p_trigger ->> 'every', p_trigger ->> 'on',
                coalesce(p_trigger ->> 'hour', '0') || ':00'),
            concat_ws(' ', p_event ->> 'every', p_event ->> 'on',
                coalesce(p_event ->> 'hour', '0') || ':00'),
            (p_event ->> 'every', p_event ->> 'on',
                coalesce(p_event ->> 'hour', '0'))
            is not distinct from (p_trigger ->> 'every',
                p_trigger ->> 'on', coalesce(p_trigger ->> 'hour', '0'))))
        else '[]' end;
end
$$;

-- Conditions are asked once the trigger is met: for most events it is not,
-- and facts need not be gathered.
create or replace function mainstay.playbook_judge(p_document jsonb,
    p_event jsonb, p_facts jsonb) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_seen constant jsonb := mainstay.judge_trigger(
        p_document -> 'trigger', p_event);
    v_why constant text := jsonb_path_query_first(v_seen,
        '$[*].why') #>> '{}';
    v_rest record;
begin
    if v_why is not null then
        return jsonb_build_object('met', false, 'reason', v_why,
            'seen', v_seen);
    elsif jsonb_typeof(p_document -> 'conditions') is distinct from 'object'
        or p_event ->> 'type' = 'manual' then
        return jsonb_build_object('met', true,
            'reason', mainstay.event_text(p_event), 'seen', v_seen);
    end if;
    v_rest := mainstay.judge_condition(p_document -> 'conditions', p_event,
        p_facts);
    return jsonb_build_object('met', v_rest.met, 'reason', case
        when v_rest.met then mainstay.event_text(p_event)
        else v_rest.why end, 'seen', v_seen || v_rest.seen);
end
$$;
comment on function mainstay.playbook_judge(jsonb, jsonb, jsonb) is
    '{"met", "reason", "seen": [{"what", "wanted", "found", "met"}]}: '
    'whether a playbook runs for an event, and by what.';

-- What happened, in a sentence.
create or replace function mainstay.event_text(p_event jsonb) returns text
language sql immutable parallel safe
return coalesce(case p_event ->> 'type'
    when 'health_score_drop' then format('Health %s to %s%s.', case
            when (p_event ->> 'score')::integer
                > (p_event ->> 'previous_score')::integer
            then 'rose' else 'fell' end, p_event ->> 'score',
        coalesce(' from ' || (p_event ->> 'previous_score'), ''))
    when 'band_change' then 'Health became '
        || app.band_text(p_event ->> 'band') || coalesce(', was '
        || app.band_text(p_event ->> 'previous_band'), '') || '.'
    when 'stage_transition' then 'Stage became ' || (p_event ->> 'to_stage')
        || coalesce(', was ' || (p_event ->> 'from_stage'), '') || '.'
    when 'goal_reached' then format('Goal reached: %s.', p_event ->> 'goal')
    when 'renewal_due'
        then format('Renewal is in %s days.', p_event ->> 'days')
    when 'usage_decline' then format('%s fell by %s %% in a week.',
        app.label_text(p_event ->> 'metric'), p_event ->> 'percent')
    when 'ticket_spike' then format('%s tickets in %s days.',
        p_event ->> 'tickets', p_event ->> 'days')
    when 'nps_drop'
        then format('NPS fell by %s points.', p_event ->> 'points')
    when 'negative_sentiment'
        then format('Sentiment of a text is %s.', p_event ->> 'score')
    when 'alert_raised' then format('Alert: %s.', p_event ->> 'title')
    when 'inactivity'
        then format('Nothing was heard for %s days.', p_event ->> 'days')
    when 'cdi_event' then format('Event: %s.', p_event ->> 'name')
    when 'schedule' then 'It was time.'
    when 'manual' then 'Run by hand' || coalesce(': '
        || rtrim(nullif(p_event ->> 'reason', ''), '.'), '') || '.'
    end, app.label_text(p_event ->> 'type') || '.');

-- What limits looked at: when it last ran for this account, how often in 24
-- hours over all (null: not asked). Only runs that did not fail count. Pure,
-- as is the guard below.
create or replace function mainstay.judge_limits(p_document jsonb,
    p_at timestamptz, p_last_run_at timestamptz, p_runs_of_day bigint)
returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_minutes constant integer := coalesce((p_document -> 'limits'
        ->> 'cooldown_minutes')::integer, 60);
    v_most constant integer :=
        p_document -> 'limits' ->> 'max_executions_per_day';
    v_seen jsonb := '[]';
begin
    if v_minutes > 0 then
        v_seen := v_seen || mainstay.judged('Last run for this account',
            v_minutes || ' minutes ago or more', coalesce(floor(extract(
                epoch from p_at - p_last_run_at) / 60) || ' minutes ago',
                'none'),
            (p_last_run_at > p_at - make_interval(mins => v_minutes))
                is not true,
            format('Cooling down: it ran for this account less than %s '
                'minutes ago.', v_minutes));
    end if;
    if v_most is not null then
        v_seen := v_seen || mainstay.judged('Runs in 24 hours',
            'fewer than ' || v_most, p_runs_of_day::text,
            p_runs_of_day < v_most, format('Daily limit: it ran %s times in '
                'the last 24 hours.', p_runs_of_day));
    end if;
    return v_seen;
end
$$;

-- The sentence of the first thing that is not met; null: all are.
create or replace function mainstay.first_why(p_seen jsonb) returns text
language sql immutable parallel safe
return jsonb_path_query_first(p_seen, '$[*].why') #>> '{}';

create or replace function mainstay.playbook_limit_reason(p_document jsonb,
    p_at timestamptz, p_last_run_at timestamptz, p_runs_of_day bigint)
returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return mainstay.first_why(mainstay.judge_limits(p_document, p_at,
        p_last_run_at, p_runs_of_day));
end
$$;
comment on function mainstay.playbook_limit_reason(jsonb, timestamptz,
    timestamptz, bigint) is
    'Why cooldown or daily limit keep a playbook from running; null: they do '
    'not.';

-- Why it must stop and ask, or null: how many accounts it would have reached
-- within an hour.
create or replace function mainstay.playbook_hold_reason(p_document jsonb,
    p_accounts bigint) returns text
language sql immutable parallel safe
return case when p_accounts > coalesce(
        (p_document -> 'limits' ->> 'max_accounts_at_once')::integer, 100)
    then format('It would reach %s accounts within an hour; %s is the most '
        'without asking.', p_accounts, coalesce(p_document -> 'limits'
            ->> 'max_accounts_at_once', '100')) end;
comment on function mainstay.playbook_hold_reason(jsonb, bigint) is
    'Why a playbook stops itself and asks a person; null: it need not.';

grant execute on function mainstay.judged(text, text, text, boolean, text),
    mainstay.judge_drop(jsonb, integer, integer, integer),
    mainstay.judge_score(jsonb, jsonb), mainstay.judge_stage(jsonb, jsonb),
    mainstay.judge_listed(text, jsonb, text),
    mainstay.judge_at_least(text, numeric, numeric, text),
    mainstay.judge_reached(text, text, jsonb, boolean, boolean),
    mainstay.judge_trigger(jsonb, jsonb),
    mainstay.playbook_judge(jsonb, jsonb, jsonb),
    mainstay.event_text(jsonb), mainstay.first_why(jsonb),
    mainstay.judge_limits(jsonb, timestamptz, timestamptz, bigint),
    mainstay.playbook_limit_reason(jsonb, timestamptz, timestamptz, bigint),
    mainstay.playbook_hold_reason(jsonb, bigint)
    to mainstay_app, mainstay_maint, mainstay_definer;
