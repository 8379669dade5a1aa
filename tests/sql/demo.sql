-- demo.sql - the demo is what the guides describe.

begin;
select plan(35);

set local role mainstay_maint;
\set demo :sql/demo/demo.sql
\o /dev/null
\i :demo
\o
select test.as_operator();
set local mainstay.loading_history = off;

-- Acme Corporation, as 001 prints it.
select test.tenant('acme-corp') as acme \gset
select results_eq(format('select name, arr, health_score, health_band::text,
        current_stage from accounts where tenant_id = %L order by id', :'acme'),
    $$values ('GlobalTech Corporation', 150000.00, 85, 'healthy', 'Expansion'),
    ('GlobalTech Europe', 45000.00, 72, 'moderate', 'Adoption'),
    ('TechStart Solutions', 85000.00, 35, 'critical', 'At Risk')$$,
    'Acme has its three accounts');
select is((select p.name from accounts a join accounts p
        on p.tenant_id = a.tenant_id and p.id = a.parent_id
    where a.name = 'GlobalTech Europe'), 'GlobalTech Corporation',
    'Europe is a subsidiary');
select is((select full_name || ' ' || role from profiles p
    join users u on u.id = p.user_id
    where u.id = '11111111-1111-1111-1111-111111111111'),
    'Alice Administrator Tenant Admin', 'Alice has her id and role');
select is((select full_name || ' ' || role from profiles
    where email = 'bob@acme.com'), 'Bob Builder Practitioner', 'so has Bob');
select is((select p.full_name from accounts a join profiles p
        on p.tenant_id = a.tenant_id and p.user_id = a.csm_id
    where a.name = 'TechStart Solutions'), 'Bob Builder',
    'Bob looks after TechStart');
select is((select count(*)::int from journey_stages
    where tenant_id = :'acme'), 7, 'there are seven stages');
select results_eq(format($$select p.name, p.is_active, e.url, e.format
    from mainstay.playbooks p join webhook_endpoints e
        on e.tenant_id = p.tenant_id and e.id = p.webhook_endpoint_id
    where p.tenant_id = %L order by p.name$$, :'acme'),
    $$values ('At Risk Stage Alert', true,
        'http://localhost:5678/webhook/stage-alert', 'seed-000'),
    ('Health Score Alert - Critical', true,
        'http://localhost:5678/webhook/health-alert', 'seed-000')$$,
    'the two playbooks of 000 send to n8n');
select is((select cooldown_minutes from mainstay.playbooks
    where tenant_id = :'acme' and name = 'Health Score Alert - Critical'),
    60, 'one an hour');
select cmp_ok((select min(observed_at) from health_scores
    where tenant_id = :'acme'), '<', now() - interval '300 days',
    'there is a year of scores');
select cmp_ok((select count(distinct observed_at::date)::int
    from usage_metrics where tenant_id = :'acme'), '>', 30,
    'and of usage');
select is((select count(*)::int from mainstay.webhook_hot
    where tenant_id in (:'acme', test.tenant('globex'))), 0,
    'loading it sends nothing');

-- Globex.
select test.tenant('globex') as globex \gset
select is((select count(*)::int from accounts
    where tenant_id = :'globex'), 250, 'Globex has 250 accounts');
select cmp_ok((select count(distinct health_band)::int from accounts
    where tenant_id = :'globex'), '=', 4, 'in all bands');
select cmp_ok((select max(hierarchy_level) from accounts
    where tenant_id = :'globex'), '>=', 2, 'in trees');
select cmp_ok((select count(*)::int from contacts
    where tenant_id = :'globex'), '>=', 250, 'with contacts');
select is((select count(*)::int from profiles p join users u
        on u.id = p.user_id
    where u.email = 'carol@globex.com'), 2,
    'one person belongs to both tenants');

-- What playbooks did, in both.
select results_eq(format($$select status::text from playbook_executions
    where tenant_id in (%L, %L) group by 1 order by 1$$, :'acme', :'globex'),
    array['failed', 'skipped', 'succeeded'],
    'playbooks ran, failed and did not run');
select is_empty(format($$select e.id from playbook_executions e
    left join mainstay.webhook_history h
        on h.tenant_id = e.tenant_id and h.id = e.webhook_id
    left join mainstay.webhook_payloads p
        on p.tenant_id = h.tenant_id and p.id = h.id
        and p.created_at = h.created_at
    where e.tenant_id in (%L, %L) and e.status <> 'skipped' and (p.id is null
        or (e.status = 'succeeded') <> (h.status = 'completed')
        or h.attempts <> (select count(*) from mainstay.webhook_attempts a
            where a.tenant_id = h.tenant_id and a.delivery_id = h.id))$$,
    :'acme', :'globex'),
    'each run has its delivery, and that its attempts');
select is_empty(format($$select e.id from playbook_executions e
    join mainstay.playbooks p
        on p.tenant_id = e.tenant_id and p.id = e.playbook_id
    join mainstay.playbook_versions v
        on v.tenant_id = p.tenant_id and v.playbook_id = p.id
        and v.version = e.playbook_version
    where e.tenant_id in (%L, %L) and (e.status <> 'skipped') <> (
        mainstay.playbook_judge(v.document, e.trigger_event, '{}')
        -> 'met')::boolean$$, :'acme', :'globex'),
    'and was decided by the rules');

-- All of it holds together.
select is_empty('select * from api.catalogue_violations()',
    'no rule is broken');
select is_empty('select * from mainstay.rollup_check()', 'the sums hold');
select is_empty($$select a.id from accounts a
    where (select count(*) from journey_history h
        where h.tenant_id = a.tenant_id and h.account_id = a.id
            and h.exited_at is null and h.to_stage = a.current_stage) <> 1$$,
    'every account is in the stage that its history says');
select is_empty($$select h.id from health_scores h
    where (select sum((c ->> 'points')::numeric)
        from jsonb_array_elements(h.contributions) c)
        is distinct from h.overall_score$$,
    'every score is the sum of its contributions');
select is_empty($$select h.account_id from health_scores h
    where h.is_current and exists (select from health_scores n
        where n.tenant_id = h.tenant_id and n.account_id = h.account_id
            and n.observed_at > h.observed_at)$$,
    'the newest score is the current one');

-- The same again: loading twice makes the same demo.
select md5(string_agg(concat(name, arr_cents, health_score, current_stage,
    renewal_date, parent_id), '' order by id)) as first from accounts
where tenant_id = :'globex' \gset
select md5(string_agg(concat(e.status, e.reason, e.executed_at, a.name), ''
    order by e.executed_at, a.name, e.reason)) as runs
from playbook_executions e join accounts a on a.id = e.account_id \gset
set local role mainstay_maint;
\o /dev/null
\i :demo
\o
select test.as_operator();
set local mainstay.loading_history = off;
select is((select md5(string_agg(concat(name, arr_cents, health_score,
    current_stage, renewal_date, parent_id), '' order by id)) from accounts
    where tenant_id = :'globex'), :'first'::text,
    'the same seed makes the same demo');
select is((select md5(string_agg(concat(e.status, e.reason, e.executed_at,
        a.name), '' order by e.executed_at, a.name, e.reason))
    from playbook_executions e join accounts a on a.id = e.account_id),
    :'runs'::text, 'with the same runs');

-- What the card of TechStart says.
select test.sign_in('admin@acme.com');
select mainstay.explain_score(:'acme', h.id) as e
from health_scores h join accounts a on a.id = h.account_id
where a.name = 'TechStart Solutions' and h.is_current \gset
select is(:'e'::jsonb ->> 'sentence', 'Critical at 35: of the 65 missing '
    'points 26.3 are lost on usage (25 of 100, weight 35%) and 17.5 on '
    'engagement (30 of 100).', 'one sentence says why it is Critical');
select is((select sum((c ->> 'points')::numeric)
    from jsonb_array_elements(:'e'::jsonb -> 'contributions') c), 35.00,
    'its bars add up to 35');
select is((select h.overall_score from mainstay.score_as_of(:'acme',
        (select id from accounts where name = 'TechStart Solutions'),
        now() - interval '3 months') h),
    (select h.overall_score from health_scores h
        join accounts a on a.id = h.account_id
        where a.name = 'TechStart Solutions'
            and h.observed_at <= now() - interval '3 months'
        order by h.observed_at desc limit 1),
    'three months ago it had the score of then');
select test.sign_in('admin@globex.com');
select is((select array_agg(distinct c.name) from accounts a
        join health_scores h on h.account_id = a.id and h.is_current
        join scorecard_versions v on v.id = h.scorecard_version_id
        join scorecards c on c.id = v.scorecard_id
        where a.tier = 'trial' and a.status <> 'churned'), '{Trials}',
    'trials are judged by their usage');
select mainstay.what_if(:'globex', c.id, jsonb_set(jsonb_set(
    mainstay.preset('standard'), '{dimensions,0,weight}', '50'),
    '{dimensions,3,weight}', '5')) as w
from scorecards c where c.is_default \gset
select cmp_ok((:'w'::jsonb ->> 'changed_accounts')::int, '>', 0,
        'raising the usage weight moves accounts'),
    cmp_ok((:'w'::jsonb ->> 'changed_arr_cents')::bigint, '>', 0::bigint,
        'and their ARR');
select is((mainstay.back_test(:'globex', mainstay.preset('standard'))
    ->> 'enough')::boolean, true, 'a back-test has enough to judge by');
select test.as_operator();

-- 000's "Simulate Health Score Drop".
set local app.current_user_id = '11111111-1111-1111-1111-111111111111';
INSERT INTO health_scores (account_id, tenant_id, overall_score, usage_score,
    engagement_score, support_sentiment_score, adoption_score, previous_score)
VALUES ('10000000-0000-0000-0000-000000000001',
    (SELECT id FROM tenants WHERE slug = 'acme-corp'), 35, 30, 35, 40, 35, 75);
select is((select count(*)::int from webhook_queue
    where tenant_id = :'acme' and status = 'pending'), 1, 'a drop is sent');
select is((select payload -> 'account' ->> 'name' from webhook_queue
    where tenant_id = :'acme' and status = 'pending'), 'GlobalTech Corporation',
    'with the account that dropped');

select * from finish();
rollback;
