-- Why a score is what it is, as data and in plain English: what it is made of
-- and which facts are missing. What changed is in explain_change.sql, the way
-- to the next band in explain_next.sql. docs/explanations.md says how it is
-- computed. Sentences never make a metric's label their subject, so that
-- labels in singular and plural both fit.

-- The score an account had at a time, as known then; all null when none.
create or replace function mainstay.score_as_of(p_tenant uuid,
    p_account uuid, p_at timestamptz) returns mainstay.health_scores
language plpgsql stable set search_path = ''
as $$
declare
    v_score mainstay.health_scores;
begin
    -- the index knows the times, not which of two at the same is current
    select h.* into v_score
      from (select l.observed_at, l.recorded_at
              from mainstay.health_scores l
             where l.tenant_id = p_tenant and l.account_id = p_account
               and l.observed_at <= p_at and l.recorded_at <= p_at
             order by l.observed_at desc, l.recorded_at desc limit 1) t
      join mainstay.health_scores h
        on h.tenant_id = p_tenant and h.account_id = p_account
       and h.observed_at = t.observed_at and h.recorded_at = t.recorded_at
     order by h.is_current desc limit 1;
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
begin
    return case
        when p_source = 'component' then mainstay.points_text(p_value)
        when p_aggregation in ('days_since', 'distinct')
            or p_source = 'profile' and p_name = 'renewal_days'
            then app.count_text(round(p_raw)::bigint, 'day')
        when p_aggregation = 'change'
            then mainstay.signed_text(p_raw * 100) || '%'
        when p_aggregation = 'nps' then mainstay.signed_text(p_raw)
        else replace(app.decimal_text(round(greatest(-1e300,
                least(1e300, p_raw)), 6)::float8), '-', '−')
            || case when p_source = 'profile' and p_name like '%\_percent'
                then '%' else '' end end;
end
$$;

create or replace function mainstay.metrics_of(p_document jsonb)
returns mainstay.scorecard_metric[]
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return array(select row(m.*)::mainstay.scorecard_metric
                   from mainstay.scorecard_metrics(p_document) m);
end
$$;

-- Metrics beside what they were in a score, in its order. What rounding,
-- exceptions, given scores and overrides add is no metric.
create or replace function mainstay.score_lines(
    p_metrics mainstay.scorecard_metric[], p_contributions jsonb)
returns mainstay.score_line[]
language plpgsql stable set search_path = ''
as $$
begin
    return array(
        select row(c.place, c.is_metric, c.key, coalesce(m.label, c.label),
                   coalesce(c.weight, 0), c.number, c.raw,
                   coalesce(c.points, 0), c.last_at, c.state,
                   coalesce(m.source, 'component'), m.name, m.aggregation,
                   coalesce(m.transform, 'pass'), m.span,
                   mainstay.raw_text(coalesce(m.source, 'component'), m.name,
                       m.aggregation, c.raw, c.number))
                   ::mainstay.score_line
          from (select e.place, e.value ? 'value' as is_metric,
                       e.value ->> 'key' as key, e.value ->> 'label' as label,
                       (e.value ->> 'weight')::numeric as weight,
                       (e.value ->> 'value')::numeric as number,
                       (e.value ->> 'raw')::numeric as raw,
                       (e.value ->> 'points')::numeric as points,
                       (e.value ->> 'last_at')::timestamptz as last_at,
                       e.value ->> 'state' as state
                  from jsonb_array_elements(p_contributions)
                       with ordinality e (value, place)) c
          left join unnest(p_metrics) m on m.key = c.key and c.is_metric
         order by c.place);
end
$$;

-- 'usage (25 of 100)', 'logins (12 in 30 days, worth 33 of 100)',
-- 'form completion (no data, counted as 0)'
create or replace function mainstay.line_text(p_label text, p_source text,
    p_raw_text text, p_span interval, p_aggregation text, p_state text,
    p_value numeric) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return mainstay.inner_label(p_label) || ' (' || case
        when p_state in ('zero', 'neutral')
            then 'no data, counted as ' || mainstay.points_text(p_value)
        when p_source = 'component' then p_raw_text || ' of 100'
        else p_raw_text
            || case when p_aggregation in ('sum', 'count', 'distinct')
                then ' in ' || app.count_text(
                    extract(day from p_span)::bigint, 'day')
                when p_aggregation = 'average' then ' on average'
                else '' end
            || ', worth ' || mainstay.points_text(p_value) || ' of 100' end
        || ')';
end
$$;

-- 'Critical at 39, capped by “No login”; the facts make 62': what the score
-- is, and which of it no metric made. made is what the metrics make.
create or replace function mainstay.score_head(p_score integer,
    p_label text, p_contributions jsonb, out head text, out made integer)
language plpgsql immutable set search_path = ''
as $$
declare
    v_line record;
