-- What changed from one score of an account to another, as differences that
-- add up (docs/explanations.md).

-- Two scores of an account, metric by metric. points is what facts did: the
-- change of the value at the weight it had. The rest of the difference is
-- rest: other weights or, from one document to another, also another value of
-- the same raw value, and all of a metric that is new, gone, or measured in
-- another way. p_metrics are those of the later, p_is_other says that the
-- earlier had another document. The planner folds it into score_changes.
create or replace function mainstay.line_changes(
    p_from mainstay.score_line[], p_to mainstay.score_line[],
    p_metrics mainstay.scorecard_metric[], p_is_other boolean)
returns table (place bigint, key text, label text, is_metric boolean,
    from_raw numeric, to_raw numeric, from_text text, to_text text,
    from_value numeric, to_value numeric, from_weight numeric,
    to_weight numeric, from_points numeric, to_points numeric,
    is_same boolean, points numeric, rest numeric)
language sql stable rows 8
begin atomic
    with pair as (
        select coalesce(t.place, 1000 + f.place) as place,
               coalesce(t.key, f.key) as key,
               coalesce(t.label, f.label) as label,
               coalesce(t.is_metric, f.is_metric) as is_metric,
               f.raw as from_raw, t.raw as to_raw,
               f.raw_text as from_text, t.raw_text as to_text,
               f.value as from_value, t.value as to_value,
               f.weight as from_weight, t.weight as to_weight,
               coalesce(f.points, 0) as from_points,
               coalesce(t.points, 0) as to_points,
               f.state as from_state,
               not p_is_other or (f.source, f.name, f.aggregation, f.span)
                   is not distinct from (t.source, t.name, t.aggregation,
                       t.span) as is_same
          from unnest(p_to) t
          full join unnest(p_from) f
            on f.key = t.key and f.is_metric = t.is_metric
    ), known as (
        -- The value that the later document gives what was known before.
        select p.*,
               case when not p_is_other or m.per is not null then p.from_value
                   when p.from_raw is not null then mainstay.metric_value(
                       m.transform, p.from_raw, m.low, m.high, m.bounds,
                       m.stairs, m.target, m.factor)
                   when m.missing = 'zero' then 0
                   when m.missing = 'neutral' then 50 end as was_value
          from pair p
          left join unnest(p_metrics) m
            on p_is_other and p.is_metric and m.key = p.key
    ), counted as (
        select k.*, case
                   when not k.is_metric then k.to_points - k.from_points
                   when not k.is_same then 0
                   when k.was_value is null and k.to_value is null then 0
                   when k.was_value is null then k.to_points
                   when k.to_value is null then -k.from_points
                   when k.from_value is null then 0
                   when not p_is_other and k.from_weight = k.to_weight
                       then k.to_points - k.from_points
                   else round(k.from_weight
                       * (k.to_value - k.was_value) / 100, 2) end as points
          from known k
    )
    select c.place, c.key, c.label, c.is_metric, c.from_raw, c.to_raw,
           c.from_text, c.to_text, c.from_value, c.to_value, c.from_weight,
           c.to_weight, c.from_points, c.to_points, c.is_same, c.points,
           c.to_points - c.from_points - c.points
      from counted c;
end;

-- 'usage 45% instead of 35%', 'NPS is new'
create or replace function mainstay.weight_text(p_label text,
    p_from numeric, p_to numeric, p_is_same boolean) returns text
language sql immutable parallel safe
return mainstay.inner_label(p_label) || case
    when coalesce(p_from, 0) = 0 and coalesce(p_to, 0) > 0
        then ' counts ' || mainstay.points_text(p_to) || '%'
    when coalesce(p_to, 0) = 0 then ' no longer counts'
    when round(p_from, 1) <> round(p_to, 1) then ' '
        || mainstay.points_text(p_to) || '% instead of '
        || mainstay.points_text(p_from) || '%'
    when p_is_same then ' is valued in another way'
    else ' is measured in another way' end;

-- The differences between two scores of an account. Their points add up to
-- the difference of the scores. A metric's line is what facts did; what
-- another version of the scorecard (key version), or other weights under the
-- same one (key weights), did stands in a line of its own, whose changes say
-- what it was for each metric.
create or replace function mainstay.score_changes(p_since timestamptz,
    p_from mainstay.health_scores, p_to mainstay.health_scores,
    p_reading mainstay.score_reading) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_lines jsonb;
    v_from mainstay.score_reading;
    v_is_new boolean;
    v_since constant timestamptz := coalesce(p_since, p_from.observed_at);
    v_is_other constant boolean := p_from.scorecard_version_id
        is distinct from p_to.scorecard_version_id;
