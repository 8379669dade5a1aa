-- scorecard.sql - what a scorecard may say, and how its versions come to be
-- used.

begin;
select no_plan();

-- A document that is right, from which each mistake is one step away.
create function test.document() returns jsonb
language sql immutable as $$
    select jsonb '{
        "dimensions": [
            {"key": "usage", "label": "Usage", "weight": 60, "metrics": [
                {"key": "logins", "label": "Logins", "weight": 3,
                 "source": {"kind": "usage_metric", "name": "logins"},
                 "aggregation": "sum", "window_days": 30,
                 "transform": {"kind": "linear", "from": 0, "to": 40}},
                {"key": "seats",
                 "source": {"kind": "usage_metric", "name": "seats"},
                 "transform": {"kind": "ratio", "target": 50},
                 "missing": {"carry_days": 60}},
                {"key": "last_call",
                 "source": {"kind": "days_since", "name": "call"},
                 "transform": {"kind": "steps", "steps": [
                     {"below": 7, "value": 100}, {"below": 30, "value": 40}],
                     "else": 0}, "missing": "zero"}]},
            {"key": "mood", "label": "Mood", "weight": 40, "metrics": [
                {"key": "nps", "source": {"kind": "survey", "name": "nps"},
                 "aggregation": "nps", "window_days": 90,
                 "transform": {"kind": "linear", "from": -100, "to": 100}},
                {"key": "arr", "source": {"kind": "profile", "name": "arr"},
                 "scale": "0-1"}]}],
        "stage_weights": {"Onboarding": {"usage": 80.5, "mood": 19.5}},
        "bands": [
            {"key": "good", "label": "Good", "lower": 50,
             "severity": "healthy", "colour": "#15803d"},
            {"key": "bad", "label": "Bad", "lower": 0,
             "severity": "critical", "colour": "#b91c1c"}],
        "exceptions": [
            {"metric": "nps", "label": "Detractors", "op": "<", "value": 0,
             "cap": 60, "floor": 10}],
        "rounding": "half_up",
        "hysteresis": {"margin": 3, "days": 7},
        "trend": {"days": 30, "margin": 2}}'
$$;

create function test.problems(p_document jsonb) returns text
language sql as $$
    select coalesce(string_agg(field || ': ' || message, e'\n'), 'none')
    from mainstay.scorecard_problems(p_document)
$$;

-- The document with a value in one place; null takes the place away.
create function test.changed(p_path text, p_value jsonb) returns jsonb
language sql as $$
    select case when p_value is null then test.document() #- path
        else jsonb_set(test.document(), path, p_value) end
    from string_to_array(p_path, '.') path
$$;

create function test.metrics(n int) returns jsonb
language sql as $$
    select jsonb_agg(jsonb_build_object('key', 'm' || i, 'source',
        jsonb_build_object('kind', 'usage_metric', 'name', 'u' || i % 7),
        'aggregation', 'average', 'window_days', 90))
    from generate_series(1, n) i
$$;

select is(test.problems(test.document()), 'none', 'the model is right');
select is(test.problems(mainstay.preset(name)), 'none',
    'and so is the preset ' || name)
from unnest(array['standard', 'balanced', 'lifecycle', 'adoption',
    'programme']) name;

-- Each mistake, by its field and in words.
select is(test.problems(test.changed(path, value)), want,
    path || ' = ' || left(coalesce(value::text, 'nothing'), 40))
