-- evaluate_property.sql - what holds for any scorecard and any facts.
--
-- Documents, accounts and facts are drawn at random. A failure says its seed;
-- MAINSTAY_SEED=<seed> tests/sql/run.sh evaluate_property draws the same.

begin;
select plan(11);
\getenv seed MAINSTAY_SEED
\if :{?seed}
\else
select floor(random() * 1000000)::int as seed \gset
\endif
select setseed(:seed / 1000000.0);

create function test.pick(variadic p_words text[]) returns text
language sql volatile as $$
    select p_words[1 + floor(random() * cardinality(p_words))]
$$;
create function test.chance(p_percent int) returns boolean
language sql volatile as $$ select random() * 100 < p_percent $$;
create function test.between(p_low int, p_high int) returns int
language sql volatile as $$
    select p_low + floor(random() * (p_high - p_low + 1))::int
$$;

-- Numbers of all sizes, many of them equal; sums of them as floating point
-- would depend on their order.
create function test.number() returns numeric
language sql volatile as $$
    select case test.between(1, 8)
        when 1 then 0 when 2 then -test.between(1, 50)
        when 3 then round(random()::numeric, 3)
        when 4 then test.pick('1', '-1')::numeric * 1e12
            + round(random()::numeric, 4)
        when 5 then round(random()::numeric * 100, 1)
        else test.between(1, 100) end
$$;

-- So many weights above 0 that add up to 100.
create function test.weights(p_count int) returns numeric[]
language plpgsql volatile as $$
declare
    fine int := test.pick('1', '1', '8');
begin
    return (select array_agg(w) from (
        select trim_scale((cut - lag(cut, 1, 0) over (order by cut))::numeric
            / fine)
        from (
            (select g from generate_series(1, 100 * fine - 1) g
            order by random() limit p_count - 1)
            union all select 100 * fine) c (cut)) t (w));
end $$;

create function test.source() returns jsonb
language plpgsql volatile as $$
declare
    kind text := test.pick('usage_metric', 'usage_metric', 'event_count',
        'days_since', 'sentiment', 'survey', 'profile', 'component');
    of text := case when kind = 'days_since' then test.pick(null, 'event',
        'usage_metric', 'survey', 'sentiment', 'component') end;
begin
    return jsonb_strip_nulls(jsonb_build_object('kind', kind, 'of', of,
        'name', case coalesce(of, case kind when 'days_since' then
                'event_count' when 'event' then 'event_count' else kind end)
            when 'usage_metric' then test.pick('u1', 'u2', 'u.3')
            when 'event_count' then test.pick('e1', 'e2', null)
            when 'event' then test.pick('e1', null)
            when 'survey' then test.pick('nps', 'csat', 'ces')
            when 'component' then test.pick('c1', 'c2', 'c3')
            when 'profile' then test.pick('arr', 'renewal_days', 'nps',
                'adoption_percent', 'crm.seats', 'crm.Nächte pro Gast')
            end));
end $$;

-- p_top: what the scale goes up to; null without one.
create function test.transform(p_top numeric) returns jsonb
language plpgsql volatile as $$
declare
    kind text := case when p_top is null then test.pick('linear', 'inverse',
        'steps', 'ratio', 'pass') else test.pick('pass', 'steps') end;
    low numeric := test.number();
    top numeric := coalesce(p_top, 100);
begin
    return jsonb_build_object('kind', kind) || case
        when kind in ('linear', 'inverse') then jsonb_build_object(
            'from', low, 'to', low + test.pick('1', '0.5', '60', '1000000')
                ::numeric)
        when kind = 'ratio' then case when test.chance(50)
            then jsonb_build_object('target', abs(test.number()) + 1)
            else jsonb_build_object('per', test.pick('arr', 'nps',
                'crm.seats')) end
        when kind = 'steps' then (
            select jsonb_build_object('steps', jsonb_agg(jsonb_build_object(
                'below', below, 'value', trunc(random()::numeric * top, 3))
                order by below))
            from (select distinct test.number() as below
                from generate_series(1, test.between(1, 5))) s)
            || case when test.chance(50) then jsonb_build_object('else',
                trunc(random()::numeric * top, 1)) else '{}' end
        else '{}' end;
end $$;

-- p_points: what the metric is worth.
create function test.metric(p_key text, p_weight numeric, p_points numeric)
returns jsonb
language plpgsql volatile as $$
declare
    source jsonb := test.source();
    possible text[] := mainstay.source_aggregations(source ->> 'kind',
        source ->> 'name');
    aggregation text := test.pick(variadic possible || null::text);
    taken text := coalesce(aggregation, case source ->> 'kind'
        when 'event_count' then 'count' when 'sentiment' then 'average'
        else 'latest' end);
    scale text := test.pick(null, '0-100', '0-1', 'points');
    transform jsonb := test.transform(case scale when '0-1' then 1
        when 'points' then trunc(p_points, 3) end);
