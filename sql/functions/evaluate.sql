-- The engine. One pure function reads facts and says what score they make:
--
--   mainstay.evaluate(tenant, document, accounts, as_of, given)
--
-- It reads only facts with observed_at <= as_of and recorded_at <= as_of, so
-- what it says of a day in the past does not change when later facts arrive.
-- The order of facts does not matter either: sums are of numeric, and of two
-- facts observed together the later recorded, then the larger one, is the
-- latest. A score, a what-if and a back-test are the same evaluate_range with
-- other arguments. The document is described in docs/health.md.

-- Half up, in one place. Six decimals first: thirds must not turn 79.5 into
-- 79.4999….
create or replace function mainstay.round_score(p_exact numeric)
returns integer
language sql immutable parallel safe
return round(round(p_exact, 6))::integer;
comment on function mainstay.round_score(numeric) is
    'The score of an exact value: halves round up.';

-- Whether an exception's condition holds.
create or replace function mainstay.holds(p_raw numeric, p_op text,
    p_value numeric) returns boolean
language sql immutable parallel safe
return case p_op when '<' then p_raw < p_value when '<=' then p_raw <= p_value
    when '>' then p_raw > p_value when '>=' then p_raw >= p_value
    when '=' then p_raw = p_value end;

-- The metrics of a document with typed columns, in its order. In PL/pgSQL,
-- like the bands: the plan is kept, and the planner believes in the few rows.
create or replace function mainstay.scorecard_metrics(p_document jsonb)
returns table (place integer, dimension text, dimension_weight numeric,
    key text, label text, weight numeric, source text, name text,
    aggregation text, span interval, carry interval, transform text,
    low numeric, high numeric, bounds numeric[], stairs numeric[],
    target numeric, per text, factor numeric, missing text,
    has_exception boolean)
language plpgsql immutable parallel safe rows 8 set search_path = ''
as $$
begin
    return query
    select (row_number() over (order by d.place, m.place))::integer,
           d.value ->> 'key', (d.value ->> 'weight')::numeric,
           m.value ->> 'key', coalesce(m.value ->> 'label', m.value ->> 'key'),
           coalesce((m.value ->> 'weight')::numeric, 1),
           case s.value ->> 'kind'
               when 'event_count' then 'event'
               when 'days_since' then coalesce(s.value ->> 'of', 'event')
               else s.value ->> 'kind' end,
           coalesce(s.value ->> 'name', '*'),
           case s.value ->> 'kind'
               when 'days_since' then 'days_since'
               when 'event_count' then coalesce(m.value ->> 'aggregation',
                   'count')
               when 'sentiment' then coalesce(m.value ->> 'aggregation',
                   'average')
               else coalesce(m.value ->> 'aggregation', 'latest') end,
           make_interval(days => coalesce((m.value ->> 'window_days')::integer,
               case when s.value ->> 'kind' in ('days_since', 'component')
                   then 365 else 30 end)),
           make_interval(days => coalesce(
               (m.value -> 'missing' ->> 'carry_days')::integer, 0)),
           coalesce(t.value ->> 'kind', 'pass'),
           (t.value ->> 'from')::numeric, (t.value ->> 'to')::numeric,
           (select array_agg((x.value ->> 'below')::numeric order by x.place)
              from jsonb_array_elements(t.value -> 'steps')
                   with ordinality x (value, place)),
           (select array_agg((x.value ->> 'value')::numeric order by x.place)
              from jsonb_array_elements(t.value -> 'steps')
                   with ordinality x (value, place))
               || coalesce((t.value ->> 'else')::numeric, 0),
           (t.value ->> 'target')::numeric, t.value ->> 'per',
           case m.value ->> 'scale'
               when '0-1' then 100
               when 'points' then 100 / nullif((d.value ->> 'weight')::numeric
                   * coalesce((m.value ->> 'weight')::numeric, 1)
                   / (select sum(coalesce((o.value ->> 'weight')::numeric, 1))
                        from jsonb_array_elements(d.value -> 'metrics') o), 0)
               else 1 end,
           case jsonb_typeof(m.value -> 'missing')
               when 'string' then m.value ->> 'missing'
               when 'object' then 'carry'
               else 'leave_out' end,
           exists (
               select from jsonb_array_elements(p_document -> 'exceptions') e
                where e.value ->> 'metric' = m.value ->> 'key')
      from jsonb_array_elements(p_document -> 'dimensions')
           with ordinality d (value, place)
     cross join lateral jsonb_array_elements(d.value -> 'metrics')
           with ordinality m (value, place)
     cross join lateral (select m.value -> 'source') s (value)
     cross join lateral (select m.value -> 'transform') t (value);
