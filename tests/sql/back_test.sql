-- back_test.sql - would a document have told who leaves.

begin;
select plan(36);

-- An account whose story ended ten days ago, and its usage score since 200
-- days ago.
create function test.ended(p_name text, p_usage int, p_is_churned boolean)
returns uuid
language plpgsql security definer set mainstay.loading_history = on as $$
declare
    v_id uuid := gen_random_uuid();
begin
    insert into mainstay.accounts (tenant_id, id, name, status, created_at,
        current_stage, stage_entered_at, renewal_date)
    values (test.tenant('alpha'), v_id, p_name,
        case when p_is_churned then 'churned' else 'active' end,
        now() - interval '1 year',
        case when p_is_churned then 'Churn' else 'Adoption' end,
        now() - interval '10 days',
        case when not p_is_churned then current_date - 10 end);
    perform test.used(v_id, p_usage, 200, 200);
    return v_id;
end $$;

create function test.used(p_account uuid, p_usage int, p_days int,
    p_recorded_days int) returns void
language sql security definer set mainstay.loading_history = on as $$
    insert into mainstay.health_scores (tenant_id, account_id, given,
        observed_at, recorded_at)
    values (test.tenant('alpha'), p_account,
        jsonb_build_object('usage', p_usage),
        now() - make_interval(days => p_days),
        now() - make_interval(days => p_recorded_days))
$$;
alter function test.ended owner to mainstay_maint;
alter function test.used owner to mainstay_maint;

create function test.back_test(p_sample int default null) returns jsonb
language plpgsql volatile as $$
begin
    return mainstay.back_test(app.current_tenant_id(),
        mainstay.preset('standard'), p_sample => p_sample);
end $$;

create function test.horizon(p_result jsonb, p_days int) returns jsonb
language sql immutable as $$
    select h from jsonb_array_elements(p_result -> 'horizons') h
     where h ->> 'days' = p_days::text
$$;

-- The area under the curve, by hand. Of 9 pairs 3 + 2.5 + 2.5 are won; the
-- shares are 1, 5/6, 5/6 and 2/3, 1, 1, so the variance is
-- 0.009259 / 3 + 0.037037 / 3 = 0.015432 and the half width 0.24348.
select is((a.auc, a.low, a.high)::text, '(0.8889,0.6454,1.0000)',
        'the area with ties as half, and its interval')
from mainstay.auc('{1,2,2}', '{2,3,4}') a;
select is((a.auc, a.low, a.high)::text, '(0.1111,0.0000,0.3546)',
        'the same the other way round')
from mainstay.auc('{2,3,4}', '{1,2,2}') a;
select is((a.auc, a.low, a.high)::text, '(0.5000,0.5000,0.5000)',
        'all the same')
from mainstay.auc('{5,5,5}', '{5,5}') a;
-- 0.025 ^ (1 / 2)
select is((a.auc, a.low, a.high)::text, '(1.0000,0.1581,1.0000)',
        'every pair won is no certainty')
from mainstay.auc('{1,2}', '{3,4,5}') a;
select is((a.auc, a.low, a.high)::text, '(0.0000,0.0000,0.8419)',
        'nor is every pair lost')
from mainstay.auc('{3,4,5}', '{1,2}') a;
select is((a.auc, a.low, a.high)::text, '(,,)', 'nobody churned')
from mainstay.auc('{}', '{1}') a;

-- Ten that churned with 10, 20 … 100, ten that renewed with 55 or 85.
select test.sign_in('admin@alpha.test');
select test.back_test() as t \gset
select is((:'t'::jsonb ->> 'enough')::boolean, false, 'nobody is too few'),
    alike(:'t'::jsonb ->> 'verdict', 'Too few to judge: %at least 10 of each '
        'are needed.', 'and it says so'),
    is(jsonb_array_length(:'t'::jsonb -> 'horizons'), 4,
        'with all horizons'),
    is(:'t'::jsonb ->> 'lead_time_days', null, 'and no lead time');
select (:'t'::jsonb ->> 'churned')::int as churned,
    (:'t'::jsonb ->> 'renewed')::int as renewed \gset

select count(test.ended('C' || n, 10 * n, true)) as made
from generate_series(2, 10) n \gset
select test.ended('C1', 80, true) as first \gset
select test.used(:'first', 10, 95, 95) as made \gset
select count(test.ended('R' || n, case when n <= 2 then 55 else 85 end,
    false)) as made from generate_series(1, 10) n \gset
