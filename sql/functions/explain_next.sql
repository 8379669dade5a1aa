-- The smallest single change that lifts a score into the next band
-- (docs/explanations.md).

-- What a raw value can be at all: a metric that would have to leave it is no
-- way up.
create or replace function mainstay.attainable(p_source text, p_name text,
    p_aggregation text, p_span interval) returns numrange
language sql immutable parallel safe
return case
    when p_aggregation = 'distinct'
        then numrange(0, extract(day from p_span), '[]')
    when p_aggregation in ('count', 'days_since') then numrange(0, null)
    when p_aggregation = 'nps' then numrange(-100, 100, '[]')
    when p_aggregation = 'change' then numrange(-1, null)
    when p_aggregation = 'sum' then numrange(null, null)
    when p_source = 'sentiment' then numrange(-1, 1, '[]')
    when p_source = 'survey' then numrange(0, 10, '[]')
    when p_source = 'profile' and (p_name like '%\_percent'
            or p_name in ('csat', 'ces')) then numrange(0, 100, '[]')
    when p_source = 'profile' and p_name = 'nps'
        then numrange(-100, 100, '[]')
    else numrange(null, null) end;

-- What the metrics are worth in a score, in their order; null without data.
create or replace function mainstay.metric_values(
    p_metrics mainstay.scorecard_metric[], p_profile jsonb, p_inputs jsonb,
    p_states jsonb) returns numeric[]
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    m mainstay.scorecard_metric;
    v_raw numeric;
    v_values numeric[] := '{}';
begin
    foreach m in array p_metrics loop
        v_raw := p_inputs ->> m.key;
        v_values := v_values || case
            when v_raw is not null then mainstay.metric_value(m.transform,
                v_raw, m.low, m.high, m.bounds, m.stairs, coalesce(m.target,
                    mainstay.profile_number(p_profile, m.per)), m.factor)
            when p_states ->> m.key = 'zero' then 0
            when p_states ->> m.key = 'neutral' then 50 end;
    end loop;
    return v_values;
end
$$;

-- With one metric free, the score before rounding is a + b × value, where all
-- else, and the weight it takes when it comes anew, is in a and b; both null
-- for a metric that cannot count. Metrics of a dimension follow each other.
create or replace function mainstay.free_metrics(
    p_metrics mainstay.scorecard_metric[], p_weights jsonb,
    p_values numeric[], out a numeric[], out b numeric[])
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    m mainstay.scorecard_metric;
    v_dimension text;
    v_of integer[]; -- the dimension of each metric
    v_whole numeric[]; -- what each dimension weighs
    v_weights numeric[]; -- what its metrics with data do
    v_total numeric[];
    v_all_whole numeric := 0;
    v_all_total numeric := 0;
    v_then numeric; -- all that is weighed when the metric has data
    v_near numeric; -- the same within its dimension
    d integer := 0;
    n integer := 0;
begin
    foreach m in array p_metrics loop
        n := n + 1;
        if m.dimension is distinct from v_dimension then
            v_dimension := m.dimension;
            d := d + 1;
            v_whole[d] := coalesce((p_weights ->> m.dimension)::numeric,
                m.dimension_weight);
        end if;
        v_of[n] := d;
        if p_values[n] is not null then
            v_weights[d] := coalesce(v_weights[d], 0) + m.weight;
            v_total[d] := coalesce(v_total[d], 0) + m.weight * p_values[n];
        end if;
    end loop;
    for i in 1..d loop
        if v_weights[i] is not null then
            v_all_whole := v_all_whole + v_whole[i];
            v_all_total := v_all_total + coalesce(v_whole[i] * v_total[i]
                / nullif(v_weights[i], 0), 0);
        end if;
    end loop;
    n := 0;
    foreach m in array p_metrics loop
        n := n + 1;
        d := v_of[n];
        v_then := nullif(v_all_whole + case when v_weights[d] is null
            then v_whole[d] else 0 end, 0);
        v_near := nullif(coalesce(v_weights[d], 0)
            + case when p_values[n] is null then m.weight else 0 end, 0);
        a[n] := (v_all_total - coalesce(v_whole[d] * v_total[d]
                / nullif(v_weights[d], 0), 0)
            + v_whole[d] * (coalesce(v_total[d], 0)
                - coalesce(m.weight * p_values[n], 0)) / v_near) / v_then;
        b[n] := v_whole[d] * m.weight / v_near / v_then;
    end loop;