end
$$;

-- The bands of a document: lower <= score < upper; upper is null for the best.
create or replace function mainstay.scorecard_bands(p_document jsonb)
returns table (key text, label text, severity text, colour text,
    lower integer, upper integer)
language plpgsql immutable parallel safe rows 4 set search_path = ''
as $$
begin
    return query
    select b.value ->> 'key', b.value ->> 'label', b.value ->> 'severity',
           b.value ->> 'colour', (b.value ->> 'lower')::integer,
           lead((b.value ->> 'lower')::integer) over (
               order by (b.value ->> 'lower')::integer)
      from jsonb_array_elements(p_document -> 'bands') b;
end
$$;

-- A field of an account as a number: 'arr', 'renewal_days', 'nps', …, or
-- 'crm.<attribute>'. Null when there is none, or it is no number.
create or replace function mainstay.profile_number(p_profile jsonb,
    p_name text) returns numeric
language sql immutable parallel safe
return case
    when p_name like 'crm.%' then
        case jsonb_typeof(p_profile -> 'crm_attributes' -> substr(p_name, 5))
            when 'number' then (p_profile -> 'crm_attributes'
                ->> substr(p_name, 5))::numeric end
    when jsonb_typeof(p_profile -> p_name) = 'number'
        then (p_profile ->> p_name)::numeric
end;