begin
    return jsonb_strip_nulls(jsonb_build_object('key', p_key,
        'label', test.pick(null, 'Größe & "Co" ' || p_key),
        'weight', case when p_weight <> 1 or test.chance(50)
            then p_weight end,
        'source', source, 'aggregation', aggregation, 'scale', scale,
        'transform', case when transform ->> 'kind' <> 'pass'
            or test.chance(50) then transform end,
        'window_days', case
            when source ->> 'kind' <> 'profile' and (test.chance(50)
                or taken <> 'latest' and source ->> 'kind' <> 'days_since')
            then test.pick('1', '7', '30', '90', '400')::int end,
        'missing', case
            when source ->> 'kind' in ('usage_metric', 'survey', 'sentiment',
                'component') and taken in ('latest', 'average')
                and test.chance(40)
            then jsonb_build_object('carry_days', test.between(1, 365))
            else to_jsonb(test.pick(null, 'leave_out', 'zero', 'neutral'))
            end));
end $$;

create function test.dimension(p_key text, p_weight numeric) returns jsonb
language plpgsql volatile as $$
declare
    weights numeric[] := array(select test.pick('1', '1', '0.25', '3',
        '1000')::numeric from generate_series(1, test.between(1, 5)));
begin
    return (select jsonb_build_object('key', p_key, 'label', 'Part ' || p_key,
            'weight', p_weight, 'metrics', jsonb_agg(test.metric(
                p_key || '_' || i, w, p_weight * w / (
                    select sum(x) from unnest(weights) x)) order by i))
        from unnest(weights) with ordinality m (w, i));
end $$;

create function test.random_document() returns jsonb
language plpgsql volatile as $$
declare
    n int := test.between(1, 4);
    dimensions jsonb := (select jsonb_agg(test.dimension('d' || i, w)
        order by i) from unnest(test.weights(n)) with ordinality d (w, i));
    keys text[] := array(select m ->> 'key'
        from jsonb_array_elements(dimensions) d,
            jsonb_array_elements(d -> 'metrics') m);
    document jsonb := jsonb_build_object('dimensions', dimensions, 'bands', (
        select jsonb_agg(jsonb_build_object('key', 'b' || lower,
            'label', 'From ' || lower, 'lower', lower,
            'severity', severities[ceil(i * 4.0 / n_bands)],
            'colour', '#12abEF') order by i)
        from (select lower, row_number() over (order by lower desc) as i,
                count(*) over () as n_bands
            from (select 0 union select test.between(1, 100)
                from generate_series(1, test.between(0, 6))) l (lower)) b,
            (values (array['healthy', 'moderate', 'at_risk', 'critical']))
                s (severities)));
begin
    if test.chance(50) then
        document := document || jsonb_build_object('exceptions', (
            select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'metric', test.pick(variadic keys), 'label', 'Rule ' || i,
                'op', test.pick('<', '<=', '>', '>=', '='),
                'value', trunc(test.number(), 2) + (i - 1) * 0.001,
                'cap', case when i % 3 <> 0 then test.between(40, 100) end,
                'floor', case when i % 3 <> 1 then test.between(0, 40) end)))
            from generate_series(1, test.between(1, 4)) i));
    end if;
    if test.chance(40) then
        document := document || jsonb_build_object('stage_weights', (
            select jsonb_object_agg(stage, (
                select jsonb_object_agg('d' || i, w)
                from unnest(test.weights(n)) with ordinality t (w, i)
                where stage <> ''))
            from unnest(array['Onboarding', 'Renewal']) stage));
    end if;
    if test.chance(20) then
        document := document || '{"rounding": "half_up",
            "trend": {"days": 30, "margin": 2}}';
    end if;
    return document;
end $$;

create table test.document as
select i as id, test.random_document() as document,
    case when test.chance(30) then jsonb_build_object(
        'c' || test.between(1, 3), test.number()) end as given
from generate_series(1, 50) i;

-- Accounts in pairs: both get the same facts, in opposite orders.
select test.tenant('alpha') as tenant,
    date_trunc('day', now()) - interval '11 days 12 hours' as then \gset
create function test.account(p_nr int, p_twin int) returns uuid
language sql immutable as $$
    select md5('account ' || p_nr || ' ' || p_twin)::uuid
