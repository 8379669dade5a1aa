-- explain_score.sql - why a score is what it is, what changed, what would
-- lift it, and what is missing.

begin;
select plan(51);
select setseed(0.25);

-- An account that has been there for a year.
create function test.account(p_name text) returns uuid
language sql security definer as $$
    insert into mainstay.accounts (tenant_id, name, arr_cents, created_at)
    values (test.tenant('alpha'), p_name, 100, now() - interval '1 year')
    returning id
$$;

-- A score of these parts, observed and recorded so many days ago; its id.
create function test.scored(p_account uuid, p_days int, p_given jsonb,
    p_score int default null) returns uuid
language plpgsql security definer set mainstay.loading_history = on as $$
declare
    v_id uuid := gen_random_uuid();
    v_at timestamptz := now() - make_interval(days => p_days);
begin
    insert into mainstay.health_scores (tenant_id, id, account_id, given,
        overall_score, observed_at, recorded_at)
    values (test.tenant('alpha'), v_id, p_account, p_given, p_score, v_at,
        v_at);
    return v_id;
end $$;
alter function test.scored owner to mainstay_maint;

create function test.explained(p_score uuid, p_days int default null)
returns jsonb
language plpgsql volatile as $$
begin
    return mainstay.explain_score(app.current_tenant_id(), p_score,
        now() - make_interval(days => p_days));
end $$;

-- The points of the lines of a change, by key.
create function test.points(p_explained jsonb) returns jsonb
language sql immutable as $$
    select jsonb_object_agg(l ->> 'key', l -> 'points')
      from jsonb_array_elements(p_explained -> 'changes' -> 'lines') l
$$;

create function test.total(p_lines jsonb) returns numeric
language sql immutable as $$
    select coalesce(sum((l ->> 'points')::numeric), 0)
      from jsonb_array_elements(p_lines) l
$$;

-- Parts at random, one of five missing.
create function test.part() returns jsonb
language sql volatile as $$
    select jsonb_strip_nulls(jsonb_build_object(k[1], p[1], k[2], p[2],
        k[3], p[3], k[4], p[4]))
      from (select array(select case when random() < 0.8
                       then floor(random() * 101)::int end
                  from generate_series(1, 4)) as p,
               array['usage', 'engagement', 'support_sentiment', 'adoption']
                   as k) x
$$;
create function test.draw(p_card uuid, p_rounds int)
returns table (delta int, explained jsonb, document jsonb, given jsonb)
language plpgsql volatile as $$
declare
    v_account uuid;
    v_first uuid;
    v_second uuid;
    v_parts jsonb;
    v_weight int;
begin
    for n in 1 .. p_rounds loop
        if n % 5 = 1 then
            v_weight := 1 + floor(random() * 58);
            document := jsonb_set(jsonb_set(mainstay.preset('standard'),
                '{dimensions,0,weight}', to_jsonb(v_weight)),
                '{dimensions,1,weight}', to_jsonb(60 - v_weight));
            perform mainstay.publish_version(mainstay.save_draft(p_card,
                document));
        end if;
        -- The same account goes on: its scores come from several versions.
        if n % 15 = 1 then
            v_account := test.account('Random ' || n);
            v_first := null;
            v_parts := '{}';
        end if;
        given := test.part() || '{"usage": 50}';
        v_parts := v_parts || given;
        v_second := test.scored(v_account, 100 - n, given);
        explained := test.explained(v_second);
        delta := (select h.overall_score from mainstay.health_scores h
                   where h.id = v_second)
            - (select h.overall_score from mainstay.health_scores h
                where h.id = v_first);
        given := v_parts;
        v_first := v_second;
        return next;
    end loop;
end $$;
-- What a document makes of parts.
create function test.made(p_document jsonb, p_account uuid, p_given jsonb)
returns int
language sql stable as $$
    select (mainstay.evaluate(app.current_tenant_id(), p_document,
        array[p_account], now(), p_given)).score
$$;

create table test.drawn (delta int, explained jsonb, document jsonb,
    given jsonb);
grant select, insert on test.drawn to public;

select test.sign_in('admin@alpha.test');
update mainstay.scorecards set applies_to = '{}';
select id as card from scorecards where is_default \gset
select mainstay.publish_version(mainstay.save_draft(:'card',
    mainstay.preset('standard'))) as number \gset
select test.account('Explained') as id \gset

-- Weights 35, 25, 20, 20: 8.75 + 7.5 + 10 + 9 = 35.25.
select test.scored(:'id', 40, '{"usage": 55, "engagement": 60,
    "support_sentiment": 80, "adoption": 75}') as moderate \gset
select test.scored(:'id', 30, '{"usage": 25, "engagement": 30,
    "support_sentiment": 50, "adoption": 45}') as critical \gset