begin
    head := p_label || ' at ' || p_score;
    made := p_score;
    for v_line in
        select c.key, c.label, c.points::integer as points
          from jsonb_to_recordset(p_contributions)
               as c (key text, label text, value jsonb, points numeric)
         where c.key in ('given', 'exception') and c.value is null
           and c.points <> 0
    loop
        made := made - v_line.points;
        head := head || case
            when v_line.key = 'given' then ', as it was given'
            when v_line.points < 0 then ', capped'
            else ', lifted' end
            || case when v_line.key = 'exception'
                then coalesce(' by “' || v_line.label || '”', '')
                else '' end;
    end loop;
    if made <> p_score then
        head := head || '; the facts make ' || made;
    end if;
end
$$;

-- The sentence of a score: where most of its points were lost, or, in the
-- best band, won.
create or replace function mainstay.score_sentence(p_score integer,
    p_label text, p_is_top boolean, p_contributions jsonb,
    p_lines mainstay.score_line[]) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_head text;
    v_made integer;
    v_told record;
begin
    select h.head, h.made into v_head, v_made
      from mainstay.score_head(p_score, p_label, p_contributions) h;
    with known as (
        select l.points, l.weight - l.points as lost,
               row_number() over (order by l.weight - l.points desc, l.place)
                   as loss,
               row_number() over (order by l.points desc, l.place) as gain,
               max(l.weight - l.points) over () as most,
               l.text, regexp_replace(l.text, '\)$', ', weight '
                   || mainstay.points_text(l.weight) || '%)') as full_text
          from (select s.*, mainstay.line_text(s.label, s.source, s.raw_text,
                           s.span, s.aggregation, s.state, s.value) as text
                  from unnest(p_lines) s
                 where s.is_metric and s.value is not null) l
    )
    select count(*) as known, max(k.text) as only_text,
           max(mainstay.points_text(k.points) || ' '
               || case when k.points = 1 then 'point comes'
                   else 'points come' end || ' from ' || k.full_text)
               filter (where k.gain = 1) as won,
           'of the ' || app.count_text(100 - v_made, 'missing point') || ' '
               || string_agg(case when k.loss = 1 then
                       mainstay.points_text(k.lost)
                       || case when round(k.lost, 1) = 1 then ' is'
                           else ' are' end || ' lost on '
                       || case when p_is_top then k.text
                           else k.full_text end
                   else mainstay.points_text(k.lost) || ' on ' || k.text end,
                   ' and ' order by k.loss)
               filter (where k.lost >= 0.1 and (k.loss = 1
                   or (k.loss = 2 and not p_is_top
                       and k.lost >= greatest(1, k.most / 4)))) as lost
      into v_told
      from known k;
    return v_head || case
        when v_told.known = 0 then '; nothing is known of its parts'
        when v_told.known = 1 then ': the only metric with data is '
            || v_told.only_text
        when v_made = 100 or v_told.lost is null
            then ': every metric is at its best'
        when p_is_top then ': ' || v_told.won || ', and ' || v_told.lost
        else ': ' || v_told.lost end || '.';
end
$$;

-- A score as the scorecard version it was made with reads it; the standard
-- preset stands for none. p_like is a reading of the same version, if known.
create or replace function mainstay.reading_of(
    p_score mainstay.health_scores,
    p_like mainstay.score_reading default null)
returns mainstay.score_reading
language plpgsql stable set search_path = ''
as $$
declare
    v_reading mainstay.score_reading := p_like;
begin
    if v_reading.document is null then
        select v.document, 'Version ' || v.version || ' of ' || c.name
          into v_reading.document, v_reading.label
          from mainstay.scorecard_versions v
          join mainstay.scorecards c
            on c.tenant_id = v.tenant_id and c.id = v.scorecard_id
         where v.tenant_id = p_score.tenant_id
           and v.id = p_score.scorecard_version_id;
        if v_reading.document is null then
            v_reading.document := mainstay.preset('standard');
            v_reading.label := 'The standard scorecard';
        end if;
        v_reading.metrics := mainstay.metrics_of(v_reading.document);
    end if;
    v_reading.lines := mainstay.score_lines(v_reading.metrics,
        p_score.contributions);
    return v_reading;
end
$$;

-- Facts that are missing or stale: a last fact older than half of its window
-- is stale. Time since an event is never stale: its age is what it says.
create or replace function mainstay.missing_facts(
    p_lines mainstay.score_line[], p_at timestamptz) returns jsonb
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
          from unnest(p_lines) l
         cross join lateral (select case
                   when l.state <> 'used' then l.state
                   when l.aggregation <> 'days_since'
                       and l.last_at < p_at - l.span / 2 then 'stale'
                   end as state) s
         where l.is_metric and s.state is not null), '[]');
end
$$;

-- p_at: as of when it is explained; null is now for the current score, else
-- the time of the score. What comes back has always the same keys, but before
-- the first score (p_score null): then sentence is the one that says something.
create or replace function mainstay.explain_score(p_tenant uuid,
    p_score uuid, p_since timestamptz default null,
    p_at timestamptz default null) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_score mainstay.health_scores;
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
    return mainstay.explanation_of(v_score, mainstay.reading_of(v_score),
        p_since, p_at);
end
$$;
comment on function mainstay.explain_score(uuid, uuid, timestamptz,
    timestamptz) is
    'Why a score is what it is, what changed since p_since (or the score '
    'before it), and the smallest change to the next band. It explains what '
    'was calculated or given; a score that a person set instead is override.';