$$;
create table test.pair as
select nr, test.pick('Onboarding', 'Renewal', 'Expansion') as stage,
    case when test.chance(80) then test.between(0, 1000000) else 0 end as arr,
    jsonb_build_object('seats', test.number(), 'Nächte pro Gast',
        test.number(), 'note', 'text') as attributes,
    test.between(-50, 50) as renewal, test.between(-100, 100) as nps
from generate_series(1, 8) nr;
insert into mainstay.accounts (tenant_id, id, name, current_stage, arr_cents,
    crm_attributes, renewal_date, created_at)
select :'tenant', test.account(nr, twin), 'Pair ' || nr || ' ' || twin, stage,
    arr, attributes, (:'then'::timestamptz)::date + renewal,
    :'then'::timestamptz - interval '2 years'
from test.pair, generate_series(1, 2) twin;
update mainstay.journey_history
set entered_at = :'then'::timestamptz - interval '100 days',
    created_at = :'then'::timestamptz - interval '100 days'
where account_id in (select test.account(nr, twin)
    from test.pair, generate_series(1, 2) twin);
insert into mainstay.account_profiles (tenant_id, account_id, nps,
    adoption_percent, created_at)
select :'tenant', test.account(nr, twin), nps, nr * 10,
    :'then'::timestamptz - interval '1 year'
from test.pair, generate_series(1, 2) twin where nr % 2 = 0;

-- Facts: on the hour, so that many stand at the edge of a window or at the
-- same time as another; some are learned late, some after the time we ask of.
create table test.fact as
select row_number() over () as id, nr, source, observed_at,
    case when test.chance(40) then observed_at
        when test.chance(50) then :'then'::timestamptz
            + make_interval(hours => test.between(1, 250))
        else :'then'::timestamptz
            - make_interval(hours => test.between(0, 250)) end as recorded_at,
    case source when 'usage' then test.pick('u1', 'u2', 'u.3')
        when 'event' then test.pick('e1', 'e2')
        when 'survey' then test.pick('nps', 'csat', 'ces')
        when 'component' then test.pick('c1', 'c2', 'c3') end as name,
    case when source in ('survey', 'sentiment')
        then test.between(0, 10) else test.number() end as value
from (
    select nr, source, :'then'::timestamptz + make_interval(
        days => -floor(power(random(), 3) * 500)::int
            + case when test.chance(25) then test.between(0, 9) else 0 end,
        hours => case when test.chance(50) then 0
            else test.between(-11, 11) end) as observed_at
    from test.pair, unnest(array['usage', 'usage', 'usage', 'event',
        'event', 'survey', 'sentiment', 'component']) source,
        generate_series(1, 6) i
    where nr < 8) f; -- one has none
delete from test.fact where recorded_at > now();
-- A third of them twice, with another value.
insert into test.fact
select id + 100000, nr, source, observed_at, recorded_at, name,
    case when source in ('survey', 'sentiment') then 10 - value
        else test.number() end
from test.fact where id % 3 = 0;

create procedure test.bring(p_known boolean, p_then timestamptz, p_twin int)
language plpgsql as $$
declare
    f record;
    tenant uuid := test.tenant('alpha');
begin
    perform set_config('mainstay.loading_history', 'on', true);
    set local role mainstay_maint;
    for f in
        select *, test.account(nr, p_twin) as account from test.fact
        where (observed_at <= p_then and recorded_at <= p_then) = p_known
        order by id * case p_twin when 1 then 1 else -1 end
    loop
        case f.source
        when 'usage' then
            insert into mainstay.usage_metrics (tenant_id, account_id,
                metric_type, metric_value, observed_at, recorded_at)
            values (tenant, f.account, f.name, f.value, f.observed_at,
                f.recorded_at);
        when 'event' then
            insert into mainstay.cdi_events (tenant_id, account_id,
                source_type, event_type, observed_at, recorded_at)
            values (tenant, f.account, 'crm', f.name, f.observed_at,
                f.recorded_at);
        when 'survey' then
            insert into mainstay.survey_responses (tenant_id, account_id,
                kind, score, observed_at, recorded_at)
            values (tenant, f.account, f.name, f.value, f.observed_at,
                f.recorded_at);
        when 'sentiment' then
            insert into mainstay.sentiment_analyses (tenant_id, account_id,
                source_type, text_body, score_milli, observed_at,
                recorded_at)
            values (tenant, f.account, 'mail', 'Words',
                (f.value - 5) * 199, f.observed_at, f.recorded_at);
        else
            insert into mainstay.health_scores (tenant_id, account_id,
                overall_score, given, observed_at, recorded_at)
            values (tenant, f.account, 50, jsonb_build_object(f.name,
                f.value), f.observed_at, f.recorded_at);
        end case;
    end loop;
    reset role;
    perform set_config('mainstay.loading_history', 'off', true);