end
$$;

-- How wide the raw values of a metric lie.
create or replace function mainstay.metric_scale(
    p_metric mainstay.scorecard_metric, p_target numeric) returns numeric
language sql immutable parallel safe
return case p_metric.transform
    when 'linear' then abs(p_metric.high - p_metric.low)
    when 'inverse' then abs(p_metric.high - p_metric.low)
    when 'ratio' then abs(p_target)
    when 'steps' then p_metric.bounds[cardinality(p_metric.bounds)]
        - least(0, p_metric.bounds[1])
    else 100 / nullif(p_metric.factor, 0) end;

-- The raw value that is worth p_want, and those at which the score could jump.
create or replace function mainstay.turning_points(
    p_metric mainstay.scorecard_metric, p_target numeric, p_want numeric,
    p_exceptions jsonb) returns numeric[]
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return array[case when p_want <= 100 then case p_metric.transform
            when 'linear' then p_metric.low
                + p_want * (p_metric.high - p_metric.low) / 100
            when 'inverse' then p_metric.high
                - p_want * (p_metric.high - p_metric.low) / 100
            when 'ratio' then p_want * p_target / 100
            when 'pass' then p_want / p_metric.factor end end]
        || p_metric.bounds
        || case when p_metric.has_exception then array(
            select (e.value ->> 'value')::numeric
              from jsonb_array_elements(p_exceptions) e
             where e.value ->> 'metric' = p_metric.key) end;
end
$$;

-- Least cap and highest floor of the exceptions that hold.
create or replace function mainstay.limits_of(p_exceptions jsonb,
    p_inputs jsonb, out cap integer, out floor integer)
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    select min((e.value ->> 'cap')::integer),
           max((e.value ->> 'floor')::integer)
      into cap, floor
      from jsonb_array_elements(p_exceptions) e
     where mainstay.holds((p_inputs ->> (e.value ->> 'metric'))::numeric,
               e.value ->> 'op', (e.value ->> 'value')::numeric);
end
$$;

-- The smallest change of one metric with which the score is at least p_lower:
-- tried are the steps around its turning points. share, of the metric's own
-- scale, is null when there is none.
create or replace function mainstay.smallest_step(
    p_metric mainstay.scorecard_metric, p_target numeric, p_raw numeric,
    p_value numeric, p_a numeric, p_b numeric, p_exceptions jsonb,
    p_inputs jsonb, p_lower integer, out to_raw numeric,
    out to_value numeric, out step numeric, out reached integer,
    out share numeric)
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_has_limits constant boolean
        := coalesce(jsonb_array_length(p_exceptions), 0) > 0;
    v_scale constant numeric := mainstay.metric_scale(p_metric, p_target);
    v_possible constant numrange := mainstay.attainable(p_metric.source,
        p_metric.name, p_metric.aggregation, p_metric.span);
    v_cap integer;
    v_floor integer;
    v_own_cap integer;
    v_own_floor integer;
    v_near numeric;
    v_raw numeric;
    v_value numeric;
    v_score integer;
    v_share numeric;
begin
    if v_has_limits then
        select l.cap, l.floor into v_cap, v_floor
          from mainstay.limits_of(p_exceptions, p_inputs - p_metric.key) l;
    end if;
    if v_cap < p_lower or v_floor is null and not p_metric.has_exception
        and mainstay.round_score(p_a + p_b * 100) < p_lower
    then
        return;
    end if;
    step := case when p_metric.aggregation
            in ('count', 'distinct', 'days_since') then 1
        else power(10::numeric, floor(log(v_scale))::integer - 3) end;
    foreach v_near in array mainstay.turning_points(p_metric, p_target,
        greatest(0, (p_lower - 0.5 - p_a) / nullif(p_b, 0)), p_exceptions)
    loop
        for i in -1..2 loop
            v_raw := (floor(v_near / step) + i) * step;
            v_value := mainstay.metric_value(p_metric.transform, v_raw,
                p_metric.low, p_metric.high, p_metric.bounds,
                p_metric.stairs, p_target, p_metric.factor);
            if p_metric.has_exception then
                select l.cap, l.floor into v_own_cap, v_own_floor
                  from mainstay.limits_of(p_exceptions,
                      jsonb_build_object(p_metric.key, v_raw)) l;
            end if;
            v_score := greatest(v_floor, v_own_floor, least(v_cap, v_own_cap,
                mainstay.round_score(p_a + p_b * v_value)));
            v_share := coalesce(abs(v_raw - p_raw) / v_scale,
                (v_value - coalesce(p_value, 0)) / 100);
            if v_score >= p_lower and v_raw is distinct from p_raw
                and v_possible @> v_raw
                and (share is null or v_share <= share)
            then
                to_raw := v_raw;
                to_value := v_value;
                reached := v_score;
                share := v_share;
            end if;
        end loop;
    end loop;