select test.explained(:'critical') as e \gset
select is((:'e'::jsonb ->> 'score')::int, 35, 'the score'),
    is(test.total(:'e'::jsonb -> 'contributions'), 35.0,
        'is what its contributions add up to'),
    is(:'e'::jsonb ->> 'sentence', 'Critical at 35: of the 65 missing points '
        '26.3 are lost on usage (25 of 100, weight 35%) and 17.5 on '
        'engagement (30 of 100).', 'and one sentence says where it was lost');

-- 65.25 then: 19.25 + 15 + 16 + 15.
select is(test.points(:'e'), '{"usage": -10.5, "engagement": -7.5,
    "support_sentiment": -6, "adoption": -6}', 'what changed, by metric'),
    is(test.total(:'e'::jsonb -> 'changes' -> 'lines'), -30.0,
        'is the difference of the scores'),
    is(:'e'::jsonb -> 'changes' ->> 'sentence', 'Down 30 from 65 since '
        || app.date_text((now() - interval '40 days')::date)
        || ': usage from 55 to 25 (−10.5), engagement from 60 to 30 (−7.5), '
        'support sentiment from 80 to 50 (−6).', 'in a sentence');
select is(test.explained(:'critical', 35) -> 'changes' ->> 'from_score',
        '65', 'since a day: the score of that day'),
    is(test.explained(:'critical', 60) -> 'changes' ->> 'sentence',
        'There was no score on '
        || app.date_text((now() - interval '60 days')::date) || '.',
        'a day before the first score'),
    is(test.explained(:'moderate', 5) -> 'changes' ->> 'sentence',
        'This score is from before '
        || app.date_text((now() - interval '5 days')::date) || '.',
        'a day after the score'),
    is(test.explained(:'moderate') -> 'changes' ->> 'sentence',
        'This is the first score.', 'the first score'),
    is(test.explained(:'critical', 10) -> 'changes' ->> 'sentence',
        'Unchanged at 35 since '
        || app.date_text((now() - interval '10 days')::date) || '.',
        'nothing changed');

-- Numbers that no program meant, but that some program sent.
select is(mainstay.raw_text('profile', 'crm.seats', 'latest', raw, 5), want,
    'a raw value of any size is a short text')