end $$;
grant select on all tables in schema test to mainstay_maint;

create table test.result (moment text, id int, nr int, twin int, score int,
    exact numeric, band text, inputs jsonb, lines jsonb,
    primary key (moment, id, nr, twin));
update test.document d set given = (
    select jsonb_object_agg(test.account(nr, twin), d.given)
    from test.pair, generate_series(1, 2) twin)
where d.given is not null;
create procedure test.evaluate(p_moment text, p_at timestamptz)
language sql as $$
    insert into test.result
    select p_moment, d.id, nr, twin, e.score, e.exact_score, e.band_key,
        e.inputs, e.contributions
    from test.document d
    cross join lateral mainstay.evaluate(test.tenant('alpha'), d.document,
        null, p_at, d.given) e
    join (select test.account(nr, twin) as id, nr, twin
        from test.pair, generate_series(1, 2) twin) a on a.id = e.account_id
$$;
-- Facts are read as they lie, so that the order of insertion can be seen.
set local enable_indexscan = off;
set local enable_bitmapscan = off;

call test.bring(true, :'then', 1);
call test.bring(true, :'then', 2);
call test.evaluate('then', :'then');

-- Much happens afterwards, and much is learned about before.
call test.bring(false, :'then', 1);
call test.bring(false, :'then', 2);
update mainstay.accounts a set arr_cents = p.arr / 2 + 7,
    crm_attributes = '{"seats": 12345}', renewal_date = '2031-05-06',
    current_stage = case p.stage when 'Renewal' then 'Onboarding'
        else 'Renewal' end
from test.pair p, generate_series(1, 2) twin
where a.id = test.account(p.nr, twin) and p.nr % 3 <> 0;
update mainstay.account_profiles set nps = -nps, adoption_percent = 99
where account_id in (select test.account(nr, twin)
    from test.pair, generate_series(1, 2) twin where nr % 4 = 0);
insert into mainstay.account_profiles (tenant_id, account_id, nps)
select :'tenant', test.account(nr, twin), 77
from test.pair, generate_series(1, 2) twin where nr % 2 = 1;
call test.evaluate('then again', :'then');
call test.evaluate('now', now());

-- The drawing itself: a test of nothing proves nothing.
\set drawn ' (MAINSTAY_SEED=' :seed ')'
select is_empty('select p.*, d.document from test.document d
    cross join lateral mainstay.scorecard_problems(d.document) p limit 3',
    'each document is accepted' || :'drawn');
select cmp_ok(count(*) filter (where score > 0 and score < 100), '>',
    count(*) / 3, 'a third of the scores are neither 0 nor 100' || :'drawn')
from test.result;
select cmp_ok(count(*) filter (where t is distinct from n), '>',
    count(*) / 3, 'a third of them changed since' || :'drawn')
from test.result t
join test.result n using (id, nr, twin)
where t.moment = 'then' and n.moment = 'now';