end
$$;

-- The smallest change of a single metric that makes the score at least
-- p_lower, in shares of the metric's own scale; no row when there is none.
-- Step by step, because a statement of as many parts takes longer to set up
-- than to run.
create or replace function mainstay.smallest_change(
    p_metrics mainstay.scorecard_metric[], p_exceptions jsonb,
    p_weights jsonb, p_profile jsonb, p_inputs jsonb, p_states jsonb,
    p_lower integer)
returns table (key text, label text, source text, name text,
    aggregation text, from_raw numeric, from_value numeric, to_raw numeric,
    to_value numeric, step numeric, reached integer, share numeric)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
    m mainstay.scorecard_metric;
    v_values constant numeric[] := mainstay.metric_values(p_metrics,
        p_profile, p_inputs, p_states);
    v_a numeric[];
    v_b numeric[];
    v_target numeric;
    v_step record;
    v_least numeric;
    n integer := 0;
begin
    select f.a, f.b into v_a, v_b
      from mainstay.free_metrics(p_metrics, p_weights, v_values) f;
    foreach m in array p_metrics loop
        n := n + 1;
        v_target := coalesce(m.target,
            mainstay.profile_number(p_profile, m.per));
        continue when v_a[n] is null
            or coalesce(mainstay.metric_scale(m, v_target), 0) <= 1e-12
            or coalesce((p_weights ->> m.dimension)::numeric,
                m.dimension_weight) <= 0;
        v_step := mainstay.smallest_step(m, v_target,
            (p_inputs ->> m.key)::numeric, v_values[n], v_a[n], v_b[n],
            p_exceptions, p_inputs, p_lower);
        if v_step.share < v_least
            or v_least is null and v_step.share is not null
        then
            v_least := v_step.share;
            key := m.key;
            label := m.label;
            source := m.source;
            name := m.name;
            aggregation := m.aggregation;
            from_raw := (p_inputs ->> m.key)::numeric;
            from_value := v_values[n];
            to_raw := trim_scale(v_step.to_raw);
            to_value := trim_scale(v_step.to_value);
            step := trim_scale(v_step.step);
            reached := v_step.reached;
            share := v_least;
        end if;
    end loop;
    if v_least is not null then
        return next;
    end if;
end
$$;

-- next_band of an explanation, or why there is none. With hysteresis the band
-- that is shown may not be that of the score, and a bound is not enough.
create or replace function mainstay.next_band(
    p_score mainstay.health_scores, p_reading mainstay.score_reading)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_document constant jsonb := p_reading.document;
    v_band record;
    v_lower integer;
    v_change record;
    v_states jsonb;
