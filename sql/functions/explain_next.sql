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

-- The smallest change of a single metric that makes the score at least
-- p_lower, in shares of the metric's own scale; no row when there is none.
-- With one metric k free, the score before rounding is a + b × value, where
-- all else, and the weight k takes when it comes anew, is in a and b. A value
-- is turned back into a raw one, and the steps of the metric around it are
-- tried, as are those around each bound at which the score could jump.
create or replace function mainstay.smallest_change(p_document jsonb,
    p_weights jsonb, p_profile jsonb, p_inputs jsonb, p_states jsonb,
    p_lower integer)
returns table (key text, label text, source text, name text,
    aggregation text, from_raw numeric, from_value numeric, to_raw numeric,
    to_value numeric, step numeric, reached integer, share numeric)
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query
    with metric as materialized (
        select m.place, m.dimension, m.key, m.label, m.weight, m.source,
               m.name, m.aggregation, m.transform, m.low, m.high, m.bounds,
               m.stairs, m.factor, m.missing, m.has_exception,
               mainstay.attainable(m.source, m.name, m.aggregation, m.span)
                   as attainable,
               coalesce((p_weights ->> m.dimension)::numeric,
                   m.dimension_weight) as whole,
               coalesce(m.target, mainstay.profile_number(p_profile, m.per))
                   as target,
               (p_inputs ->> m.key)::numeric as raw
          from mainstay.scorecard_metrics(p_document) m
    ), exception as materialized (
        select e.value ->> 'metric' as metric, e.value ->> 'op' as op,
               (e.value ->> 'value')::numeric as value,
               (e.value ->> 'cap')::integer as cap,
               (e.value ->> 'floor')::integer as floor
          from jsonb_array_elements(p_document -> 'exceptions') e
    ), valued as materialized (
        select m.*,
               case when m.raw is not null then mainstay.metric_value(
                       m.transform, m.raw, m.low, m.high, m.bounds, m.stairs,
                       m.target, m.factor)
                   when p_states ->> m.key = 'zero' then 0
                   when p_states ->> m.key = 'neutral' then 50 end as value,
               case m.transform
                   when 'linear' then abs(m.high - m.low)
                   when 'inverse' then abs(m.high - m.low)
                   when 'ratio' then abs(m.target)
                   when 'steps' then m.bounds[cardinality(m.bounds)]
                       - least(0, m.bounds[1])
                   else 100 / nullif(m.factor, 0) end as scale
          from metric m
    ), dimension as (
        select v.dimension, v.whole,
               sum(v.weight) filter (where v.value is not null) as weights,
               sum(v.weight * v.value) as total
          from valued v
         group by v.dimension, v.whole
    ), whole as (
        select sum(d.whole) as whole,
               sum(d.whole * d.total / nullif(d.weights, 0)) as total
          from dimension d where d.weights is not null
    ), free as (
        select v.*,
               case when v.aggregation in ('count', 'distinct', 'days_since')
                       then 1
                   else power(10::numeric, floor(log(v.scale))::integer - 3)
               end as step,
               coalesce(w.whole, 0) + case when d.weights is null
                   then v.whole else 0 end as all_whole,
               coalesce(w.total, 0)
                   - coalesce(d.whole * d.total / nullif(d.weights, 0), 0)
                   as other_total,
               coalesce(d.total, 0)
                   - coalesce(v.weight * v.value, 0) as near_total,
               coalesce(d.weights, 0) + case when v.value is null
                   then v.weight else 0 end as near_weights,
               (select min(e.cap) from exception e
                  join valued o on o.key = e.metric and o.raw is not null
                 where e.metric <> v.key
                   and mainstay.holds(o.raw, e.op, e.value)) as cap,
               (select max(e.floor) from exception e
                  join valued o on o.key = e.metric and o.raw is not null
                 where e.metric <> v.key
                   and mainstay.holds(o.raw, e.op, e.value)) as floor
          from valued v
          join dimension d on d.dimension = v.dimension
         cross join whole w
         where v.scale > 1e-12 and v.whole > 0
    ), formed as (
        select f.*,
               (f.other_total + f.whole * f.near_total
                   / nullif(f.near_weights, 0)) / f.all_whole as a,
               f.whole * f.weight / nullif(f.near_weights, 0) / f.all_whole
                   as b
          from free f
         where f.all_whole > 0 and (f.cap is null or f.cap >= p_lower)
    ), wanted as (
        select f.*,
               greatest(0, (p_lower - 0.5 - f.a) / nullif(f.b, 0)) as want
          from formed f
    ), around as (
        select w.*, c.near
          from wanted w
         cross join lateral (
            select case w.transform
                       when 'linear' then w.low
                           + w.want * (w.high - w.low) / 100
                       when 'inverse' then w.high
                           - w.want * (w.high - w.low) / 100
                       when 'ratio' then w.want * w.target / 100
                       when 'pass' then w.want / w.factor end
             where w.want <= 100
            union all
            select b from unnest(w.bounds) b
            union all
            select e.value from exception e where e.metric = w.key) c (near)
         where c.near is not null
    ), tried as (
        select distinct a.place, (floor(a.near / a.step) + n) * a.step as raw
          from around a cross join generate_series(-1, 2) n
    ), reached as (
        select f.*, t.raw as new_raw, x.value as new_value, s.score
          from tried t
          join formed f on f.place = t.place
         cross join lateral (
            select mainstay.metric_value(f.transform, t.raw, f.low, f.high,
                f.bounds, f.stairs, f.target, f.factor) as value) x
         cross join lateral (
            select greatest(f.floor, o.floor, least(f.cap, o.cap,
                       mainstay.round_score(f.a + f.b * x.value))) as score
              from (select min(e.cap) as cap, max(e.floor) as floor
                      from exception e
                     where f.has_exception and e.metric = f.key
                       and mainstay.holds(t.raw, e.op, e.value)) o) s
         where s.score >= p_lower and t.raw is distinct from f.raw
           and f.attainable @> t.raw
    )
    select r.key, r.label, r.source, r.name, r.aggregation, r.raw, r.value,
           trim_scale(r.new_raw), trim_scale(r.new_value),
           trim_scale(r.step), r.score, coalesce(
               abs(r.new_raw - r.raw) / r.scale,
               (r.new_value - coalesce(r.value, 0)) / 100)
      from reached r
     order by 12, r.place
     limit 1;