-- Contributions add up to the score exactly. Before rounding and exceptions
-- they add up to the exact score, each to within half a hundredth.
select is_empty('select r.* from test.result r
    cross join lateral (
        select sum((c ->> ''points'')::numeric) as points,
            sum((c ->> ''points'')::numeric)
                filter (where c ? ''dimension'') as shown,
            sum((c ->> ''weight'')::numeric)
                filter (where c ? ''points'') as weight,
            count(*) as n
        from jsonb_array_elements(r.lines) c) s
    where r.score is not null and (s.points is distinct from r.score
        or abs(s.shown - r.exact) > 0.005 * s.n
        or abs(s.weight - 100) > 0.005 * s.n)
    limit 3', 'contributions add up to the score' || :'drawn');
-- Each of the three is rounded by up to 0.005.
select is_empty('select r.*, c from test.result r
    cross join jsonb_array_elements(r.lines) c
    where c ? ''dimension'' and abs((c ->> ''points'')::numeric
            - (c ->> ''weight'')::numeric * (c ->> ''value'')::numeric / 100)
        > 0.015
        or c ->> ''state'' = ''missing'' and c ->> ''raw'' is not null
        or (c ->> ''value'')::numeric not between 0 and 100
    limit 3', 'and each is its weight times its value' || :'drawn');

-- A score as of a time does not change.
select is_empty('select t.*, a.* from test.result t
    join test.result a using (id, nr, twin)
    where t.moment = ''then'' and a.moment = ''then again''
        and (t.score, t.exact, t.band, t.inputs, t.lines) is distinct from
            (a.score, a.exact, a.band, a.inputs, a.lines)
    limit 3', 'what is learned later changes no earlier score' || :'drawn');

-- The order of facts does not matter.
select is_empty('select a.*, b.* from test.result a
    join test.result b using (moment, id, nr)
    where a.twin = 1 and b.twin = 2
        and (a.score, a.exact, a.band, a.inputs, a.lines) is distinct from
            (b.score, b.exact, b.band, b.inputs, b.lines)
    limit 3', 'facts in another order make the same score' || :'drawn');

-- One account alone, and a few, get what they get among all.
set local enable_indexscan = on;
set local enable_bitmapscan = on;
select is_empty(format('select r.*, e.* from test.result r
    join test.document d using (id)
    cross join lateral mainstay.evaluate(%L, d.document,
        array[test.account(r.nr, r.twin)],
        case r.moment when ''now'' then now() else %L end, d.given) e
    where r.twin = 1 and (r.nr + r.id) %% 3 = 0
        and r.moment in (''now'', ''then again'')
        and (r.score, r.exact, r.band, r.inputs, r.lines) is distinct from
            (e.score, e.exact_score, e.band_key, e.inputs, e.contributions)
    limit 3', :'tenant', :'then'::timestamptz),
    'one account gets what it gets among all' || :'drawn');
select is_empty(format('select r.*, e.* from test.document d
    cross join lateral mainstay.evaluate(%L, d.document,
        array[test.account(1, 1), test.account(5, 1), test.account(8, 1)],
        now(), d.given) e
    join test.result r on r.id = d.id and r.moment = ''now''
        and test.account(r.nr, r.twin) = e.account_id
    where d.id %% 5 = 0
        and (r.score, r.exact, r.band, r.inputs, r.lines) is distinct from
            (e.score, e.exact_score, e.band_key, e.inputs, e.contributions)
    limit 3', :'tenant'), 'and so do a few' || :'drawn');

-- Documents with something wrong in one place: whatever it is, it is told,
-- and what is accepted can be evaluated.
create function test.spoiled(p_document jsonb) returns jsonb
language sql volatile as $$
    with recursive node (path, value) as (
        select '{}'::text[], p_document
        union all
        select n.path || c.key, c.value
        from node n
        cross join lateral (
            select key, value from jsonb_each(case jsonb_typeof(n.value)
                when 'object' then n.value else '{}' end)
            union all
            select (place - 1)::text, value
            from jsonb_array_elements(case jsonb_typeof(n.value)
                when 'array' then n.value else '[]' end)
                with ordinality e (value, place)) c
    ), picked as materialized (
        select * from node where path <> '{}' order by random() limit 1)
    select case when test.chance(20) then p_document #- path
        else jsonb_set(p_document, path, case
            when jsonb_typeof(value) = 'number' and test.chance(70)
                then test.pick('0', '-1', '0.5', '1.5', '1.0', '1e300',
                    '1e-300', '0.1234567', '100')
            when jsonb_typeof(value) = 'string' and test.chance(70)
                then test.pick('""', '"x"', '"nps"', '"points"', '"0-1"',
                    '"average"', '"change"', '"arr"', '"d1_1"', '"sum"',
                    '"days_since"', '"pass"', '"zero"')
            else test.pick('null', 'true', '[]', '{}', '[1]', '[[]]',
                '{"a": 1}', '"x"', '7', '{"carry_days": 30}',
                '{"kind": "sentiment"}', '{"kind": "ratio", "per": "arr"}')
            end::jsonb) end
    from picked
$$;
create function test.tried(p_document jsonb) returns text
language plpgsql as $$
begin
    if exists (select from mainstay.scorecard_problems(p_document)) then
        return 'refused';
    end if;
    perform from mainstay.evaluate(test.tenant('alpha'), p_document,
        array[test.account(1, 1)]);
    return 'evaluated';
exception when others then
    return sqlerrm;
end $$;
create table test.spoiled as
select s.document, test.tried(s.document) as outcome
from test.document d, generate_series(1, 8) i
cross join lateral (select test.spoiled(d.document) as document
    where i > 0) s;
select is_empty('select * from test.spoiled
    where outcome not in (''refused'', ''evaluated'') limit 3',
    'no document is beyond the check' || :'drawn');
select cmp_ok(count(*) filter (where outcome = 'refused'), '>',
    count(*) / 3, 'which refuses many' || :'drawn') from test.spoiled;

select * from finish();
rollback;
