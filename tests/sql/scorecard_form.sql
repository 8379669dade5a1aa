-- scorecard_form.sql - what an admin types becomes a document, and back.

begin;
select no_plan();

create function test.document() returns jsonb
language sql immutable as $$
    select mainstay.preset('standard')
        || '{"exceptions": [], "trend": {"days": 30}}'
$$;

-- The form of a document with some weights typed: w(50, null, …).
create function test.form(variadic p_weights text[]) returns jsonb
language sql as $$
    select coalesce(jsonb_object_agg('weight-' || place, weight)
        filter (where weight is not null), '{}')
    from unnest(p_weights) with ordinality w (weight, place)
$$;

create function test.problems(p_form jsonb) returns text
language sql as $$
    select coalesce(string_agg(field || ': ' || message, e'\n'), 'none')
    from mainstay.form_problems(test.document(), p_form)
$$;

create function test.spread(p_form jsonb) returns text
language sql as $$
    select string_agg(typed || case when is_locked then '*' else '' end, ' '
        order by place)
    from mainstay.form_weights(test.document(),
        mainstay.spread_form(test.document(), p_form))
$$;

-- Numbers as typed.
select results_eq(
    $$ select mainstay.typed_number(t) from unnest(array['7', ' 35 ',
        '12.50', '100', '0', '100.01', '-1', '1e1', '', '35,5', '1.234',
        null]) with ordinality u (t, n) order by n $$,
    $$ values (7::numeric), (35), (12.5), (100), (0), (null), (null), (null),
        (null), (null), (null), (null) $$,
    'a number from 0 to 100 with at most two decimals');
select is(mainstay.typed_number('1000', 1000), 1000::numeric,
    'or to another bound');

-- Shares.
select is(mainstay.scaled_weights('{25,20,20}', 50), '{19,16,15}',
    'in proportion, whole, the largest remainders first');
select is(mainstay.scaled_weights('{0,0,0}', 100), '{34,33,33}',
    'all alike when there is no proportion');
select is((select sum(w) from unnest(mainstay.scaled_weights(
    '{25,20,20}', 49.5)) w), 49.5, 'to the last hundredth');
select is((select min(total) || ' ' || max(total) from (
    select (select sum(w) from unnest(mainstay.scaled_weights(
        array[n % 7, n % 11, n % 13, n % 3]::numeric[], n % 100 + 1)) w)
        - (n % 100 + 1) as total
    from generate_series(1, 500) n) s), '0 0',
    'shares always add up to what is shared');

-- Spread the rest.
select is(test.spread(test.form('50')), '50* 19 16 15',
    'what was changed stays and is locked; the others share the rest');
select is(test.spread(test.form('50') || '{"lock-2": "1"}'),
    '50* 25* 13 12', 'what was locked stays');
select is(test.spread(test.form('10', '10', '10', '10')), '25 25 25 25',
    'when all were changed, all are scaled');
select is(test.spread(test.form('10', '10', '10', '10')
    || '{"lock-1": "1"}'), '10* 30 30 30', 'but for those that are locked');
select is(test.spread(test.form('100')), '100 25 20 20',
    'nothing is left to share: nothing happens');
select is(test.spread(test.form('x')), 'x 25 20 20',
    'nor with what is no number');
select is(test.spread('{"lock-1": "1", "lock-2": "1", "lock-3": "1",
    "lock-4": "1", "weight-1": "1"}'), '1* 25* 20* 20*',
    'nor when all are locked');
select is(test.spread('{"shown-1": "60", "weight-1": "60", "weight-2": "30"}'),
    '42 30* 14 14', 'changed means: since the last time');

-- Problems.
select is(test.problems('{}'), 'none', 'a form nobody touched is right');
select is(test.problems(test.form('50')), 'weights: The weights add up to '
    '115; they must add up to 100, so 15 is too much.', 'too much');
select is(test.problems(test.form('34.5')), 'weights: The weights add up to '
    '99.5; they must add up to 100, so 0.5 is missing.', 'too little');
select is(test.problems(test.form('0', '60')), 'weight-1: Usage needs a '
    'weight above 0 and at most 100, with at most two decimals.',
    'a weight of nothing is none');
select is(test.problems('{"band-1-lower": "79.5"}'), 'band-1-lower: Healthy '
    'must begin at a whole number from 0 to 100.', 'bounds are whole');
select is(test.problems('{"band-4-lower": "10"}'),
    'band-4-lower: The last band must begin at 0.',
    'what the document says is wrong stands beside the field');
select is(test.problems('{"stage-1": "Trial", "stage-1-1": "50"}'),
    'stage-1: The weights of Trial add up to 50; they must add up to 100, '
    'or all be empty.', 'a stage has its own sum');