-- What a profile was at a time: the row as it is now, less what the audit log
-- says was changed since. Columns that scores are made of, nothing else.
create or replace function mainstay.profile_at(p_tenant uuid, p_account uuid,
    p_as_of timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_now jsonb;
    v_then jsonb := '{}';
begin
    select jsonb_build_object('arr_cents', a.arr_cents,
               'crm_attributes', a.crm_attributes,
               'renewal_date', a.renewal_date)
           || coalesce((
               select jsonb_build_object('training_percent',
                          p.training_percent, 'adoption_percent',
                          p.adoption_percent, 'nps', p.nps, 'csat', p.csat,
                          'ces', p.ces, 'expansion_percent',
                          p.expansion_percent, 'profile_id', p.id)
                 from mainstay.account_profiles p
                where p.tenant_id = p_tenant and p.account_id = p_account
                  and p.created_at <= p_as_of), '{}')
      into v_now
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account;
    if p_as_of < now() then
        select coalesce(jsonb_object_agg(o.key, o.value), '{}') into v_then
          from (select distinct on (e.key) e.key, e.value
                  from mainstay.audit_log l
                 cross join lateral jsonb_each(l.before) e
                 where l.tenant_id = p_tenant and l.at > p_as_of
                   and ((l.object_type = 'accounts'
                           and l.object_id = p_account::text)
                       or (l.object_type = 'account_profiles'
                           and l.object_id = v_now ->> 'profile_id'))
                   and v_now ? e.key
                 order by e.key, l.at, l.id) o;
    end if;
    v_now := v_now || v_then;
    return v_now || jsonb_build_object(
        'arr', (v_now ->> 'arr_cents')::numeric / 100,
        'renewal_days', (v_now ->> 'renewal_date')::date
            - (p_as_of at time zone 'UTC')::date);
end
$$;

-- The whole of it, over a range of accounts. mainstay.evaluate calls it as
-- one statement for one account, whose plan is kept, and as another for many,
-- planned for their number; the planner unfolds it into both, so it has no
-- settings of its own. The range is for the kept plan: low = high = the
-- account. The three times bound the windows, so that partitions outside are
-- not even opened.
create or replace function mainstay.evaluate_range(p_tenant uuid,
    p_document jsonb, p_low uuid, p_high uuid, p_accounts uuid[],
    p_as_of timestamptz, p_since timestamptz, p_usage_since timestamptz,
    p_event_since timestamptz, p_given jsonb)
returns table (account_id uuid, score integer, exact_score numeric,
    band_key text, band_label text, severity text, inputs jsonb,
    contributions jsonb)
language sql stable rows 1000
begin atomic
    with metric as materialized (
        select m.*, min(m.place) over (partition by m.dimension)
                   as first_place,
               p_as_of - m.span as since,
               p_as_of - m.span - m.carry as carried_since,
               p_as_of - m.span / 2 as middle,
               m.aggregation in ('sum', 'average', 'change', 'nps') as is_sum,
               m.aggregation = 'latest' or m.missing = 'carry' as is_latest
          from mainstay.scorecard_metrics(p_document) m
    ), exception as materialized (
        select m.place, e.value ->> 'label' as label,
               e.value ->> 'op' as op, (e.value ->> 'value')::numeric as value,
               (e.value ->> 'cap')::integer as cap,
               (e.value ->> 'floor')::integer as floor
          from jsonb_array_elements(p_document -> 'exceptions') e
          join metric m on m.key = e.value ->> 'metric'
    ), band as materialized (
        select * from mainstay.scorecard_bands(p_document)
    ), who as materialized (
        select a.id,
               case when p_document ? 'stage_weights' then
                   p_document -> 'stage_weights' -> case
                       when p_as_of >= now() then a.current_stage
                       else (
                           select j.to_stage from mainstay.journey_history j
                            where j.tenant_id = p_tenant
                              and j.account_id = a.id
                              and j.entered_at <= p_as_of
                              and j.created_at <= p_as_of
                            order by j.entered_at desc limit 1) end
               end as weights,
               case when exists (
                       select from metric m
                        where m.source = 'profile' or m.per is not null)
                   then mainstay.profile_at(p_tenant, a.id, p_as_of)
               end as profile
          from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id >= p_low and a.id <= p_high
           and (p_accounts is null or a.id = any (p_accounts))
           and a.created_at <= p_as_of
    ), seen as (
        select f.account_id, 'usage_metric' as source, f.metric_type as name,
               f.metric_value as value, f.observed_at, f.recorded_at
          from mainstay.usage_metrics f
         where f.tenant_id = p_tenant and f.account_id >= p_low
           and f.account_id <= p_high
           and (p_accounts is null or f.account_id = any (p_accounts))
           and f.observed_at > p_usage_since and f.observed_at <= p_as_of
           and f.recorded_at <= p_as_of
           and f.metric_type = any (array(select m.name from metric m
                                           where m.source = 'usage_metric'))
        union all
        select e.account_id, 'event', e.event_type, null, e.observed_at,
               e.recorded_at
          from mainstay.cdi_events e
         where e.tenant_id = p_tenant and e.account_id >= p_low
           and e.account_id <= p_high
           and (p_accounts is null or e.account_id = any (p_accounts))
           and e.observed_at > p_event_since and e.observed_at <= p_as_of
           and e.recorded_at <= p_as_of
           and e.event_type = any (array(select m.name from metric m
                                          where m.source = 'event'))
        union all
        select e.account_id, 'event', '*', null, e.observed_at, e.recorded_at
          from mainstay.cdi_events e
         where exists (select from metric m
                        where m.source = 'event' and m.name = '*')
           and e.tenant_id = p_tenant and e.account_id >= p_low
           and e.account_id <= p_high
           and (p_accounts is null or e.account_id = any (p_accounts))
           and e.observed_at > p_event_since and e.observed_at <= p_as_of
           and e.recorded_at <= p_as_of
        union all
        select r.account_id, 'survey', r.kind::text, r.score::float8,
               r.observed_at, r.recorded_at
          from mainstay.survey_responses r
         where r.tenant_id = p_tenant and r.account_id >= p_low
           and r.account_id <= p_high
           and (p_accounts is null or r.account_id = any (p_accounts))
           and r.observed_at > p_since and r.observed_at <= p_as_of
           and r.recorded_at <= p_as_of
           and r.kind = any (array(select m.name from metric m
                                    where m.source = 'survey'))
        union all
        select t.account_id, 'sentiment', '*', t.score_milli / 1000.0::float8,
               t.observed_at, t.recorded_at
          from mainstay.sentiment_analyses t
         where exists (select from metric m where m.source = 'sentiment')
           and t.tenant_id = p_tenant and t.account_id >= p_low
           and t.account_id <= p_high
           and (p_accounts is null or t.account_id = any (p_accounts))
           and t.observed_at > p_since and t.observed_at <= p_as_of
           and t.recorded_at <= p_as_of and t.score_milli is not null
        union all
        select h.account_id, 'component', g.key, g.value::float8,
               h.observed_at, h.recorded_at
          from mainstay.health_scores h
         cross join lateral jsonb_each_text(h.given) g
         where exists (select from metric m where m.source = 'component')
           and h.tenant_id = p_tenant and h.account_id >= p_low
           and h.account_id <= p_high and h.has_given
           and (p_accounts is null or h.account_id = any (p_accounts))
           and h.observed_at > p_since and h.observed_at <= p_as_of
           and h.recorded_at <= p_as_of
        union all
        select w.id, 'component', g.key, g.value::float8, p_as_of, 'infinity'
          from who w
         cross join lateral jsonb_each_text(p_given -> w.id::text) g
    ), taken as (
        -- What each metric takes of a fact: little is carried to the groups.
        select s.account_id, m.place, s.observed_at,
               s.observed_at > m.since as is_current,
               case when m.is_sum and s.observed_at > m.since
                   then s.value::numeric end as summed,
               m.aggregation = 'change' and s.observed_at > m.middle
                   as is_late,
               case when m.aggregation = 'nps' and s.observed_at > m.since
                   then s.value end as vote,
               case when m.is_latest then s.recorded_at end as recorded_at,
               case when m.is_latest then s.value end as value,
               case when m.aggregation = 'distinct'
                       and s.observed_at > m.since
                   then (s.observed_at at time zone 'UTC')::date end as day
          from seen s
          join metric m on m.source = s.source and m.name = s.name
           and s.observed_at > m.carried_since
        offset 0
    ), fact as (
        select t.account_id, t.place, count(*) as facts,
               count(*) filter (where t.is_current) as n,
               max(t.observed_at) as last_at,
               sum(t.summed) filter (where t.summed is not null) as total,
               sum(t.summed) filter (where t.is_late and t.summed is not null)
                   as late_total,
               count(*) filter (where t.is_late) as late_n,
               count(*) filter (where t.vote >= 9) as promoters,
               count(*) filter (where t.vote <= 6) as detractors,
               max(array[date_part('epoch', t.observed_at),
                       date_part('epoch', t.recorded_at), t.value])
                   filter (where t.recorded_at is not null) as latest,
               range_agg(daterange(t.day, t.day, '[]'))
                   filter (where t.day is not null) as days
          from taken t
         group by t.account_id, t.place
    ), measured as (
        select w.id as account_id, w.profile, m.*, f.facts, f.last_at,
               coalesce((w.weights ->> m.dimension)::numeric,
                   m.dimension_weight) as whole,
               nullif(coalesce(m.target,
                   mainstay.profile_number(w.profile, m.per)), 0) as divisor,
               case
                   when m.source = 'profile'
                       then mainstay.profile_number(w.profile, m.name)
                   when f.n = 0 then f.latest[3]::numeric
                   else case m.aggregation
                       when 'latest' then f.latest[3]::numeric
                       when 'sum' then f.total
                       when 'average' then round(f.total / f.n, 6)
                       when 'count' then f.n
                       when 'days_since' then floor(date_part('epoch',
                           p_as_of - f.last_at) / 86400)::numeric
                       when 'nps' then round((f.promoters - f.detractors)
                           * 100.0 / f.n, 6)
                       when 'distinct' then (
                           select sum(upper(r) - lower(r))
                             from unnest(f.days) r)
                       when 'change' then case m.source
                           when 'event' then round((f.late_n * 2 - f.n)
                               / nullif(f.n - f.late_n, 0)::numeric, 6)
                           else round(f.late_total / nullif(f.late_n, 0)
                               / nullif((f.total - f.late_total)
                                   / nullif(f.n - f.late_n, 0), 0) - 1, 6) end
                   end
               end as found,
               f.n = 0 as is_carried
          from who w
         cross join metric m
          left join fact f on f.account_id = w.id and f.place = m.place
    ), valued as (
        select m.*,
               case
                   -- A share of an unknown whole is unknown.
                   when m.transform = 'ratio' and m.divisor is null then null
                   -- No event at all is a fact about events: there were none.
                   when m.found is null and m.source = 'event'
                       and m.aggregation in ('count', 'distinct') then 0
                   else m.found end as raw
          from measured m
        offset 0 -- else each mention of raw works it out again
    ), line as (
        -- Without the metric's words: each row is sorted and kept twice.
        select v.account_id, v.place, v.first_place, v.weight, v.whole, v.raw,
               v.facts, v.last_at, v.has_exception,
               case when v.raw is not null then case
                       when v.is_carried then 'carried' else 'used' end
                   when v.missing in ('leave_out', 'carry') then 'missing'
                   else v.missing end as state,
               case
                   when v.raw is null then case v.missing
                       when 'zero' then 0 when 'neutral' then 50 end
                   else greatest(0, least(100, round(case v.transform
                       when 'linear' then (v.raw - v.low) * 100
                           / (v.high - v.low)
                       when 'inverse' then (v.high - v.raw) * 100
                           / (v.high - v.low)
                       when 'ratio' then v.raw * 100 / v.divisor
                       when 'steps' then v.factor
                           * v.stairs[width_bucket(v.raw, v.bounds) + 1]
                       else v.raw * v.factor end, 6)))
               end as value
          from valued v
        offset 0
    ), weighed as (
        select l.*,
               case when l.value is not null then l.weight / nullif(
                   sum(l.weight) filter (where l.value is not null) over d,
                   0) end as share,
               case when l.place = min(l.place) filter (
                       where l.value is not null) over d
                   then l.whole end as whole_once
          from line l
        window d as (partition by l.account_id, l.first_place
            order by l.place
            rows between unbounded preceding and unbounded following)
    ), shared as (
        select w.*,
               w.whole * w.share / nullif(sum(w.whole_once) over a, 0) as part
          from weighed w
        window a as (partition by w.account_id order by w.first_place, w.place
            rows between unbounded preceding and unbounded following)
    ), pointed as (
        select s.*, s.part * s.value as points,
               case when s.has_exception and s.raw is not null then (
                   select min(e.cap) from exception e
                    where e.place = s.place and mainstay.holds(s.raw, e.op,
                        e.value)) end as cap,
               case when s.has_exception and s.raw is not null then (
                   select max(e.floor) from exception e
                    where e.place = s.place and mainstay.holds(s.raw, e.op,
                        e.value)) end as floor,
               case when s.has_exception and s.raw is not null then (
                   select string_agg(e.label, ', ') from exception e
                    where e.place = s.place and mainstay.holds(s.raw, e.op,
                        e.value)) end as excepted
          from shared s
         order by s.account_id, s.first_place, s.place
    ), whole as (
        select p.account_id, round(sum(p.points), 6) as exact,
               sum(round(p.points, 2)) as shown, min(p.cap) as cap,
               max(p.floor) as floor, string_agg(p.excepted, ', ') as excepted,
               coalesce(jsonb_object_agg(l.key, l.raw)
                   filter (where l.raw is not null), '{}') as inputs,
               jsonb_agg(l) as lines
          from pointed p
         cross join lateral (
               select (array(select m.key from metric m
                              order by m.place))[p.place] as key,
                      (array(select m.label from metric m
                              order by m.place))[p.place] as label,
                      (array(select m.dimension from metric m
                              order by m.place))[p.place] as dimension,
                      trim_scale(round(100 * p.part, 2)) as weight,
                      trim_scale(round(p.value, 2)) as value,
                      trim_scale(p.raw) as raw,
                      trim_scale(round(p.points, 2)) as points,
                      p.facts, p.last_at, p.state) l
         group by p.account_id
    ), scored as (
        select w.*, mainstay.round_score(w.exact) as rounded,
               greatest(w.floor, least(w.cap, mainstay.round_score(w.exact)))
                   as score
          from whole w
    )
    select s.account_id, case when s.exact is not null then s.score end,
           s.exact, b.key, b.label, b.severity, s.inputs,
           s.lines
           || case when s.rounded <> s.shown
               then jsonb_build_object('key', 'rounding',
                   'label', 'Rounding', 'weight', 0,
                   'points', trim_scale(s.rounded - s.shown))
               else '[]' end
           || case when s.score <> s.rounded
               then jsonb_build_object('key', 'exception',
                   'label', s.excepted, 'weight', 0,
                   'points', s.score - s.rounded)
               else '[]' end
      from scored s
      left join band b on s.exact is not null and s.score >= b.lower
       and (b.upper is null or s.score < b.upper);
end;

-- Since when a document reads facts: of any source, and of the two that are
-- kept in months, so that months outside are not even opened.
create or replace function mainstay.scorecard_since(p_document jsonb,
    p_as_of timestamptz)
returns table (any_source timestamptz, usage_metric timestamptz,
    event timestamptz)
language sql stable rows 1
begin atomic
    select p_as_of - max(m.span + m.carry),
           p_as_of - coalesce(max(m.span + m.carry) filter (
               where m.source = 'usage_metric'), '0'),
           p_as_of - coalesce(max(m.span + m.carry) filter (
               where m.source = 'event'), '0')
      from mainstay.scorecard_metrics(p_document) m;
end;

-- A score as the engine gives it. score is null when no metric had a value.
do $$
begin
    if to_regtype('mainstay.evaluation') is null then
        create type mainstay.evaluation as (account_id uuid, score integer,
            exact_score numeric, band_key text, band_label text,
            severity text, inputs jsonb, contributions jsonb);
    end if;
end $$;

create or replace function mainstay.evaluate(p_tenant uuid, p_document jsonb,
    p_accounts uuid[] default null, p_as_of timestamptz default now(),
    p_given jsonb default null)
returns setof mainstay.evaluation
language plpgsql stable rows 1000 set search_path = '' set jit = off
    set plan_cache_mode = force_generic_plan set work_mem = '64MB'
as $$
declare
    v_since timestamptz;
    v_usage_since timestamptz;
    v_event_since timestamptz;
    v_part integer;
    v_one constant uuid := p_accounts[array_lower(p_accounts, 1)];
    v_ids uuid[];
begin
    select s.any_source, s.usage_metric, s.event
      into v_since, v_usage_since, v_event_since
      from mainstay.scorecard_since(p_document, p_as_of) s;
    if cardinality(p_accounts) = 1 then
        return query
        select * from mainstay.evaluate_range(p_tenant, p_document, v_one,
            v_one, null, p_as_of, v_since, v_usage_since, v_event_since,
            p_given);
    else
        -- Many go by parts of half a million lines, so that memory does not
        -- grow with the tenant; not less than 10,000 accounts, for each part
        -- may read all pages of a month. Two branches, so that a plan which
        -- does not know p_accounts looks up a few by their key.
        select greatest(10000, 500000 / greatest(count(*), 1)) into v_part
          from mainstay.scorecard_metrics(p_document);
        for v_ids in
            select array_agg(o.id order by o.id)
              from (select a.id, (row_number() over (order by a.id) - 1)
                           / v_part as part
                      from (
                        select n.id from mainstay.accounts n
                         where n.tenant_id = p_tenant and p_accounts is null
                        union all
                        select n.id from mainstay.accounts n
                         where n.tenant_id = p_tenant
                           and n.id = any (p_accounts)) a) o
             group by o.part
        loop
            return query execute 'select * from mainstay.evaluate_range('
                '$1, $2, $3, $4, $5, $6, $7, $8, $9, $10)'
                using p_tenant, p_document, v_ids[1],
                    v_ids[cardinality(v_ids)], p_accounts, p_as_of, v_since,
                    v_usage_since, v_event_since, p_given;
        end loop;
    end if;
end
$$;
comment on function mainstay.evaluate(uuid, jsonb, uuid[], timestamptz,
    jsonb) is
    'The scores a scorecard gives accounts (null: all of the tenant) as of a '
    'time, with inputs and contributions. given: component scores that come '
    'with the question, {"<id of an account>": {"usage": 30}}. Sees what the '
    'caller sees.';

-- The scorecard version of each account: the first rule that matches, else
-- the default. No row: no published scorecard applies. Two branches, so that a
-- plan which does not know p_accounts still looks up a few by their key.
create or replace function mainstay.scorecard_of(p_tenant uuid,
    p_accounts uuid[])
returns table (account_id uuid, version_id uuid)
language sql stable
begin atomic
    select distinct on (a.id) a.id, v.id
      from (
        select n.* from mainstay.accounts n
         where n.tenant_id = p_tenant and p_accounts is null
        union all
        select n.* from mainstay.accounts n
         where n.tenant_id = p_tenant and n.id = any (p_accounts)) a
      join mainstay.scorecards c
        on c.tenant_id = p_tenant
       and (c.is_default or (c.applies_to <> '{}'
           and (not c.applies_to ? 'stage'
               or c.applies_to -> 'stage' ? a.current_stage)
           and (not c.applies_to ? 'tier'
               or c.applies_to -> 'tier' ? a.tier)
           and (not c.applies_to ? 'segment'
               or c.applies_to -> 'segment'
                   ? (a.crm_attributes ->> 'segment'))))
      join mainstay.scorecard_versions v
        on v.tenant_id = p_tenant and v.scorecard_id = c.id
       and v.status = 'published'
     order by a.id, c.is_default, c.position, c.name;
end;
comment on function mainstay.scorecard_of(uuid, uuid[]) is
    'Which published scorecard version applies to which account.';

grant execute on function mainstay.round_score(numeric),
    mainstay.holds(numeric, text, numeric),
    mainstay.scorecard_metrics(jsonb), mainstay.scorecard_bands(jsonb),
    mainstay.scorecard_since(jsonb, timestamptz),
    mainstay.profile_number(jsonb, text),
    mainstay.profile_at(uuid, uuid, timestamptz),
    mainstay.evaluate_range(uuid, jsonb, uuid, uuid, uuid[], timestamptz,
        timestamptz, timestamptz, timestamptz, jsonb),
    mainstay.evaluate(uuid, jsonb, uuid[], timestamptz, jsonb),
    mainstay.scorecard_of(uuid, uuid[])
    to mainstay_app, mainstay_maint, mainstay_definer;