begin
    select b.* into v_band
      from (select d.*, max(d.lower) filter (
                       where d.key = p_score.band_key) over () as shown
              from mainstay.scorecard_bands(v_document) d) b
     where b.lower > coalesce(b.shown, p_score.overall_score)
     order by b.lower limit 1;
    if v_band.key is null then
        return jsonb_build_object('is_best', true,
            'reason', 'It is in the best band.');
    end if;
    v_lower := v_band.lower
        + coalesce((v_document -> 'hysteresis' ->> 'margin')::integer, 0);
    if p_score.overall_score >= v_lower then
        return jsonb_build_object('reason', 'The score is one of '
            || v_band.label || '; it is shown when it has lasted '
            || app.count_text((v_document -> 'hysteresis'
                ->> 'days')::bigint, 'day') || '.');
    end if;
    select jsonb_object_agg(c.value ->> 'key', c.value -> 'state')
      into v_states
      from jsonb_array_elements(p_score.contributions) c
     where c.value ? 'value';
    select s.* into v_change
      from mainstay.smallest_change(p_reading.metrics,
          v_document -> 'exceptions',
          mainstay.weights_at(p_score, v_document),
          mainstay.targets_at(p_score, v_document), p_score.inputs, v_states,
          v_lower) s;
    if v_change.key is null then
        return jsonb_build_object('reason', 'No single change is enough for '
            'the ' || app.count_text(greatest(0,
                v_lower - p_score.overall_score), 'point') || ' to '
            || v_band.label || '.');
    end if;
    return jsonb_build_object('band', jsonb_build_object(
        'label', v_band.label, 'severity', v_band.severity,
        'lower', v_lower,
        'needed_points', v_lower - p_score.overall_score,
        'key', v_change.key, 'label_of_metric', v_change.label,
        'from_raw', v_change.from_raw, 'to_raw', v_change.to_raw,
        'to_value', v_change.to_value, 'step', v_change.step,
        'reached', v_change.reached,
        'sentence', mainstay.next_sentence(v_change.label, v_change.source,
            v_change.name, v_change.aggregation, v_change.from_raw,
            v_change.from_value, v_change.to_raw, v_change.to_value)
            || v_band.label || ' at ' || v_change.reached || '.'));
end
$$;

-- The weights of the stage the account was in; null when stages do not matter.
create or replace function mainstay.weights_at(
    p_score mainstay.health_scores, p_document jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    if not p_document ? 'stage_weights' then
        return null;
    end if;
    return (
        select p_document -> 'stage_weights' -> coalesce((
                   select j.to_stage from mainstay.journey_history j
                    where j.tenant_id = a.tenant_id and j.account_id = a.id
                      and j.entered_at <= p_score.observed_at
                    order by j.entered_at desc limit 1), a.current_stage)
          from mainstay.accounts a
         where a.tenant_id = p_score.tenant_id
           and a.id = p_score.account_id);
end
$$;

-- The profile that targets are per; null when none is.
create or replace function mainstay.targets_at(
    p_score mainstay.health_scores, p_document jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    if not p_document @? '$.dimensions[*].metrics[*].transform.per' then
        return null;
    end if;
    return mainstay.profile_at(p_score.tenant_id, p_score.account_id,
        case when p_score.is_current then now()
            else p_score.observed_at end);
end
$$;

-- 'With usage at 37.2 instead of 25 and all else as it is, it would be '
create or replace function mainstay.next_sentence(p_label text,
    p_source text, p_name text, p_aggregation text, p_from_raw numeric,
    p_from_value numeric, p_to_raw numeric, p_to_value numeric) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_label constant text := mainstay.inner_label(p_label);
    v_to constant text := mainstay.raw_text(p_source, p_name, p_aggregation,
        p_to_raw, p_to_value);
begin
    return 'With ' || case when p_from_raw is null
            then 'a first value of ' || v_to || ' for ' || v_label
            else v_label || ' at ' || v_to || ' instead of '
                || mainstay.raw_text(p_source, p_name, p_aggregation,
                    p_from_raw, p_from_value) end
        || ' and all else as it is, it would be ';
end
$$;

grant execute on function
    mainstay.attainable(text, text, text, interval),
    mainstay.metric_values(mainstay.scorecard_metric[], jsonb, jsonb, jsonb),
    mainstay.free_metrics(mainstay.scorecard_metric[], jsonb, numeric[]),
    mainstay.metric_scale(mainstay.scorecard_metric, numeric),
    mainstay.turning_points(mainstay.scorecard_metric, numeric, numeric,
        jsonb),
    mainstay.limits_of(jsonb, jsonb),
    mainstay.smallest_step(mainstay.scorecard_metric, numeric, numeric,
        numeric, numeric, numeric, jsonb, jsonb, integer),
    mainstay.smallest_change(mainstay.scorecard_metric[], jsonb, jsonb, jsonb,
        jsonb, jsonb, integer),
    mainstay.next_band(mainstay.health_scores, mainstay.score_reading),
    mainstay.weights_at(mainstay.health_scores, jsonb),
    mainstay.targets_at(mainstay.health_scores, jsonb),
    mainstay.next_sentence(text, text, text, text, numeric, numeric, numeric,
        numeric)
    to mainstay_app, mainstay_maint, mainstay_definer;
