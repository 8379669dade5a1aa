-- playbook.sql - which events wake a playbook, and what it then does.

begin;
select plan(39);

create function test.queued(p_playbook uuid) returns bigint
language sql as $$
    select count(*) from mainstay.webhook_queue q
    where q.playbook_id = p_playbook
$$;

create function test.last_run(p_playbook uuid, p_account uuid)
returns text
language sql as $$
    select concat_ws(': ', e.status, e.reason)
    from mainstay.playbook_executions e
    where e.playbook_id = p_playbook and e.account_id = p_account
    order by e.executed_at desc, e.cmin::text::bigint desc limit 1
$$;

-- Payloads, exactly as the documents print them.
create function test.payload(p_format text, p_account uuid, p_event jsonb)
returns json
language sql as $$
    select mainstay.webhook_payload_for(p_format, app.current_tenant_id(),
        p_account, p_event)
$$;

select test.sign_in('admin@alpha.test');
insert into accounts (name, arr_cents, csm_id, renewal_date)
values ('TechStart Solutions', 8500000, test.person('admin@alpha.test'),
    '2025-03-01') returning id as id \gset
select id as playbook from playbooks
where name = 'Health Score Alert - Critical' \gset
select id as stage_playbook from playbooks
where name = 'At Risk Stage Alert' \gset

-- A new tenant's playbooks sleep, and have nowhere to send to.
select record_health_score(:'id', 5, 5, 5, 5);
select is(test.queued(:'playbook'), 0::bigint,
    'a playbook that sleeps sends nothing');
select is(trigger_playbook_manually(:'playbook', :'id', 'x') ->> 'success',
    'false', 'nor by hand, when it has nowhere to send to');
select create_endpoint(test.tenant('alpha'), 'n8n',
    'http://localhost:5678/webhook/health-alert', 'seed-000')
    as endpoint \gset
update playbooks set is_active = true, webhook_endpoint_id = :'endpoint';

-- Above the line nothing is sent, and the decision says why.
select record_health_score(:'id', 65, 65, 65, 65);
select is(test.queued(:'playbook'), 0::bigint, 'a good score sends nothing');
select matches(test.last_run(:'playbook', :'id'),
    '^skipped: Score 65 is not below 40', 'the decision says why');

-- Crossing the line.
select record_health_score(:'id', 25, 30, 50, 45);
select is(test.queued(:'playbook'), 1::bigint, 'a score below 40 is sent');
select matches(test.last_run(:'playbook', :'id'), '^queued: ',
    'the run is recorded');
select is((select count(*)::int from alerts where account_id = :'id'
    and kind = 'playbook' and detail like 'Health fell%'), 1,
    'and alerts a person');
select is((select q.status from webhook_queue q
    where q.playbook_id = :'playbook'), 'pending', 'the delivery waits');
select is((select q.attempts from webhook_queue q
    where q.playbook_id = :'playbook'), 0, 'it was not tried yet');
select is((select e.webhook_id from playbook_executions e
    where e.webhook_id is not null and e.account_id = :'id'),
    (select q.id from webhook_queue q where q.playbook_id = :'playbook'),
    'the run names its delivery');

-- Limits.
select record_health_score(:'id', 70, 70, 70, 70);
select record_health_score(:'id', 10, 10, 10, 10);
select is(test.queued(:'playbook'), 1::bigint,
    'within the cooldown it does not run again');
select matches(test.last_run(:'playbook', :'id'), '^skipped: Cooling down',
    'the decision says so');
update playbooks set cooldown_minutes = 0 where id = :'playbook';
select record_health_score(:'id', 5, 5, 5, 5);
select is(test.queued(:'playbook'), 1::bigint,
    'a score that was below the line does not cross it again');
select record_health_score(:'id', 70, 70, 70, 70);
select record_health_score(:'id', 5, 5, 5, 5);
select is(test.queued(:'playbook'), 2::bigint,
    'without a cooldown it runs at each crossing');
update playbooks set max_executions_per_day = 2 where id = :'playbook';
select record_health_score(:'id', 70, 70, 70, 70);
select record_health_score(:'id', 5, 5, 5, 5);
select is(test.queued(:'playbook'), 2::bigint,
    'no more than the daily limit');
select matches(test.last_run(:'playbook', :'id'), '^skipped: Daily limit',
    'the decision says so, too');
update playbooks set is_active = false, max_executions_per_day = null
where id = :'playbook';
select record_health_score(:'id', 70, 70, 70, 70);
select record_health_score(:'id', 5, 5, 5, 5);
select is(test.queued(:'playbook'), 2::bigint,
    'an inactive playbook sleeps');
select is((select version from playbooks where id = :'playbook'), 5,
    'a change of what it does is a version, a rest is not');

-- Stages.
update accounts set current_stage = 'Renewal' where id = :'id';
select is(test.queued(:'stage_playbook'), 0::bigint,
    'another stage does not wake it');
