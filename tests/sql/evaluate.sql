-- evaluate.sql - the engine: what facts and a document make of an account.

begin;
select plan(72);

create function test.score_with(p_document jsonb, p_account uuid,
    p_given jsonb default null, p_at timestamptz default now())
returns mainstay.evaluation
language sql as $$
    select * from mainstay.evaluate(app.current_tenant_id(), p_document,
        array[p_account], p_at, case when p_given is not null
            then jsonb_build_object(p_account, p_given) end)
$$;

select test.sign_in('admin@alpha.test');
insert into accounts (name, current_stage, arr_cents)
values ('Evaluated', 'Adoption', 5000000) returning id as id \gset

-- The presets, with the examples of the guides they come from.
select is((test.score_with(mainstay.preset('standard'), :'id',
    '{"usage": 30, "engagement": 35, "support_sentiment": 40,
      "adoption": 35}')).exact_score, 34.25, 'standard: 000''s parts');
select is((test.score_with(mainstay.preset('balanced'), :'id',
    '{"usage": 30, "engagement": 35, "support_sentiment": 40,
      "adoption": 36}')).exact_score, 35.25, 'balanced: each a quarter');
select is((e).exact_score, 62.5, 'lifecycle: 002''s example is 62.5'),
    is((e).exact_score / 100, 0.625, 'which is 0.625 of 1'),
    is((e).score, 63, 'and 63 as a score')
from (select test.score_with(mainstay.preset('lifecycle'), :'id',
    '{"usage_frequency": 0.7, "breadth": 0.5, "depth": 0.6}')) t (e);
select is((test.score_with(mainstay.preset('programme'), :'id',
    '{"engagement": 90, "success": 80, "satisfaction": 70,
      "financial": 60}')).band_label, 'Good', 'programme: 004''s names');

insert into usage_metrics (account_id, metric_type, metric_value,
    observed_at)
values (:'id', 'logins', 3, now() - interval '2 days 1 hour');
select is((e).exact_score, 75.75, 'adoption: 003''s example by its formula'),
    is((e).score, 76, 'is 76, not the 85 of its text'),
    is((e).severity, 'healthy', 'and healthy')
from (select test.score_with(mainstay.preset('adoption'), :'id',
    '{"feature_adoption": 0.75, "client_activity": 0.6,
      "form_completion": 0.8, "journey_performance": 0.4}')) t (e);

-- Half up, in one place, and the band is that of the rounded score.
select is(mainstay.round_score(exact), want, exact || ' rounds to ' || want)
from (values (79.5, 80), (79.499999, 79), (59.5, 60), (39.5, 40), (0, 0),
    (100, 100), (0.5, 1), (62.5, 63)) t (exact, want);

-- The words of each preset at the edges of its bands.
select is((test.score_with(mainstay.preset(preset), :'id',
    (select jsonb_object_agg(d ->> 'key', exact * scale)
        from jsonb_array_elements(mainstay.preset(preset) -> 'dimensions') d)
    )).band_label, words[place], preset || ': ' || exact || ' is '
    || words[place])
from (values
    ('standard', 1, '{Healthy,Healthy,Moderate,Moderate,At Risk,At Risk,'
        'Critical,Critical,Healthy}'::text[]),
    ('balanced', 1, '{Healthy,Healthy,At Risk,At Risk,At Risk,At Risk,'
        'Critical,Critical,Healthy}'),
    ('lifecycle', 0.01, '{Healthy,Healthy,Moderate,Moderate,At Risk,At Risk,'
        'Critical,Critical,Healthy}'),
    ('programme', 1, '{Excellent,Excellent,Good,Good,Fair,Fair,Poor,Poor,'
        'Excellent}')) t (preset, scale, words)
cross join unnest(array[80, 79.5, 60, 59.5, 40, 39.5, 39.4, 0, 100])
    with ordinality e (exact, place);
select is((test.score_with(mainstay.preset('adoption'), :'id',
    jsonb_build_object('feature_adoption', part, 'client_activity', part,
        'form_completion', part, 'journey_performance', part))).band_label,
    want,
    'adoption: 30 and ' || part || ' of 70 is ' || want)
from (values (1, 'Healthy'), (0.564286, 'Healthy'), (0.5642, 'At Risk'),
    (0.135715, 'At Risk'), (0.1357, 'Critical')) t (part, want);

-- Time: a fact counts from when it was observed and recorded on.
select is((test.score_with(mainstay.preset('adoption'), :'id', null,
    now() - interval '3 days')).score, null,
    'an account that was not there yet has no score');
select test.as_operator();
update accounts set created_at = now() - interval '1 year'
 where id = :'id';
select test.sign_in('admin@alpha.test');
select is((test.score_with(mainstay.preset('adoption'), :'id', null,
    now() - interval '1 day')).score, 0,
    'a fact that was recorded later is not known yet');
select is((test.score_with(mainstay.preset('adoption'), :'id')).score, 30,
    'and is known now');

-- Contributions.
select is(sum((c ->> 'points')::numeric), 76::numeric,
    'contributions add up to the score, rounding included')
from jsonb_array_elements((test.score_with(mainstay.preset('adoption'),
    :'id', '{"feature_adoption": 0.75, "client_activity": 0.6,
    "form_completion": 0.8, "journey_performance": 0.4}')).contributions) c;

-- A share of what is empty or 0 is no number, and surely not 100.
update accounts set crm_attributes = '{"seats": 0}' where id = :'id';
select is((test.score_with(jsonb_set(mainstay.preset('standard'),
    '{dimensions,0,metrics,0,transform}', jsonb_build_object('kind', 'ratio',
        'per', per)), :'id', '{"usage": 12500}')).exact_score, want,
    'a ratio to ' || per)
from (values ('arr', 25.0), ('nps', null), ('crm.seats', null)) t (per, want);

-- All at once is one by one.
select is((select count(*) from mainstay.evaluate(app.current_tenant_id(),
        mainstay.preset('adoption')) e
    left join lateral mainstay.evaluate(app.current_tenant_id(),
        mainstay.preset('adoption'), array[e.account_id]) o on true
    where e is distinct from o), 0::bigint,
    'one account alone gets what it gets among all');
select isnt((select count(*) from mainstay.evaluate(app.current_tenant_id(),
    mainstay.preset('adoption'))), 0::bigint, 'of which there are some');

-- Facts wake the engine.
update scorecard_versions set status = 'retired' where status = 'published';
insert into scorecard_versions (scorecard_id, version, status, document)
select id, 99, 'published', mainstay.preset('adoption')
from scorecards where is_default;
insert into usage_metrics (account_id, metric_type, metric_value)
values (:'id', 'logins', 1);
select is(health_score, 30, 'a fact scores its account at once')
from accounts where id = :'id';


-- So do its consequences, whoever brought the facts: a Contributor may not
-- score by hand.
select test.as_operator();
insert into mainstay.accounts (tenant_id, name, created_at)
values (test.tenant('alpha'), 'By facts', now() - interval '1 year')
returning id as fresh \gset
insert into mainstay.playbooks (tenant_id, name, trigger_type,
    trigger_criteria, webhook_endpoint_id)
values (test.tenant('alpha'), 'Below 40', 'health_score_drop',
    '{"condition": {"score_below": 40}}', mainstay.create_endpoint(
        test.tenant('alpha'), 'There', 'https://example.com/hook',
        'standard'));
select test.sign_in('contributor@alpha.test');
insert into usage_metrics (account_id, metric_type, metric_value)
values (:'fresh', 'logins', 1);
select is(health_score, 30, 'a Contributor''s fact scores the account'),
    is(health_label, 'Critical', 'with the word of the scorecard')
from accounts where id = :'fresh';
select is((select count(*)::int from alerts where account_id = :'fresh'
    and kind = 'health_below_40'), 1, 'which raises its alert');
select is((select status::text from playbook_executions
    where account_id = :'fresh'), 'queued', 'and runs the playbook');

select * from finish();
rollback;