select is(test.problems('{"stage-1": "Trial", "stage-1-1": "x"}'),
    'stage-1: Trial needs weights from 0 to 100, or none at all.',
    'and its own numbers');
select is(mainstay.form_field('dimensions.1.metrics.0.weight'), 'metric-2-1',
    'places in a document become fields');

-- The document.
select is(mainstay.edited_document(test.document(), '{}'), test.document(),
    'a form that says nothing changes nothing');
select is(mainstay.edited_document(test.document(),
    test.form('40.5', '19.5')) #> '{dimensions,0}', jsonb_set(
    test.document() #> '{dimensions,0}', '{weight}', '40.5'),
    'a weight changes, the rest of its dimension does not');
select is(mainstay.edited_document(test.document(),
    '{"stage-3": "Adoption", "stage-3-1": "70", "stage-3-2": "30"}')
    -> 'stage_weights', '{"Adoption": {"usage": 70, "engagement": 30,
    "support_sentiment": 0, "adoption": 0}}', 'weights of a stage');
select is(mainstay.edited_document(mainstay.preset('lifecycle'),
    '{"stage-1": "Adoption", "stage-1-1": "", "stage-1-2": " "}')
    ? 'stage_weights', false, 'and none any more');
select is(mainstay.edited_document(mainstay.preset('lifecycle'), '{}')
    -> 'stage_weights', mainstay.preset('lifecycle') -> 'stage_weights',
    'a form without stages leaves them');

-- Several metrics in one dimension.
select is(mainstay.edited_document(d, '{"metric-1-2": "2"}')
        #> '{dimensions,0,metrics}',
    jsonb_set(d #> '{dimensions,0,metrics}', '{1,weight}', '2'),
    'a metric gets a weight, the other keeps having none')
from jsonb_insert(test.document(), '{dimensions,0,metrics,1}', '{
    "key": "seats", "source": {"kind": "usage_metric", "name": "seats"},
    "transform": {"kind": "ratio", "target": 50}}') d;
select is((select count(*) from mainstay.form_metrics(test.document(), null)),
    0::bigint, 'a metric alone has no weight');

-- What changed, in words.
select is((select string_agg(change, '; ' order by place)
    from mainstay.document_changes(test.document(),
        mainstay.edited_document(test.document(), test.form('40', '20')
            || '{"band-2-lower": "65", "band-1-label": "Great",
                 "stage-1": "Trial", "stage-1-1": "50",
                 "stage-1-2": "50"}'))),
    'Usage 35 → 40; Engagement 25 → 20; Healthy is now called Great; '
    'Moderate from 65, was 60; In Trial: Usage 40 → 50, Engagement 20 → 50, '
    'Support sentiment 20 → 0, Adoption 20 → 0', 'each change once');
select is((select string_agg(change, '; ' order by place)
    from mainstay.document_changes(test.document(), jsonb_set(jsonb_set(
        test.document(), '{bands,1,severity}', '"at_risk"'),
        '{bands,2,colour}', '"#000000"') || '{"trend": {"days": 90}}')),
    'Moderate counts as At Risk, was Moderate; At Risk has another colour; '
    'How the trend is found changed', 'also what no number says');
select is_empty($$ select * from mainstay.document_changes(test.document(),
    test.document()) $$, 'nothing changed: nothing is said');

-- Rules.
select is(mainstay.typed_rule('{"stage-2": "Renewal", "stage-1": "Adoption",
    "tier-4": "trial", "segments": " EU, ,US ", "name": "x"}'),
    '{"stage": ["Adoption", "Renewal"], "tier": ["trial"],
      "segment": ["EU", "US"]}', 'a rule as typed');
select is(mainstay.typed_rule('{"segments": " , "}'), '{}', 'or none');
select is(mainstay.rule_text(false, '{"tier": ["mid_market", "trial"],
    "stage": ["Renewal"]}'), 'Stage Renewal, Tier Mid market or Trial',
    'in words');

-- The database itself refuses who may not.
select test.sign_in('practitioner@alpha.test');
select throws_ok(format($$ select mainstay.create_scorecard(%L, 'Mine',
    'standard') $$, test.tenant('alpha')), '42501', null,
    'a Practitioner makes no scorecard');
select throws_ok(format($$ select mainstay.publish_seen(%L, id, 'x')
    from mainstay.scorecards where is_default $$, test.tenant('alpha')),
    'MS403', null, 'and publishes none');
select test.sign_in('admin@alpha.test');
select throws_ok(format($$ select * from mainstay.save_scorecard_form(%L, %L,
    '{}') $$, test.tenant('alpha'), (select id from mainstay.scorecards
    where is_default)), 'MS409', null, 'who has seen nothing saves nothing');

select * from finish();
rollback;
