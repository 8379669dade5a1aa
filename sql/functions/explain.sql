-- Why a score is what it is, as data and in plain English: what it is made
-- of, what changed since an earlier one, the smallest change that lifts it
-- into the next band, and which facts are missing. docs/what-if.md says what
-- the figures mean. Sentences never make a metric's label their subject, so
-- that labels in singular and plural both fit.

-- The score an account had at a time, as known then; all null when none.
create or replace function mainstay.score_as_of(p_tenant uuid,
    p_account uuid, p_at timestamptz) returns mainstay.health_scores
language plpgsql stable set search_path = ''
as $$
declare
    v_score mainstay.health_scores;
begin
    select h.* into v_score
      from mainstay.health_scores h
     where h.tenant_id = p_tenant and h.account_id = p_account
       and h.observed_at <= p_at and h.recorded_at <= p_at
     order by h.observed_at desc, h.recorded_at desc, h.is_current desc
     limit 1;
    return v_score;
end
$$;
comment on function mainstay.score_as_of(uuid, uuid, timestamptz) is
    'The score row an account had at a time, as known then.';

-- Points and the like: one decimal at most, with a real minus sign.
create or replace function mainstay.points_text(p_points numeric)
returns text
language sql immutable parallel safe
return replace(trim_scale(round(p_points, 1))::text, '-', '−');

create or replace function mainstay.signed_text(p_points numeric)
returns text
language sql immutable parallel safe
return case when round(p_points, 1) > 0 then '+' else '' end
    || mainstay.points_text(p_points);

-- A label within a sentence: 'Usage' → 'usage', but 'NPS' stays.
create or replace function mainstay.inner_label(p_label text) returns text
language sql immutable parallel safe
return case when substr(p_label, 2, 1) between 'A' and 'Z' then p_label
    else lower(left(p_label, 1)) || substr(p_label, 2) end;

-- What a raw value gives on the scale of 0 to 100: the transforms of
-- mainstay.evaluate_range, which tests compare with these.
create or replace function mainstay.metric_value(p_transform text,
    p_raw numeric, p_low numeric, p_high numeric, p_bounds numeric[],
    p_stairs numeric[], p_target numeric, p_factor numeric) returns numeric
language sql immutable parallel safe
return greatest(0, least(100, round(case p_transform
    when 'linear' then (p_raw - p_low) * 100 / (p_high - p_low)
    when 'inverse' then (p_high - p_raw) * 100 / (p_high - p_low)
    when 'ratio' then p_raw * 100 / nullif(p_target, 0)
    when 'steps' then p_factor
        * p_stairs[width_bucket(p_raw, p_bounds) + 1]
    else p_raw * p_factor end, 6)));

-- A raw value with its unit. Parts that came with a score are shown as they
-- count, on the scale of 0 to 100.
create or replace function mainstay.raw_text(p_source text, p_name text,
    p_aggregation text, p_raw numeric, p_value numeric) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_number constant text := replace(app.decimal_text(p_raw::float8), '-',
        '−');
begin
    return case
        when p_source = 'component' then mainstay.points_text(p_value)
        when p_aggregation in ('days_since', 'distinct')
            or p_source = 'profile' and p_name = 'renewal_days'
            then app.count_text(round(p_raw)::bigint, 'day')
        when p_aggregation = 'change'
            then mainstay.signed_text(p_raw * 100) || ' %'
        when p_aggregation = 'nps' then mainstay.signed_text(p_raw)
        when p_source = 'profile' and p_name like '%\_percent'
            then v_number || ' %'
        else v_number end;
end
$$;

-- The metrics of a document beside what they were in a score, in its order.
-- What rounding, exceptions, given scores and overrides add is no metric.
create or replace function mainstay.score_lines(p_document jsonb,
    p_contributions jsonb)
returns table (place bigint, is_metric boolean, key text, label text,
    weight numeric, value numeric, raw numeric, points numeric,
    last_at timestamptz, state text, source text, name text,
    aggregation text, transform text, span interval, raw_text text)
language plpgsql stable rows 8 set search_path = ''
as $$
begin
    return query
    select c.place, c.value ? 'value', c.value ->> 'key',
           coalesce(m.label, c.value ->> 'label'),
           coalesce((c.value ->> 'weight')::numeric, 0),
           (c.value ->> 'value')::numeric, (c.value ->> 'raw')::numeric,
           coalesce((c.value ->> 'points')::numeric, 0),
           (c.value ->> 'last_at')::timestamptz, c.value ->> 'state',
           coalesce(m.source, 'component'), m.name, m.aggregation,
           coalesce(m.transform, 'pass'), m.span,
           mainstay.raw_text(coalesce(m.source, 'component'), m.name,
               m.aggregation, (c.value ->> 'raw')::numeric,
               (c.value ->> 'value')::numeric)
      from jsonb_array_elements(p_contributions)
           with ordinality c (value, place)
      left join mainstay.scorecard_metrics(p_document) m
        on m.key = c.value ->> 'key' and c.value ? 'value'
     order by c.place;