begin
    if p_from.id is null then
        return jsonb_build_object('since', v_since, 'from_score', null,
            'to_score', p_to.overall_score, 'lines', jsonb_build_array(),
            'sentence', case when p_since is null
                then 'This is the first score.'
                when p_since > p_to.observed_at
                then 'This score is from before '
                    || app.date_text((p_since at time zone 'UTC')::date)
                    || '.'
                else 'There was no score on '
                    || app.date_text((p_since at time zone 'UTC')::date)
                    || '.' end);
    end if;
    v_from := mainstay.reading_of(p_from,
        case when not v_is_other then p_reading end);
    v_is_new := v_from.document is distinct from p_reading.document;
    with pair as materialized (
        select *
          from mainstay.line_changes(v_from.lines, p_reading.lines,
              p_reading.metrics, v_is_new)
    ), rest as (
        select sum(p.rest) as points,
               bool_or((p.from_value is null) <> (p.to_value is null)
                   and p.is_same) filter (where p.is_metric) as is_partly,
               jsonb_agg(jsonb_build_object('key', p.key, 'label', p.label,
                   'from_weight', p.from_weight, 'to_weight', p.to_weight,
                   'points', trim_scale(p.rest), 'text',
                   mainstay.weight_text(p.label, p.from_weight, p.to_weight,
                       p.is_same))
                   order by abs(p.rest) desc, p.place)
                   filter (where p.is_metric and (p.rest <> 0
                       or p.from_weight is distinct from p.to_weight))
                   as changes
          from pair p
    ), line as (
        select p.place, abs(p.points) as size, p.points, jsonb_build_object(
                   'key', p.key, 'label', p.label, 'is_metric', p.is_metric,
                   'from_raw', p.from_raw, 'to_raw', p.to_raw,
                   'from_text', p.from_text, 'to_text', p.to_text,
                   'from_weight', p.from_weight, 'to_weight', p.to_weight,
                   'from_points', p.from_points, 'to_points', p.to_points,
                   'points', trim_scale(p.points)) as value,
               case when p.key = 'rounding' and not p.is_metric then null
                   else mainstay.inner_label(coalesce(p.label, p.key))
                   || case when not p.is_metric then ''
                       when p.from_text is null then ' now at '
                           || coalesce(p.to_text, 'what no data counts')
                       when p.to_text is null then ' now without data'
                       else ' from ' || p.from_text || ' to ' || p.to_text
                       end end as told
          from pair p
         where p.points <> 0
            or (p.is_same and p.from_raw is distinct from p.to_raw)
        union all
        select 9999, abs(r.points), r.points, jsonb_build_object(
                   'key', case when v_is_other then 'version'
                       else 'weights' end,
                   'label', l.label, 'is_metric', false,
                   'points', trim_scale(r.points),
                   'changes', coalesce(r.changes, '[]')),
               mainstay.inner_label(l.label) || coalesce(' with '
                   || (select string_agg(c.value ->> 'text', ', '
                               order by c.place)
                         from jsonb_array_elements(r.changes)
                              with ordinality c (value, place)
                        where v_is_other and c.place <= 3), '')
          from rest r
         cross join lateral (select case
                   when not v_is_other and r.is_partly
                       then 'Other weights, as data came or went'
                   when not v_is_other then 'Other weights'
                   when r.is_partly
                       then p_reading.label || ', and data that came or went'
                   else p_reading.label end as label) l
         where r.points <> 0 or v_is_other
    )
    select coalesce(jsonb_agg(l.value || jsonb_build_object('told',
               l.told || ' (' || mainstay.signed_text(l.points) || ')')
               order by l.size desc, l.place), '[]')
      into v_lines
      from line l;
    return jsonb_build_object('since', v_since,
        'from_score', p_from.overall_score, 'to_score', p_to.overall_score,
        'lines', (select coalesce(jsonb_agg(x.value - 'told'
                      order by x.place), '[]')
                    from jsonb_array_elements(v_lines)
                         with ordinality x (value, place)),
        'sentence', mainstay.change_sentence(v_since, p_from.overall_score,
            p_to.overall_score, v_lines));
end
$$;

create or replace function mainstay.score_changes(p_since timestamptz,
    p_from mainstay.health_scores, p_to mainstay.health_scores)
returns jsonb
language sql stable
return mainstay.score_changes(p_since, p_from, p_to,
    mainstay.reading_of(p_to));

-- The largest three of the differences, in words.
create or replace function mainstay.change_sentence(p_since timestamptz,
    p_from integer, p_to integer, p_lines jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_told constant text := (
        select string_agg(x.value ->> 'told', ', ' order by x.place)
          from jsonb_array_elements(p_lines) with ordinality x (value, place)
         where (x.place <= 3
                 and abs((x.value ->> 'points')::numeric) >= 0.5)
            or x.value ->> 'key' = 'version');
begin
    return case
        when p_to > p_from then 'Up ' || p_to - p_from || ' from ' || p_from
        when p_to < p_from then 'Down ' || p_from - p_to || ' from ' || p_from
        else 'Unchanged at ' || p_to end
        || ' since ' || app.date_text((p_since at time zone 'UTC')::date)
        || coalesce(case when p_from = p_to and v_told like '%),%'
                then ', as these balance: ' else ': ' end || v_told, '')
        || '.';
end
$$;

grant execute on function
    mainstay.line_changes(mainstay.score_line[], mainstay.score_line[],
        mainstay.scorecard_metric[], boolean),
    mainstay.weight_text(text, numeric, numeric, boolean),
    mainstay.score_changes(timestamptz, mainstay.health_scores,
        mainstay.health_scores, mainstay.score_reading),
    mainstay.score_changes(timestamptz, mainstay.health_scores,
        mainstay.health_scores),
    mainstay.change_sentence(timestamptz, integer, integer, jsonb)
    to mainstay_app, mainstay_maint, mainstay_definer;