from (values (1e400, '1.00e+300'), (1e-400, '0')) t (raw, want);
select lives_ok($$select * from mainstay.smallest_change(
    mainstay.metrics_of(jsonb_set(mainstay.preset('standard'),
        '{dimensions, 0, metrics, 0}',
        '{"key": "used", "source": {"kind": "usage_metric", "name": "used"},
            "transform": {"kind": "ratio", "per": "crm.seats"}}')),
    null, null, '{"crm_attributes": {"seats": 1e-20}}', '{"used": 1}', null, 60)$$,
    'a share of next to nothing keeps no other change from being found');

-- (39.5 - 26.5) / 0.35 = 37.14…; 37.1 gives 39.485.
select is(:'e'::jsonb -> 'next_band' ->> 'sentence', 'With usage at 37.2 '
        'instead of 25 and all else as it is, it would be At Risk at 40.',
        'the smallest change to the next band'),
    is((:'e'::jsonb -> 'next_band' ->> 'to_raw')::numeric, 37.2, 'as data');
select is(test.explained(test.scored(:'id', 29, '{"usage": 0,
        "engagement": 0, "support_sentiment": 0, "adoption": 0}'))
        ->> 'next_band_reason', 'No single change is enough for the 40 '
        'points to At Risk.', 'or none is enough, and it says so'),
    is(test.explained(test.scored(:'id', 28, '{"usage": 90,
        "engagement": 85, "support_sentiment": 80, "adoption": 82}'))
        ->> 'sentence', 'Healthy at 85: 31.5 points come from usage (90 of '
        '100, weight 35%), and of the 15 missing points 4 are lost on '
        'support sentiment (80 of 100).', 'the best band says what is good'),
    is(test.explained(test.scored(:'id', 27, '{"usage": 100,
        "engagement": 100, "support_sentiment": 100, "adoption": 100}'))
        ->> 'sentence', 'Healthy at 100: every metric is at its best.',
        'nothing is missing at 100');

-- Given scores.
select test.explained(test.scored(:'id', 26, '{"usage": 25,
    "engagement": 30, "support_sentiment": 50, "adoption": 45}', 50)) as e
\gset
select is(:'e'::jsonb ->> 'sentence', 'At Risk at 50, as it was given; the '
        'facts make 35: of the 65 missing points 26.3 are lost on usage (25 '
        'of 100, weight 35%) and 17.5 on engagement (30 of 100).',
        'a given score is told apart from what the facts make'),
    is(test.total(:'e'::jsonb -> 'contributions'), 50.0,
        'and its contributions add up to it'),
    is(:'e'::jsonb ->> 'source', 'imported', 'with its source');
select test.account('Imported') as bare \gset
select test.explained(test.scored(:'bare', 3, '{}', 42)) as e \gset
select is(:'e'::jsonb ->> 'sentence', 'At Risk at 42, as it was given; '
        'the facts make 0; nothing is known of its parts.',
        'a given score without parts'),
    is(jsonb_array_length(:'e'::jsonb -> 'missing'), 4,
        'of which all are missing'),
    is(:'e'::jsonb -> 'missing' -> 0 ->> 'sentence', 'Usage: no data, left '
        'out; the other metrics weigh more.', 'with what that means');
select is(test.explained(test.scored(:'bare', 2, '{"adoption": 70}'))
    ->> 'sentence', 'Moderate at 70: the only metric with data is adoption '
    '(70 of 100).', 'one metric alone');

-- A metric that gains data: 100 × 70 became 100 × (20 × 70 + 20 × 40) / 40.
select test.explained(test.scored(:'bare', 1,
    '{"support_sentiment": 40}')) as e \gset
select is(test.points(:'e'), '{"support_sentiment": 20, "weights": -35}',
        'data that came takes weight from the others'),
    is(test.total(:'e'::jsonb -> 'changes' -> 'lines'), -15.0,
        'and the sum is right'),
    is(:'e'::jsonb -> 'changes' ->> 'sentence', 'Down 15 from 70 since '
        || app.date_text((now() - interval '2 days')::date)
        || ': other weights, as data came or '
        'went (−35), support sentiment now at 40 (+20).', 'and the sentence');

-- A person's own score lies over the calculated one.
select mainstay.override_score(:'id', 70, 'They renew on Friday.',
    now() + interval '10 days') as override \gset
select test.explained((mainstay.score_as_of(app.current_tenant_id(), :'id',
    now())).id) as e \gset
select is(:'e'::jsonb -> 'override' ->> 'band_label', 'Moderate',
        'an override is told with its band'),
    is(:'e'::jsonb ->> 'sentence', 'Moderate at 70, set by hand until '
        || app.date_text((now() + interval '10 days')::date)
        || ' (“They renew on Friday.”); calculated: At Risk at 50, as it was '
        'given; the facts make 35: of the 65 missing points 26.3 are lost on '
        'usage (25 of 100, weight 35%) and 17.5 on engagement (30 of 100).',
        'before what was calculated'),
    is((:'e'::jsonb ->> 'score')::int, 50, 'which stays what is explained');
select is(mainstay.explain_score(app.current_tenant_id(), (mainstay
    .score_as_of(app.current_tenant_id(), :'id', now())).id, null,
    now() - interval '1 day') -> 'override', 'null',
    'as of a day before it was set there is none');

-- Another version: usage 45, adoption 10; the same facts.
-- 11.25 + 7.5 + 10 + 4.5 = 33.25, two less than 35.25.
select test.scored(:'id', 20, '{"usage": 25, "engagement": 30,
    "support_sentiment": 50, "adoption": 45}') as before \gset
select mainstay.publish_version(mainstay.save_draft(:'card',
    jsonb_set(jsonb_set(mainstay.preset('standard'),
    '{dimensions,0,weight}', '45'), '{dimensions,3,weight}', '10')))
    as number \gset
select test.explained(test.scored(:'id', 10, '{"usage": 25,
    "engagement": 30, "support_sentiment": 50, "adoption": 45}')) as e \gset
select is(test.points(:'e'), '{"version": -2}', 'another version alone'),
    is(:'e'::jsonb -> 'changes' ->> 'sentence', format('Down 2 from 35 since '
        '%s: version %s of %s with adoption 10%% instead of 20%%, usage '
        '45%% instead of 35%% (−2).', app.date_text((now()
        - interval '20 days')::date), :'number',
        (select name from scorecards where id = :'card')),
        'is told with what it changed');
-- And facts: usage 25 to 45 at the old 35 is 7; the version does the rest.
select test.explained(test.scored(:'id', 5, '{"usage": 45}'), 15) as e \gset
select is(test.points(:'e'), '{"usage": 7, "version": 0}',
        'facts count at the weight they had'),
    is(test.total(:'e'::jsonb -> 'changes' -> 'lines'), 7.0,
        'and the differences add up across versions');

-- Exceptions, steps, windows, missing data.
select mainstay.publish_version(mainstay.save_draft(:'card', '{
    "dimensions": [
        {"key": "use", "label": "Use", "weight": 50, "metrics": [
            {"key": "days", "label": "Days with a login", "source":
                {"kind": "event_count", "name": "login"}, "window_days": 10,
             "aggregation": "distinct",
             "transform": {"kind": "linear", "from": 0, "to": 20}}]},
        {"key": "nps", "label": "NPS", "weight": 50, "metrics": [
            {"key": "nps", "label": "NPS", "source":
                {"kind": "survey", "name": "nps"}, "window_days": 90,
             "transform": {"kind": "linear", "from": 0, "to": 10},
             "missing": "neutral"}]}],
    "bands": [
        {"key": "good", "label": "Good", "lower": 60, "severity": "healthy",
         "colour": "#15803d"},
        {"key": "bad", "label": "Bad", "lower": 0, "severity": "critical",
         "colour": "#b91c1c"}],
    "exceptions": [{"metric": "nps", "label": "Detractor", "op": "<",
        "value": 3, "cap": 20}]}')) as number \gset
select test.account('Late') as late \gset
insert into cdi_events (account_id, source_type, event_type)
values (:'late', 'login', 'login');
select test.explained((mainstay.score_as_of(app.current_tenant_id(),
    :'late', now())).id) as e \gset
select is(:'e'::jsonb -> 'missing' -> 0 ->> 'sentence',
        'NPS: no data, counted as 50.', 'a neutral value is no silence'),
    is(:'e'::jsonb ->> 'sentence', 'Bad at 28: of the 72 missing points 47.5 '
        'are lost on days with a login (1 day in 10 days, worth 5 of 100, '
        'weight 50%) and 25 on NPS (no data, counted as 50).',
        'raw values have units and windows'),
    is(:'e'::jsonb ->> 'next_band_reason', 'No single change is enough for '
        'the 32 points to Good.', 'eleven days of ten are no way up');
insert into survey_responses (account_id, kind, score, observed_at)
values (:'late', 'nps', 2, now() - interval '60 days');
select test.explained((mainstay.score_as_of(app.current_tenant_id(),
    :'late', now())).id) as e \gset
select is(:'e'::jsonb -> 'missing' -> 0 ->> 'state', 'stale',
    'more than half of the window ago is stale');
insert into cdi_events (account_id, source_type, event_type, observed_at)
select :'late', 'login', 'login', now() - n * interval '1 day'
from generate_series(1, 9) n;
select test.explained((mainstay.score_as_of(app.current_tenant_id(),
    :'late', now())).id) as e \gset
select is(:'e'::jsonb ->> 'sentence', 'Bad at 20, capped by “Detractor”; the '
        'facts make 35: of the 65 missing points 40 are lost on NPS (2, '
        'worth 20 of 100, weight 50%) and 25 on days with a login (10 days '
        'in 10 days, worth 50 of 100).', 'a cap is told by its name'),
    is(test.total(:'e'::jsonb -> 'contributions'), 20.0,
        'and is one of the contributions'),
    is(:'e'::jsonb -> 'next_band' ->> 'sentence', 'With NPS at 6.9 '
        'instead of 2 and all else as it is, it would be Good at 60.',
        'a way up leaves the cap behind');

-- Random pairs, across versions: differences add up; the change that is
-- offered suffices, and one step less does not.
insert into test.drawn select * from test.draw(:'card', 60);
select is((select count(*)::int from test.drawn d where d.delta is not null
        and d.delta <> test.total(d.explained -> 'changes' -> 'lines')), 0,
        'differences of random pairs add up to that of the scores'),
    cmp_ok((select count(*)::int from test.drawn d
        where d.explained -> 'changes' -> 'lines' @> '[{"key": "version"}]'),
        '>', 5, 'also across versions');
select test.account('What would be') as other \gset
select is((select count(*)::int from test.drawn d
        cross join lateral (select d.explained -> 'next_band' as b) n
        where jsonb_typeof(n.b) = 'object' and (
            test.made(d.document, :'other', d.given || jsonb_build_object(
                n.b ->> 'key', n.b -> 'to_raw'))
                <> (n.b ->> 'reached')::int
            or test.made(d.document, :'other', d.given || jsonb_build_object(
                n.b ->> 'key', (n.b ->> 'to_raw')::numeric
                    - (n.b ->> 'step')::numeric))
                >= (n.b ->> 'lower')::int)), 0,
    'the change that is offered suffices, a step less does not');

-- Who may ask, and of what.
select test.sign_in('viewer@alpha.test');
select is((test.explained(:'critical') ->> 'score')::int, 35,
    'a Viewer reads explanations');
select is(mainstay.explain_score(app.current_tenant_id(), null)
    ->> 'sentence', 'No score yet: it comes with the first facts that the '
    'scorecard reads.', 'an account without a score');
select test.sign_in('admin@beta.test');
select is(test.explained(:'critical'), null,
    'another tenant does not see it'),
    is(mainstay.explain_score(test.tenant('alpha'), :'critical'), null,
        'nor by naming the tenant');

select * from finish();
rollback;