from (values
    -- shapes and types
    ('dimensions', null::jsonb,
        'dimensions: Dimensions must be a list of 1 to 50 entries.'),
    ('dimensions', '[]',
        'dimensions: Dimensions must be a list of 1 to 50 entries.'),
    ('bands', '{}', 'bands: Bands must be a list of 1 to 20 entries.'),
    ('colours', '1', 'colours: "colours" is not known here; what is: bands, '
        'dimensions, exceptions, hysteresis, rounding, stage_weights, '
        'trend.'),
    ('dimensions.1', '7', 'dimensions.1: This must be an object.'),
    ('dimensions.0.metrics.1', 'null',
        'dimensions.0.metrics.1: This must be an object.'),
    ('dimensions.0.metrics', '[]', 'dimensions.0.metrics: Metrics must be a '
        'list of 1 to 500 entries.'),
    ('dimensions.0.wieght', '60', 'dimensions.0.wieght: "wieght" is not known '
        'here; what is: key, label, metrics, weight.'),
    ('dimensions.0.label', '5', 'dimensions.0.label: Label must be a text of '
        '1 to 100 characters.'),
    ('dimensions.0.label', '"  "', 'dimensions.0.label: Label must be a text '
        'of 1 to 100 characters.'),
    ('dimensions.0.label', to_jsonb(repeat('x', 101)), 'dimensions.0.label: '
        'Label must be a text of 1 to 100 characters.'),
    ('dimensions.0.key', '"Usage"', 'dimensions.0.key: Key must be small '
        'letters, digits and _, at most 63, and begin with a letter.'),
    ('dimensions.0.metrics.0.key', null, 'dimensions.0.metrics.0.key: Key '
        'must be small letters, digits and _, at most 63, and begin with a '
        'letter.'),
    ('rounding', '"half_even"',
        'rounding: Rounding must be one of: half_up.'),
    ('hysteresis.margin', '21', 'hysteresis.margin: Margin must be a whole '
        'number from 0 to 20.'),
    ('hysteresis', '[]', 'hysteresis: Hysteresis must be an object.'),
    ('dimensions.0.metrics.0.transform', '"linear"',
        'dimensions.0.metrics.0.transform: Transform must be an object.'),
    ('trend.days', '0',
        'trend.days: Days must be a whole number from 1 to 365.'),

    -- weights
    ('dimensions.0.weight', '59', 'dimensions: The weights of the dimensions '
        'add up to 99; they must add up to 100.'),
    ('dimensions.0.weight', '60.000001', 'dimensions: The weights of the '
        'dimensions add up to 100.000001; they must add up to 100.'),
    ('dimensions.0.weight', '"60"', 'dimensions.0.weight: Weight must be a '
        'number above 0, at most 100, with at most 6 decimals.'),
    ('dimensions.0.weight', '0', 'dimensions.0.weight: Weight must be a '
        'number above 0, at most 100, with at most 6 decimals.'),
    ('dimensions.0.metrics.0.weight', '1e-7', 'dimensions.0.metrics.0.weight: '
        'Weight must be a number above 0, at most 1000, with at most 6 '
        'decimals.'),
    ('dimensions.1.key', '"usage"', 'dimensions.1.key: There is already a '
        'dimension with the key usage.
stage_weights.Onboarding.mood: There is no dimension with the key mood.'),
    ('stage_weights.Onboarding.mood', '20', 'stage_weights.Onboarding: The '
        'weights of the stage Onboarding add up to 100.5; they must add up '
        'to 100.'),
    ('stage_weights.Onboarding', '{"usage": 100}',
        'stage_weights.Onboarding.mood: The stage Onboarding needs a weight '
        'of mood too; 0 leaves it out.'),
    ('stage_weights.Onboarding.noise', '0', 'stage_weights.Onboarding.noise: '
        'There is no dimension with the key noise.'),
    ('stage_weights.Onboarding.mood', '"a lot"',
        'stage_weights.Onboarding.mood: A weight must be a number from 0 to '
        '100 with at most 6 decimals.'),
    ('stage_weights.Onboarding', '100', 'stage_weights.Onboarding: The '
        'weights of a stage must be an object: {"usage": 60, …}.'),

    -- sources, windows, aggregations
    ('dimensions.0.metrics.0.source.kind', '"crystal_ball"',
        'dimensions.0.metrics.0.source.kind: Kind must be one of: '
        'usage_metric, event_count, days_since, sentiment, survey, profile, '
        'component.'),
    ('dimensions.0.metrics.0.source', null, 'dimensions.0.metrics.0.source: '
        'Source must be an object.'),
    ('dimensions.0.metrics.0.source.name', null,
        'dimensions.0.metrics.0.source.name: Name must be small letters, '
        'digits, _ and ., at most 63, and begin with a letter.'),
    ('dimensions.0.metrics.0.source.account', '"x"',
        'dimensions.0.metrics.0.source.account: "account" is not known here; '
        'what is: kind, name.'),
    ('dimensions.1.metrics.0.source.name', '"gut"',
        'dimensions.1.metrics.0.source.name: Name must be one of: nps, csat, '
        'ces.'),
    ('dimensions.1.metrics.1.source.name', '"salary"',
        'dimensions.1.metrics.1.source.name: Name must be one of: arr, '
        'renewal_days, training_percent, adoption_percent, nps, csat, ces, '
        'expansion_percent, or crm.<attribute>.'),
    ('dimensions.0.metrics.2.source.of', '"usage_metric"', 'none'),
    ('dimensions.0.metrics.2.source', '{"kind": "days_since", '
        '"of": "component"}', 'dimensions.0.metrics.2.source.name: Name the '
        'component: days since which one?'),
    ('dimensions.0.metrics.2.source', '{"kind": "days_since", '
        '"of": "survey", "name": "call"}',
        'dimensions.0.metrics.2.source.name: Name must be one of: nps, csat, '
        'ces.'),
    ('dimensions.0.metrics.2.source', '{"kind": "days_since", '
        '"of": "sentiment", "name": "call"}',
        'dimensions.0.metrics.2.source.name: Sentiment has no name; leave it '
        'out.'),
    ('dimensions.0.metrics.0.window_days', '0',
        'dimensions.0.metrics.0.window_days: Window days must be a whole '
        'number from 1 to 730.'),
    ('dimensions.0.metrics.0.window_days', '0.5',
        'dimensions.0.metrics.0.window_days: Window days must be a whole '
        'number from 1 to 730.'),
    ('dimensions.0.metrics.0.window_days', null,
        'dimensions.0.metrics.0.window_days: Say over how many days to take '
        'the sum: from 1 to 730.'),
    ('dimensions.1.metrics.1.window_days', '30',
        'dimensions.1.metrics.1.window_days: A field of the profile has no '
        'window; leave it out.'),
    ('dimensions.0.metrics.0.aggregation', '"median"',
        'dimensions.0.metrics.0.aggregation: Aggregation must be one of: '
        'latest, sum, average, count, distinct, change, nps.'),
    ('dimensions.0.metrics.0.aggregation', '"nps"',
        'dimensions.0.metrics.0.aggregation: For the source usage_metric it '
        'must be one of: latest, sum, average, count, distinct, change.'),
    ('dimensions.1.metrics.1.aggregation', '"latest"',
        'dimensions.1.metrics.1.aggregation: A metric of the source profile '
        'has no aggregation; leave it out.'),
    ('dimensions.1.metrics.1.key', '"nps"', 'dimensions.1.metrics.1.key: '
        'There is already a metric with the key nps.'),
    ('dimensions.1.metrics.1.key', '"rounding"',
        'dimensions.1.metrics.1.key: rounding is a word of its own in an '
        'explanation; choose another key.'),

    -- transforms and scales
    ('dimensions.0.metrics.0.transform.kind', '"cubic"',
        'dimensions.0.metrics.0.transform.kind: Kind must be one of: linear, '
        'inverse, steps, ratio, pass.'),
    ('dimensions.0.metrics.0.transform.to', '0',
        'dimensions.0.metrics.0.transform.to: To must be more than from (0); '
        'for values that fall, use inverse.'),
    ('dimensions.0.metrics.0.transform.to', null,
        'dimensions.0.metrics.0.transform.to: To must be a number with at '
        'most 6 decimals.'),
    ('dimensions.0.metrics.1.transform.target', '0',
        'dimensions.0.metrics.1.transform.target: Target must be a number '
        'above 0 with at most 6 decimals.'),
    ('dimensions.0.metrics.1.transform.per', '"arr"',
        'dimensions.0.metrics.1.transform.target: A ratio needs a target or '
        'a field of the profile (per), one of the two.'),
    ('dimensions.0.metrics.2.transform.steps.1.below', '7',
        'dimensions.0.metrics.2.transform.steps.1.below: Steps must rise: '
        'below must be more than 7.'),
    ('dimensions.0.metrics.2.transform.steps.0.value', '101',
        'dimensions.0.metrics.2.transform.steps.0.value: Value must be a '
        'number from 0 to 100 with at most 6 decimals.'),
    ('dimensions.0.metrics.2.scale', '"points"',
        'dimensions.0.metrics.2.transform.steps.0.value: This is more than '
        'the 12 that the scale goes up to.
dimensions.0.metrics.2.transform.steps.1.value: This is more than the 12 '
        'that the scale goes up to.'),
    ('dimensions.0.metrics.2.transform.steps', '[]',
        'dimensions.0.metrics.2.transform.steps: Steps must be a list of 1 '
        'to 100 entries.'),
    ('dimensions.0.metrics.0.scale', '"0-1"',
        'dimensions.0.metrics.0.scale: Linear, inverse and ratio already '
        'give 0 to 100: leave the scale out.'),
    ('dimensions.0.metrics.0.missing', '"guess"',
        'dimensions.0.metrics.0.missing: Missing must be one of: leave_out, '
        'zero, neutral, or {"carry_days": n}.'),
    ('dimensions.0.metrics.1.missing.carry_days', '366',
        'dimensions.0.metrics.1.missing.carry_days: Carry days must be a '
        'whole number from 1 to 365.'),
    ('dimensions.0.metrics.0.missing', '{"carry_days": 7}',
        'dimensions.0.metrics.0.missing: Only the latest value and an '
        'average of usage metrics, surveys, sentiment and components can be '
        'carried.'),

    -- bands
    ('bands.1.lower', '10', 'bands.1.lower: The last band must begin at 0.'),
    ('bands.0.lower', '0', 'bands.1.lower: Bands go from the best down: '
        'this one must begin below 0.'),
    ('bands.0.lower', '49.5',
        'bands.0.lower: Lower must be a whole number from 0 to 100.'),
    ('bands.1.key', '"good"',
        'bands.1.key: There is already a band with the key good.'),
    ('bands.0.severity', '"meh"', 'bands.0.severity: Severity must be one '
        'of: healthy, moderate, at_risk, critical.'),
    ('bands.1.colour', '"red"',
        'bands.1.colour: Colour must be a colour such as #15803d.'),

    -- exceptions
    ('exceptions.0.metric', '"ticket"',
        'exceptions.0.metric: There is no metric with the key ticket.'),
    ('exceptions.0.cap', '9',
        'exceptions.0.cap: A cap cannot be lower than the floor.'),
    ('exceptions.0.op', '"~"',
        'exceptions.0.op: Op must be one of: <, <=, >, >=, =.'),
    ('exceptions.1', '{"metric": "nps", "label": "Again", "op": "<", '
        '"value": 0.0, "cap": 50}',
        'exceptions.1: There is already an exception for nps < 0.0.'),
    ('exceptions.1', '{"metric": "nps", "label": "Idle", "op": "<", '
        '"value": 5}', 'exceptions.1.cap: An exception needs a cap or a '
        'floor.')) t (path, value, want);
select is(test.problems(document), 'document: This must be an object.',
    'no document: ' || coalesce(document::text, 'null'))
from (values (null::jsonb), ('null'), ('[]'), ('"x"'), ('1')) t (document);
select is(test.problems(jsonb_set(test.document(), '{bands,0,severity}',
    '"critical"') #- '{bands,1}' || '{"bands": [
    {"key": "a", "label": "A", "lower": 50, "severity": "critical",
     "colour": "#000000"},
    {"key": "b", "label": "B", "lower": 0, "severity": "healthy",
     "colour": "#000000"}]}'),
    'bands.1.severity: A band cannot be less severe than the one above it.',
    'the best band is not the worst');