end
$$;

-- 'usage: 25 of 100', 'days since the last login: 12 days, worth 33 of 100',
-- 'form completion: no data, which counts as 0'
create or replace function mainstay.line_text(p_label text, p_source text,
    p_raw_text text, p_span interval, p_aggregation text, p_state text,
    p_value numeric) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return mainstay.inner_label(p_label) || ': ' || case
        when p_state in ('zero', 'neutral')
            then 'no data, counted as ' || mainstay.points_text(p_value)
        when p_source = 'component' then p_raw_text || ' of 100'
        else p_raw_text
            || case when p_aggregation in ('sum', 'count', 'distinct')
                then ' in ' || app.count_text(
                    extract(day from p_span)::bigint, 'day') else '' end
            || ', worth ' || mainstay.points_text(p_value) || ' of 100' end;
end
$$;

-- The sentence of a score.
create or replace function mainstay.score_sentence(p_document jsonb,
    p_score integer, p_label text, p_is_top boolean, p_contributions jsonb)
returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_line record;
    v_made integer := p_score;
    v_head text := p_label || ' at ' || p_score;
    v_causes text := '';
    v_metrics integer := 0;
    v_valued integer := 0;
    v_place integer := 0;
    v_first numeric;
begin
    for v_line in
        select l.* from mainstay.score_lines(p_document, p_contributions) l
         order by case when l.is_metric then case
             when p_is_top and l.points > 0 and l.points = max(l.points) over ()
                 then -1 else 0 end else -2 end,
             l.weight - l.points desc, l.place
    loop
        if not v_line.is_metric then
            continue when v_line.key = 'rounding' or v_line.points = 0;
            v_made := v_made - v_line.points::integer;
            v_head := v_head || case v_line.key
                when 'given' then ', as it was given'
                when 'override' then ', set by hand'
                else case when v_line.points < 0 then ', capped'
                        else ', lifted' end
                    || coalesce(' by “' || v_line.label || '”', '') end;
            continue;
        end if;
        v_metrics := v_metrics + 1;
        continue when v_line.value is null;
        v_valued := v_valued + 1;
        v_place := v_place + 1;
        if p_is_top and v_place = 1 then
            v_causes := ' Most comes from '
                || mainstay.line_text(v_line.label, v_line.source,
                    v_line.raw_text, v_line.span, v_line.aggregation,
                    v_line.state, v_line.value)
                || ', ' || mainstay.points_text(v_line.points)
                || ' points.';
            v_first := null;
        elsif v_first is null and v_line.weight - v_line.points >= 0.5 then
            v_first := v_line.weight - v_line.points;
            v_causes := v_causes
                || case when p_is_top then ' Most is missing on '
                    else ' The main reason is ' end
                || mainstay.line_text(v_line.label, v_line.source,
                    v_line.raw_text, v_line.span, v_line.aggregation,
                    v_line.state, v_line.value)
                || case when p_is_top then ', which costs '
                        || mainstay.points_text(v_first) || '.'
                    else ', which at a weight of '
                        || mainstay.points_text(v_line.weight) || ' % costs '
                        || mainstay.points_text(v_first) || ' of the '
                        || 100 - v_made || ' missing points.' end;
        elsif not p_is_top and v_place = 2
            and v_line.weight - v_line.points >= greatest(1, v_first / 4) then
            v_causes := v_causes || ' Next comes '
                || mainstay.line_text(v_line.label, v_line.source,
                    v_line.raw_text, v_line.span, v_line.aggregation,
                    v_line.state, v_line.value)
                || ', another '
                || mainstay.points_text(v_line.weight - v_line.points) || '.';
        end if;
    end loop;
    if v_valued = 0 then
        return v_head || '. Nothing is known of its parts.';
    end if;
    if v_made <> p_score then
        v_head := v_head || '; the facts make ' || v_made;
    end if;
    if v_valued = 1 then
        select ' The only metric'
               || case when v_metrics > 1 then ' with data, of '
                   || v_metrics || ',' else '' end
               || ' is ' || mainstay.line_text(l.label, l.source, l.raw_text,
                   l.span, l.aggregation, l.state, l.value) || '.'
          into v_causes
          from mainstay.score_lines(p_document, p_contributions) l
         where l.is_metric and l.value is not null;
    elsif p_score = 100 and v_made = 100 then
        v_causes := ' Every metric is at its best.';
    end if;
    return v_head || '.' || v_causes;