create or replace function mainstay.explanation_of(
    p_score mainstay.health_scores, p_reading mainstay.score_reading,
    p_since timestamptz, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_from constant mainstay.health_scores
        := mainstay.score_before(p_score, p_since);
    v_at constant timestamptz := coalesce(p_at, case when p_score.is_current
        then now() else p_score.observed_at end);
    v_next constant jsonb := mainstay.next_band(p_score, p_reading);
    v_override constant jsonb
        := mainstay.override_at(p_score, p_reading.document, v_at);
begin
    return jsonb_build_object('score', p_score.overall_score,
        'band', p_score.band, 'band_label', p_score.risk_level,
        'source', p_score.source, 'observed_at', p_score.observed_at,
        'sentence', coalesce((v_override ->> 'sentence') || '; calculated: ',
            '') || mainstay.score_sentence(p_score.overall_score,
                p_score.risk_level, v_next ? 'is_best',
                p_score.contributions, p_reading.lines),
        'contributions', p_score.contributions,
        'override', v_override,
        'changes', mainstay.score_changes(p_since, v_from, p_score,
            p_reading),
        'next_band', v_next -> 'band',
        'next_band_reason', v_next -> 'reason',
        'missing', mainstay.missing_facts(p_reading.lines, v_at));
end
$$;
comment on function mainstay.explanation_of(mainstay.health_scores,
    mainstay.score_reading, timestamptz, timestamptz) is
    'mainstay.explain_score of a score that is read already.';

-- What a score is compared with: the one at a time, else the one before it.
-- All null when there is none, or when it is the later of the two.
create or replace function mainstay.score_before(
    p_score mainstay.health_scores, p_since timestamptz)
returns mainstay.health_scores
language plpgsql stable set search_path = ''
as $$
declare
    v_from mainstay.health_scores;
begin
    if p_since is null then
        select h.* into v_from from mainstay.health_scores h
         where h.tenant_id = p_score.tenant_id
           and h.account_id = p_score.account_id
           and h.observed_at <= p_score.observed_at
           and h.id <> p_score.id
           and ((h.observed_at, h.recorded_at)
                   < (p_score.observed_at, p_score.recorded_at)
               or p_score.is_current)
         order by h.observed_at desc, h.recorded_at desc limit 1;
        return v_from;
    end if;
    v_from := mainstay.score_as_of(p_score.tenant_id, p_score.account_id,
        p_since);
    if (v_from.observed_at, v_from.recorded_at)
        > (p_score.observed_at, p_score.recorded_at) then
        v_from := null;
    end if;
    return v_from;
end
$$;

-- The score a person had set for the account at a time; null when none.
create or replace function mainstay.override_at(
    p_score mainstay.health_scores, p_document jsonb, p_at timestamptz)
returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object('score', o.score, 'band', b.severity,
                   'band_label', b.label, 'reason', o.reason,
                   'set_at', o.created_at, 'set_by', o.created_by,
                   'expires_at', o.expires_at,
                   'sentence', b.label || ' at ' || o.score
                       || ', set by hand until ' || app.date_text(
                           (o.expires_at at time zone 'UTC')::date)
                       || ' (“' || case when length(o.reason) <= 120
                           then o.reason
                           else left(o.reason, 119) || '…' end || '”)')
          from mainstay.health_overrides o
         cross join lateral (
            select b.severity, b.label
              from mainstay.scorecard_bands(p_document) b
             where b.lower <= o.score
             order by b.lower desc limit 1) b
         where o.tenant_id = p_score.tenant_id
           and o.account_id = p_score.account_id
           and o.created_at <= p_at and o.expires_at > p_at
           and (o.ended_at is null or o.ended_at > p_at)
         order by o.created_at desc limit 1);
end
$$;

grant execute on function mainstay.score_as_of(uuid, uuid, timestamptz),
    mainstay.points_text(numeric), mainstay.signed_text(numeric),
    mainstay.inner_label(text),
    mainstay.metric_value(text, numeric, numeric, numeric, numeric[],
        numeric[], numeric, numeric),
    mainstay.raw_text(text, text, text, numeric, numeric),
    mainstay.metrics_of(jsonb),
    mainstay.score_lines(mainstay.scorecard_metric[], jsonb),
    mainstay.line_text(text, text, text, interval, text, text, numeric),
    mainstay.score_head(integer, text, jsonb),
    mainstay.score_sentence(integer, text, boolean, jsonb,
        mainstay.score_line[]),
    mainstay.reading_of(mainstay.health_scores, mainstay.score_reading),
    mainstay.missing_facts(mainstay.score_line[], timestamptz),
    mainstay.explanation_of(mainstay.health_scores, mainstay.score_reading,
        timestamptz, timestamptz),
    mainstay.score_before(mainstay.health_scores, timestamptz),
    mainstay.override_at(mainstay.health_scores, jsonb, timestamptz),
    mainstay.explain_score(uuid, uuid, timestamptz, timestamptz)
    to mainstay_app, mainstay_maint, mainstay_definer;