select is(test.problems(test.document() || jsonb_build_object(
    'stage_weights', (select jsonb_object_agg('Stage ' || i,
        '{"usage": 50, "mood": 50}'::jsonb) from generate_series(1, 101) i))),
    'stage_weights: At most 100 stages can have weights of their own; these '
    'are 101.', 'too many stages');
select is((select max(length(field)) < 200 and max(length(message)) < 300
    from mainstay.scorecard_problems(jsonb_build_object(repeat('k', 100000),
        1, 'stage_weights', jsonb_build_object(repeat('s', 100000), 1)))),
    true, 'what is too long is not repeated');

-- As many metrics as anybody has.
select is(test.problems(test.changed('dimensions.0.metrics',
    test.metrics(200)) - 'exceptions'), 'none', '200 metrics are a document');
select is(test.problems(test.changed('dimensions.0.metrics',
    test.metrics(499))), 'dimensions: A scorecard has at most 500 metrics; '
    'these are 501.', '501 are not');

-- What only a Tenant Admin of the tenant may do.
create function test.acts(p_card text, p_draft text, p_retired text)
returns setof text
language sql as $$
    values
        (format('select mainstay.save_draft(%L, %L)', p_card,
            test.document())),
        (format('select mainstay.publish_version(%L)', p_draft)),
        (format('select mainstay.roll_back_version(%L)', p_retired))