end
$$;

-- The differences between two scores of an account. Their points add up to
-- the difference of the scores. A metric's line is what its value did at the
-- weight it had; what other weights do stands in a line of its own.
create or replace function mainstay.score_changes(p_since timestamptz,
    p_from mainstay.health_scores, p_from_document jsonb,
    p_to mainstay.health_scores, p_to_document jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_lines jsonb;
    v_told text;
    v_since constant timestamptz := coalesce(p_since, p_from.observed_at);
    v_delta constant integer := p_to.overall_score - p_from.overall_score;
begin
    if p_from.id is null then
        return jsonb_build_object('since', v_since, 'from_score', null,
            'to_score', p_to.overall_score, 'lines', jsonb_build_array(),
            'sentence', case when p_since is null
                then 'This is the first score.'
                else 'There was no score on '
                    || app.date_text((p_since at time zone 'UTC')::date)
                    || '.' end);
    end if;
    with both_sides as (
        select coalesce(t.key, f.key) as key,
               coalesce(t.is_metric, f.is_metric) as is_metric,
               coalesce(t.label, f.label) as label,
               f.raw as from_raw, t.raw as to_raw,
               f.raw_text as from_text, t.raw_text as to_text,
               f.weight as from_weight, t.weight as to_weight,
               coalesce(f.points, 0) as from_points,
               coalesce(t.points, 0) as to_points,
               case when f.weight <> t.weight and f.value is not null
                       and t.value is not null and t.is_metric
                   then round(f.weight * (t.value - f.value) / 100, 2)
                   else coalesce(t.points, 0) - coalesce(f.points, 0)
               end as points,
               t.place
          from mainstay.score_lines(p_to_document, p_to.contributions) t
          full join mainstay.score_lines(p_from_document,
                   p_from.contributions) f
            on f.key = t.key and f.is_metric = t.is_metric
    ), line as (
        select b.* from both_sides b
        union all
        select 'weights', false,
               case when p_from.scorecard_version_id
                       is distinct from p_to.scorecard_version_id
                   then 'Another version of the scorecard'
                   else 'What is left weighs more or less' end,
               null, null, null, null, null, null, 0, 0,
               sum(b.to_points - b.from_points - b.points), null
          from both_sides b
        having sum(b.to_points - b.from_points - b.points) <> 0
    )
    select coalesce(jsonb_agg(jsonb_build_object('key', l.key,
               'label', l.label, 'is_metric', l.is_metric,
               'from_raw', l.from_raw, 'to_raw', l.to_raw,
               'from_text', l.from_text, 'to_text', l.to_text,
               'from_weight', l.from_weight, 'to_weight', l.to_weight,
               'from_points', l.from_points, 'to_points', l.to_points,
               'points', trim_scale(l.points))
               order by abs(l.points) desc, l.place), '[]')
      into v_lines
      from line l
     where l.points <> 0 or l.from_raw is distinct from l.to_raw
        or l.from_weight is distinct from l.to_weight;

    select string_agg(mainstay.inner_label(coalesce(x.value ->> 'label',
                   x.value ->> 'key'))
               || case when not (x.value -> 'is_metric')::boolean then ''
                   when x.value ->> 'from_text' is null then
                       ' now at ' || coalesce(x.value ->> 'to_text', 'nothing')
                   when x.value ->> 'to_text' is null
                       then ' now without data'
                   else ' from ' || (x.value ->> 'from_text') || ' to '
                       || (x.value ->> 'to_text') end
               || ' (' || mainstay.signed_text(
                   (x.value ->> 'points')::numeric) || ')', ', '
               order by x.place)
      into v_told
      from jsonb_array_elements(v_lines) with ordinality x (value, place)
     where x.place <= 3 and abs((x.value ->> 'points')::numeric) >= 0.5
       and x.value ->> 'key' <> 'rounding';
    return jsonb_build_object('since', v_since,
        'from_score', p_from.overall_score, 'to_score', p_to.overall_score,
        'lines', v_lines,
        'sentence', case
            when v_delta > 0 then 'Up ' || v_delta || ' from '
                || p_from.overall_score
            when v_delta < 0 then 'Down ' || -v_delta || ' from '
                || p_from.overall_score
            else 'Unchanged at ' || p_to.overall_score end
            || ' since '
            || app.date_text((v_since at time zone 'UTC')::date)
            || coalesce(case when v_delta = 0
                    then ', as these balance: ' else ': ' end || v_told, '')
            || '.');
end
$$;

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
         where v.scale > 0 and v.whole > 0
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
           and (t.raw >= 0 or f.aggregation not in ('count', 'distinct',
               'days_since'))
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

-- next_band of an explanation, or why there is none.
create or replace function mainstay.next_band(
    p_score mainstay.health_scores, p_document jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_band record;
    v_change record;
    v_weights jsonb;
    v_profile jsonb;
    v_states jsonb;
    v_raw text;
begin
    select b.* into v_band
      from mainstay.scorecard_bands(p_document) b
     where b.lower > p_score.overall_score
     order by b.lower limit 1;
    if v_band.key is null then
        return jsonb_build_object('reason', 'It is in the best band.');
    elsif p_score.source = 'override' then
        return jsonb_build_object('reason', 'The score is set by hand; facts '
            'move it again when that ends.');
    end if;
    if p_document ? 'stage_weights' then
        select p_document -> 'stage_weights' -> coalesce((
                   select j.to_stage from mainstay.journey_history j
                    where j.tenant_id = a.tenant_id and j.account_id = a.id
                      and j.entered_at <= p_score.observed_at
                    order by j.entered_at desc limit 1), a.current_stage)
          into v_weights
          from mainstay.accounts a
         where a.tenant_id = p_score.tenant_id
           and a.id = p_score.account_id;
    end if;
    if p_document @? '$.dimensions[*].metrics[*].transform.per' then
        v_profile := mainstay.profile_at(p_score.tenant_id,
            p_score.account_id, case when p_score.is_current then now()
                else p_score.observed_at end);
    end if;
    select jsonb_object_agg(c.value ->> 'key', c.value -> 'state')
      into v_states
      from jsonb_array_elements(p_score.contributions) c
     where c.value ? 'value';
    select s.* into v_change
      from mainstay.smallest_change(p_document, v_weights, v_profile,
          p_score.inputs, v_states, v_band.lower) s;
    if v_change.key is null then
        return jsonb_build_object('reason', 'No single change is enough for '
            'the ' || v_band.lower - p_score.overall_score
            || case when v_band.lower - p_score.overall_score = 1
                then ' point' else ' points' end || ' to ' || v_band.label
            || '.');
    end if;
    v_raw := mainstay.raw_text(v_change.source, v_change.name,
        v_change.aggregation, v_change.to_raw, v_change.to_value);
    return jsonb_build_object('band', jsonb_build_object(
        'label', v_band.label, 'severity', v_band.severity,
        'lower', v_band.lower,
        'needed_points', v_band.lower - p_score.overall_score,
        'key', v_change.key, 'label_of_metric', v_change.label,
        'from_raw', v_change.from_raw, 'to_raw', v_change.to_raw,
        'to_value', v_change.to_value, 'step', v_change.step,
        'reached', v_change.reached,
        'sentence', 'With ' || case when v_change.from_raw is null
                then 'a first value of ' || v_raw || ' for '
                    || mainstay.inner_label(v_change.label)
                else mainstay.inner_label(v_change.label) || ' at ' || v_raw
                    || ' instead of ' || mainstay.raw_text(v_change.source,
                        v_change.name, v_change.aggregation,
                        v_change.from_raw, v_change.from_value) end
            || ' and all else as it is, it would be '
            || v_band.label || ' at ' || v_change.reached || '.'));
end
$$;

-- Facts that are missing or stale: a last fact older than half of its window
-- is stale. Time since an event is never stale: its age is what it says.
create or replace function mainstay.missing_facts(p_document jsonb,
    p_contributions jsonb, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select jsonb_agg(jsonb_build_object('key', l.key, 'label', l.label,
                   'state', s.state, 'last_at', l.last_at,
                   'sentence', l.label || ': ' || case s.state
                       when 'missing' then 'no data, left out; the other '
                           'metrics weigh more.'
                       when 'zero' then 'no data, counted as 0.'
                       when 'neutral' then 'no data, counted as 50.'
                       when 'carried' then 'nothing new in '
                           || app.count_text(
                               extract(day from l.span)::bigint, 'day')
                           || '; the value of '
                           || app.date_text(
                               (l.last_at at time zone 'UTC')::date)
                           || ' still counts.'
                       else 'the last data is of ' || app.date_text(
                               (l.last_at at time zone 'UTC')::date)
                           || ', more than half of its '
                           || app.count_text(
                               extract(day from l.span)::bigint, 'day')
                           || ' ago.' end)
                   order by l.place)
          from mainstay.score_lines(p_document, p_contributions) l
         cross join lateral (select case
                   when l.state <> 'used' then l.state
                   when l.aggregation <> 'days_since'
                       and l.last_at < p_at - l.span / 2 then 'stale'
                   end as state) s
         where l.is_metric and s.state is not null), '[]');
end
$$;

create or replace function mainstay.explain_score(p_tenant uuid,
    p_score uuid, p_since timestamptz default null) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_score mainstay.health_scores;
    v_from mainstay.health_scores;
    v_document jsonb;
    v_from_document jsonb;
    v_next jsonb;
begin
    if p_score is null then
        return jsonb_build_object('score', null, 'sentence',
            'No score yet: it comes with the first facts that the scorecard '
            'reads.', 'contributions', jsonb_build_array(),
            'missing', jsonb_build_array());
    end if;
    select h.* into v_score from mainstay.health_scores h
     where h.tenant_id = p_tenant and h.id = p_score;
    if not found then
        return null;
    end if;
    if p_since is not null then
        v_from := mainstay.score_as_of(p_tenant, v_score.account_id,
            p_since);
    else
        select h.* into v_from from mainstay.health_scores h
         where h.tenant_id = p_tenant and h.account_id = v_score.account_id
           and h.observed_at <= v_score.observed_at
           and h.id <> v_score.id
           and ((h.observed_at, h.recorded_at)
                   < (v_score.observed_at, v_score.recorded_at)
               or v_score.is_current)
         order by h.observed_at desc, h.recorded_at desc limit 1;
    end if;
    v_document := mainstay.document_of(v_score);
    v_from_document := case
        when v_from.scorecard_version_id
            is not distinct from v_score.scorecard_version_id then v_document
        else mainstay.document_of(v_from) end;
    v_next := mainstay.next_band(v_score, v_document);
    return jsonb_build_object('score', v_score.overall_score,
        'band', v_score.band, 'band_label', v_score.risk_level,
        'source', v_score.source, 'observed_at', v_score.observed_at,
        'sentence', mainstay.score_sentence(v_document,
            v_score.overall_score, v_score.risk_level,
            not v_next ? 'band'
                and v_next ->> 'reason' = 'It is in the best band.',
            v_score.contributions),
        'contributions', v_score.contributions,
        'changes', mainstay.score_changes(p_since, v_from, v_from_document,
            v_score, v_document),
        'next_band', v_next -> 'band',
        'next_band_reason', v_next -> 'reason',
        'missing', mainstay.missing_facts(v_document, v_score.contributions,
            case when v_score.is_current then now()
                else v_score.observed_at end));
end
$$;
comment on function mainstay.explain_score(uuid, uuid, timestamptz) is
    'Why a score is what it is, what changed since p_since (or the score '
    'before it), and the smallest change to the next band.';

-- The document a score was made with.
create or replace function mainstay.document_of(
    p_score mainstay.health_scores) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select v.document from mainstay.scorecard_versions v
         where v.tenant_id = p_score.tenant_id
           and v.id = p_score.scorecard_version_id),
        mainstay.preset('standard'));
end
$$;

grant execute on function mainstay.score_as_of(uuid, uuid, timestamptz),
    mainstay.points_text(numeric), mainstay.signed_text(numeric),
    mainstay.inner_label(text),
    mainstay.metric_value(text, numeric, numeric, numeric, numeric[],
        numeric[], numeric, numeric),
    mainstay.raw_text(text, text, text, numeric, numeric),
    mainstay.score_lines(jsonb, jsonb),
    mainstay.line_text(text, text, text, interval, text, text, numeric),
    mainstay.score_sentence(jsonb, integer, text, boolean, jsonb),
    mainstay.score_changes(timestamptz, mainstay.health_scores, jsonb,
        mainstay.health_scores, jsonb),
    mainstay.smallest_change(jsonb, jsonb, jsonb, jsonb, jsonb, integer),
    mainstay.next_band(mainstay.health_scores, jsonb),
    mainstay.missing_facts(jsonb, jsonb, timestamptz),
    mainstay.explain_score(uuid, uuid, timestamptz),
    mainstay.document_of(mainstay.health_scores)
    to mainstay_app, mainstay_maint, mainstay_definer;