update accounts set current_stage = 'At Risk' where id = :'id';
select is(test.queued(:'stage_playbook'), 1::bigint,
    'At Risk wakes the stage playbook');

-- By hand.
select trigger_playbook_manually(:'stage_playbook', :'id', 'Manual test')
    as answer \gset
select is(:'answer'::jsonb ->> 'success', 'true',
    'a run by hand takes no notice of the cooldown');
select is(test.queued(:'stage_playbook'), 2::bigint, 'it is queued');
select is((select q.event_type from webhook_queue q
    where q.id = (:'answer'::jsonb ->> 'webhook_id')::uuid),
    'manual_trigger', 'the delivery says that it was by hand');
select throws_ok(format('select trigger_playbook_manually(%L, %L, null)',
    gen_random_uuid(), :'id'), 'MS404', null, 'an unknown playbook is absent');
select throws_ok(format('select trigger_playbook_manually(%L, %L, null)',
    :'playbook', gen_random_uuid()), 'MS404', null,
    'an unknown account is absent');

select test.as_operator();
insert into accounts (tenant_id, name, arr_cents, csm_id, renewal_date)
values (test.tenant('alpha'), 'TechStart Solutions', 8500000,
    test.person('admin@alpha.test'), '2025-03-01') returning id as sick \gset
insert into health_scores (tenant_id, account_id, overall_score, usage_score,
    engagement_score, previous_score)
values (test.tenant('alpha'), :'sick', 35, 25, 30, 65);
select test.sign_in('admin@alpha.test');
select test.payload('seed-000', :'sick', '{"type": "health_score_drop",
    "score": 35, "previous_score": 65}') as sent \gset
select is(regexp_replace(:'sent', '\s', '', 'g'), regexp_replace(format('{
  "event_type": "health_score_drop",
  "account": {
    "id": "%s",
    "name": "TechStart Solutions",
    "arr": 85000.00,
    "renewal_date": "2025-03-01"
  },
  "health_score": {
    "current_score": 35,
    "previous_score": 65,
    "risk_level": "Critical",
    "usage_score": 25,
    "engagement_score": 30
  },
  "csm": {
    "email": "admin@alpha.test",
    "name": "Admin"
  }
}', :'sick'), '\s', '', 'g'), 'seed-000 is what 000 prints, byte for byte');
select test.payload('seed-001', :'sick', '{"type": "health_score_drop",
    "score": 35, "previous_score": 65}') as flat \gset
select is((select string_agg(k, ' ') from json_object_keys(:'flat') k),
    'account_id account_name health_score previous_score risk_level stage'
    ' arr csm_email csm_name triggered_at',
    'seed-001 has the keys of 001 in their order');
select is(:'flat'::json ->> 'arr', '85000', 'its money is a plain number');
select matches(:'flat'::json ->> 'triggered_at',
    '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$', 'its time is UTC');
select test.payload('standard', :'sick', '{"type": "health_score_drop",
    "score": 35, "previous_score": 65}') as standard \gset
select is((select string_agg(k, ' ') from json_object_keys(:'standard') k),
    'type timestamp data', 'standard has the envelope of Standard Webhooks');
select is(:'standard'::json ->> 'type', 'health_score.dropped',
    'and a dotted type');

-- Roles and tenants.
select test.sign_in('practitioner@alpha.test');
select lives_ok(format('select trigger_playbook_manually(%L, %L, null)',
    :'stage_playbook', :'id'), 'a Practitioner may run a playbook');
select is(test.outcome(format('update playbooks set is_active = false
    where id = %L', :'playbook')), '0', 'but not change it');
select test.sign_in('contributor@alpha.test');
select ok(test.outcome(format('select trigger_playbook_manually(%L, %L,
    null)', :'stage_playbook', :'id')) in ('42501', 'MS403', 'MS404'),
    'a Contributor may not run it');
select test.sign_in('admin@beta.test');
select throws_ok(format('select trigger_playbook_manually(%L, %L, null)',
    :'playbook', :'id'), 'MS404', null,
    'nobody runs a playbook of another tenant');
select id as theirs from playbooks limit 1 \gset
select throws_ok(format('select trigger_playbook_manually(%L, %L, null)',
    :'theirs', :'id'), 'MS404', null, 'nor for an account of another tenant');
select is(test.queued(:'playbook'), 0::bigint,
    'another tenant sees no delivery of it');

-- An event of one tenant wakes playbooks of that tenant only.
update playbooks set is_active = true, webhook_endpoint_id =
    create_endpoint(test.tenant('beta'), 'n8n: ' || name,
        'http://localhost:5678/webhook/health-alert', 'seed-000');
insert into accounts (name) values ('Theirs') returning id as other \gset
select record_health_score(:'other', 10, 10, 10, 10);
select is((select count(*)::int from webhook_queue
    where account_id = :'other'), 1, 'their playbook ran for their account');
select test.sign_in('admin@alpha.test');
select is((select count(*)::int from webhook_queue
    where account_id = :'other'), 0, 'ours did not');

select * from finish();
rollback;