$$;

-- Two scorecards and somebody to score.
select test.sign_in('admin@alpha.test');
insert into accounts (name, tier, current_stage)
values ('Tried', 'trial', 'Adoption')
returning id as account \gset
insert into scorecards (name, applies_to, position)
values ('Trials', '{"tier": ["trial"]}', 1) returning id as card \gset
insert into usage_metrics (account_id, metric_type, metric_value)
select :'account', 'u' || i, 10 * i from generate_series(0, 6) i;
select is(e.exact_score, 29.9, '200 metrics are evaluated'),
    is(jsonb_array_length(e.contributions), 203,
        'each with its line, and rounding'),
    is((select sum((c ->> 'points')::numeric)
        from jsonb_array_elements(e.contributions) c), 30::numeric,
        'and the lines add up')
from mainstay.evaluate(app.current_tenant_id(), jsonb_set(test.changed(
    'dimensions.0.metrics', test.metrics(200)), '{dimensions,1,metrics,1}',
    '{"key": "x", "source": {"kind": "component", "name": "x"}}'),
    array[:'account'::uuid], now()) e;

-- The example of docs/health.md: does it say what it says it does?
\set example `sed -n '/^\x60*json/,/^\x60/{/^\x60/d;p}' :sql/../docs/health.md`
select is(test.problems(:'example'), 'none', 'the documentation is right');
update accounts set crm_attributes = '{"seats": 60}' where id = :'account';
insert into usage_metrics (account_id, metric_type, metric_value)
values (:'account', 'logins', 60), (:'account', 'logins', 40),
    (:'account', 'active_users', 45);