end
$$;

-- next_band of an explanation, or why there is none. With hysteresis the band
-- that is shown may not be that of the score, and a bound is not enough.
create or replace function mainstay.next_band(
    p_score mainstay.health_scores, p_document jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_band record;
    v_lower integer;
    v_change record;
    v_states jsonb;
begin
    select b.* into v_band
      from mainstay.scorecard_bands(p_document) b
     where b.lower > coalesce((
               select s.lower from mainstay.scorecard_bands(p_document) s
                where s.key = p_score.band_key), p_score.overall_score)
     order by b.lower limit 1;
    if v_band.key is null then
        return jsonb_build_object('is_best', true,
            'reason', 'It is in the best band.');
    end if;
    v_lower := v_band.lower
        + coalesce((p_document -> 'hysteresis' ->> 'margin')::integer, 0);
    if p_score.overall_score >= v_lower then
        return jsonb_build_object('reason', 'The score is one of '
            || v_band.label || '; it is shown when it has lasted '
            || app.count_text((p_document -> 'hysteresis'
                ->> 'days')::bigint, 'day') || '.');
    end if;
    select jsonb_object_agg(c.value ->> 'key', c.value -> 'state')
      into v_states
      from jsonb_array_elements(p_score.contributions) c
     where c.value ? 'value';
    select s.* into v_change
      from mainstay.smallest_change(p_document,
          mainstay.weights_at(p_score, p_document),
          mainstay.targets_at(p_score, p_document), p_score.inputs, v_states,
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
    mainstay.smallest_change(jsonb, jsonb, jsonb, jsonb, jsonb, integer),
    mainstay.next_band(mainstay.health_scores, jsonb),
    mainstay.weights_at(mainstay.health_scores, jsonb),
    mainstay.targets_at(mainstay.health_scores, jsonb),
    mainstay.next_sentence(text, text, text, text, numeric, numeric, numeric,
        numeric)
    to mainstay_app, mainstay_maint, mainstay_definer;