select test.back_test() as t \gset
select is((:'t'::jsonb ->> 'churned')::int, 10 + :churned, 'who churned'),
    is((:'t'::jsonb ->> 'renewed')::int, 10 + :renewed, 'who renewed'),
    is((:'t'::jsonb ->> 'threshold')::int, 60,
        'the threshold is where risk begins'),
    is((:'t'::jsonb ->> 'enough')::boolean, true, 'ten of each are enough'),
    is(:'t'::jsonb ->> 'sampled', null, 'all are judged');
-- 10 … 50 are below all: 50 pairs; 60, 70, 80 below eight each: 24.
select is((h ->> 'auc')::numeric, 0.74, 'of 100 pairs 74 are won'),
    is((h ->> 'missed')::int, 5, 'churned with 60 or more'),
    is((h ->> 'false_alarms')::int, 2, 'renewed with less than 60'),
    is((h ->> 'mean_churned')::numeric, 55.0, 'mean of those that churned'),
    is((h ->> 'mean_renewed')::numeric, 79.0, 'and of those that renewed')
from test.horizon(:'t', 30) h;
-- The first had 80 still: 40 pairs, and four with eight each.
select is((h ->> 'auc')::numeric, 0.72, 'the score is that of the day'),
    is((h ->> 'missed')::int, 6, 'when one more was missed'),
    ok((h ->> 'auc_low')::numeric < 0.72
        and (h ->> 'auc_high')::numeric > 0.72, 'within its interval')
from test.horizon(:'t', 90) h;
-- Below 60 to the end: 60 days once, 180 days four times, never five times.
select is((:'t'::jsonb ->> 'lead_time_days')::int, 180, 'the lead time'),
    is(:'t'::jsonb ->> 'verdict', 'It may be chance: 90 days before, the '
        'customer that renewed had the higher score in 72 of 100 pairs. '
        'Below 60 were 4 of 10 that churned and 2 of 10 that renewed; half '
        'of those that churned were below for the last 180 days or longer.',
        'and the verdict');

-- What was recorded later was not known.
select count(test.used(id, 0, 150, 5) is null) as made
from accounts where name ~ '^R\d+$' \gset
select is(test.back_test() -> 'horizons', :'t'::jsonb -> 'horizons',
    'facts that were recorded later change nothing');

-- More than can be judged.
select test.back_test(6) as s \gset
select is((:'s'::jsonb ->> 'sampled')::int, 6, 'of more, some are judged'),
    is((test.horizon(:'s', 30) ->> 'churned')::int, 6, 'of those that left'),
    alike(:'s'::jsonb ->> 'verdict', '%Judged on at most 6 of each, spread '
        'over the 1_ that churned and the 1_ that renewed.',
        'and it says so');

-- Bands that know no health: the best of them is what is hoped for.
select mainstay.back_test(app.current_tenant_id(), jsonb_set(
    mainstay.preset('standard'), '{bands}', mainstay.preset_bands(
        '[["risk", "Risk", 50, "at_risk"], ["lost", "Lost", 0, "critical"]]')))
    as s \gset
select is((:'s'::jsonb ->> 'threshold')::int, 50,
        'without a healthy band the best one says where risk begins'),
    alike(:'s'::jsonb ->> 'verdict', '%Below 50 were %',
        'and there is a verdict');

-- Stories end in other ways, too.
select test.ended('Moved on', 50, false) as moved \gset
update accounts set renewal_date = current_date + 355 where id = :'moved';
select is((o.is_churned, o.at::date)::text, format('(f,%s)',
        current_date - 10), 'a renewal that was moved on was renewed')
from mainstay.outcomes(app.current_tenant_id()) o where account_id = :'moved';
update accounts set status = 'churned' where id = :'moved';
select is((o.is_churned, o.at::date)::text, format('(t,%s)', current_date),
        'who churns afterwards has churned')
from mainstay.outcomes(app.current_tenant_id()) o where account_id = :'moved';

-- Who may ask what.
select throws_ok($$select mainstay.back_test(app.current_tenant_id(), '{}')$$,
    'MS422', null, 'a document that is none is refused');
select is((mainstay.back_test(test.tenant('beta'),
        mainstay.preset('standard')) ->> 'churned')::int, 0,
    'another tenant has no outcomes');
select test.sign_in('practitioner@alpha.test');
select throws_ok('select test.back_test()', 'MS403', null,
    'only a Tenant Admin asks');
select test.sign_in('admin@beta.test');
select is((test.back_test() ->> 'enough')::boolean, false,
    'a tenant where nothing ended has too few');

select * from finish();
rollback;