insert into cdi_events (account_id, source_type, event_type, observed_at)
values (:'account', 'crm', 'call', now() - interval '20 days');
select is(e.exact_score, 55.0, 'its account has 55'),
    is(e.band_label, 'Watch', 'which is called Watch')
from mainstay.evaluate(app.current_tenant_id(), :'example',
    array[:'account'::uuid]) e;
select is(e.exact_score, 52.5, 'and 52.5 in Onboarding'),
    is(e.score, 53, 'so 53')
from mainstay.evaluate(app.current_tenant_id(), jsonb_set(:'example',
    '{stage_weights,Adoption}', :'example'::jsonb
        #> '{stage_weights,Onboarding}'),
    array[:'account'::uuid]) e;

-- Rules: whom a scorecard is for.
select throws_ok(format('update scorecards set applies_to = %L where id = %L',
    rule, :'card'), 'MS422', want, rule)
from (values
    ('{"country": ["CH"]}', '"country" is not known here; what is: segment, '
        'stage, tier.'),
    ('{"tier": "trial"}', 'This must be a list of 1 to 100 texts.'),
    ('{"tier": []}', 'This must be a list of 1 to 100 texts.'),
    ('{"stage": [1]}', 'This must be a list of 1 to 100 texts.'),
    ('{"tier": ["vip"]}', 'Tiers are: enterprise, mid_market, '
        'small_business, trial.')) t (rule, want);

select throws_ok(format('insert into scorecards (name, description) '
    'values (%L, %L)', name, description), 'MS422', want, want)
from (values
    (null, null, 'A name must have 1 to 100 characters.'),
    ('  ', null, 'A name must have 1 to 100 characters.'),
    (repeat('x', 101), null, 'A name must have 1 to 100 characters.'),
    ('Long', repeat('x', 2001), 'A description has at most 2000 characters.'))
    t (name, description, want);

-- Draft, publish, retire, roll back.
select throws_ok(format('select mainstay.save_draft(%L, %L)', :'card',
    test.changed('dimensions.0.weight', '59')), 'MS422',
    'The weights of the dimensions add up to 99; they must add up to 100.',
    'a draft that is wrong is not saved');
select throws_ok(format('select mainstay.save_draft(%L, null)', :'card'),
    'MS422', 'This must be an object.', 'nor one that says nothing');
select mainstay.save_draft(:'card', test.document()) as one \gset
select is(mainstay.save_draft(:'card', mainstay.preset('balanced')), :'one',
    'a draft is replaced');
select is(count(*)::int, 1, 'there is one')
from scorecard_versions where scorecard_id = :'card';
select is(count(*)::int, 0, 'nobody is scored by a draft')
from mainstay.scorecard_of(app.current_tenant_id(), array[:'account'::uuid])
where version_id = :'one';
select is(mainstay.publish_version(:'one'), 1, 'it is published as version 1');
select is(status::text, 'published', 'it says so'),
    is(published_by, test.person('admin@alpha.test'), 'by whom'),
    is(published_at, now(), 'and when')
from scorecard_versions where id = :'one';
select is(version_id, :'one', 'and scores whom it is for')
from mainstay.scorecard_of(app.current_tenant_id(), array[:'account'::uuid]);
select is((select count(*)::int from health_queue
    where account_id = :'account'), 1, 'who waits to be scored by it');
select is(reason, 'publish', 'in a run of its own'),
    is(accounts, 1, 'of one account')
from health_runs order by created_at desc, accounts desc limit 1;

select mainstay.save_draft(:'card', mainstay.preset('programme')) as two \gset
select is(mainstay.publish_version(:'two'), 2, 'the next is version 2');
select is(string_agg(status, ' ' order by version), 'retired published',
    'which retires the one before')
from scorecard_versions where scorecard_id = :'card';
select mainstay.save_draft(:'card', mainstay.preset('lifecycle'))
    as three \gset
select mainstay.roll_back_version(:'one') as again \gset
select is(string_agg(status, ' ' order by version),
    'retired retired published draft', 'going back makes a newer version')
from scorecard_versions where scorecard_id = :'card';
select is(document, mainstay.preset('balanced'), 'with the document of then'),
    is(version, 3, 'and the next number')
from scorecard_versions where id = :'again';
select is(version, 4, 'the draft stays the newest')
from scorecard_versions where id = :'three';

-- What a version in use was made with stays.
select throws_ok(sql, 'MS409', want, want)
from (values
    (format('update scorecard_versions set document = %L where id = %L',
        mainstay.preset('standard'), :'again'),
        'A published version never changes; make a new one.'),
    (format('update scorecard_versions set version = 9 where id = %L',
        :'one'), 'A published version never changes; make a new one.'),
    (format('update scorecard_versions set status = ''draft'' '
        'where id = %L', :'again'),
        'A published version never changes; make a new one.'),
    (format('update scorecard_versions set status = ''published'' '
        'where id = %L', :'one'),
        'A published version never changes; make a new one.'),
    (format('update scorecard_versions set scorecard_id = (select id '
        'from scorecards where is_default) where id = %L', :'three'),
        'A version stays with its scorecard.'),
    (format('delete from scorecard_versions where id = %L', :'again'),
        'A version that was published cannot be deleted: scores were made '
        'with it.'),
    (format('delete from scorecard_versions where id = %L', :'one'),
        'A version that was published cannot be deleted: scores were made '
        'with it.'),
    (format('delete from scorecards where id = %L', :'card'),
        'A scorecard that was published cannot be deleted: scores were made '
        'with it.'),
    ('delete from scorecards where is_default', 'The default scorecard '
        'cannot be deleted; make another one the default first.'),
    (format('select mainstay.publish_version(%L)', :'again'),
        'Version 3 is no draft: it was published already.'),
    (format('select mainstay.roll_back_version(%L)', :'again'),
        'Version 3 is in use already.'),
    (format('select mainstay.roll_back_version(%L)', :'three'),
        'A draft is published, not rolled back to.')) t (sql, want);
select throws_ok(format('update scorecard_versions set document = %L, '
    'status = %L where id = %L', '{"dimensions": []}', status, :'three'),
    'MS422', null, 'a wrong document does not come in as ' || status)
from unnest(array['draft', 'published', 'retired']) status;
select throws_ok(format('insert into scorecard_versions (scorecard_id, '
    'version, status, document) values (%L, 9, %L, %L)', :'card', status,
    '{}'), 'MS422', null, 'nor as a new ' || status)
from unnest(array['draft', 'published', 'retired']) status;
select lives_ok(format('delete from scorecard_versions where id = %L',
    :'three'), 'a draft can be thrown away');
insert into scorecards (name) values ('Never used')
returning id as unused \gset
select mainstay.save_draft(:'unused', test.document());
select lives_ok(format('delete from scorecards where id = %L', :'unused'),
    'and a scorecard that was never used');
select mainstay.save_draft(:'card', mainstay.preset('adoption'))
    as draft \gset

-- Roles and tenants.
select throws_ok(sql, 'MS404', null, 'there is no such thing: ' || sql)
from (values
    (format('select mainstay.save_draft(gen_random_uuid(), %L)',
        test.document())),
    ('select mainstay.publish_version(gen_random_uuid())'),
    ('select mainstay.roll_back_version(null)')) t (sql);
select test.sign_in('practitioner@alpha.test');
select throws_ok(sql, 'MS403', 'Only a Tenant Admin changes scorecards.',
    'a Practitioner may not ' || substr(sql, 17, 12))
from test.acts(:'card', :'draft', :'two') sql;
select test.sign_in('admin@beta.test');
select throws_ok(sql, 'MS404', null,
    'another tenant finds nothing to ' || substr(sql, 17, 12))
from test.acts(:'card', :'draft', :'two') sql;

-- A part that is no number would fail each time it is read.
select test.sign_in('practitioner@alpha.test');
select throws_ok(format('insert into health_scores (account_id, given) '
    'values (%L, %L)', :'account', given), 'MS422', 'A component score is a '
    'number under a key of small letters, digits and _.', given)
from (values ('{"usage": "high"}'), ('{"usage": null}'), ('{"Usage": 1}'),
    ('{"usage": 1e16}'), ('{"usage": [1]}')) t (given);

-- Erasing a tenant takes its scorecards along.
select test.as_operator();
select lives_ok(format('delete from mainstay.tenants where id = %L',
    test.tenant('alpha')), 'only the tenant takes its versions away');

select * from finish();
rollback;
