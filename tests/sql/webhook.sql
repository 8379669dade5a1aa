-- webhook.sql - the delivery queue: enqueue, claim, finish.

begin;
select plan(68);

-- A worker, and how it claims and finishes.
create function test.claim(p_worker int, p_max int default 100)
returns table (id uuid, lease int, attempts int, url text, body text)
language plpgsql as $$
begin
    perform test.as_role('mainstay_worker');
    return query select c.id, c.lease, c.attempts, c.url, c.body
    from api.claim_webhooks(p_worker, p_max, interval '60 s', '{}', '{}') c;
    perform test.as_operator();
end $$;

create function test.finish(p_worker int, p_id uuid, p_lease int,
    p_kind text, p_http int, p_error text default null,
    p_retry_after int default null) returns int
language plpgsql as $$
declare
    n int;
begin
    perform test.as_role('mainstay_worker');
    select f.recorded into n from api.finish_webhooks(array[p_worker],
        array[test.tenant('alpha')], array[p_id], array[p_lease],
        array[p_kind], array[p_http], array[12], array[p_retry_after],
        array[p_error], array['answer']) f;
    perform test.as_operator();
    return n;
end $$;

delete from webhook_hot;
select test.as_role('mainstay_worker');
select api.worker_start(null, 'pgTAP', '1') as worker \gset
select test.sign_in('admin@alpha.test');
select create_endpoint(test.tenant('alpha'), 'Receiver',
    'https://receiver.example/hook', 'standard') as endpoint \gset
insert into accounts (name) values ('Sender') returning id as account \gset

-- Endpoints.
select matches((select name || url || method || format
    from webhook_endpoints where id = :'endpoint'),
    'Receiverhttps://receiver.example/hookPOSTstandard',
    'an endpoint is made');
select is(test.outcome('select secret from webhook_endpoints'), '42501',
    'nobody reads the signing key');
select is(test.outcome('select headers from webhook_endpoints'), '42501',
    'nor what the headers carry');
select is(test.outcome('select * from webhook_endpoints'), '42501',
    'nor by a star');
select throws_ok(format('select create_endpoint(%L, %L, %L, %L)',
    test.tenant('alpha'), 'x', u, 'standard'), 'MS422', null,
    format('%s is no address', to_json(u)))
from unnest(array['ftp://x', 'http://user:pw@x/', 'javascript:alert(1)',
    E'http://x/\r\nHost: y', 'http://x:99999/', '',
    'http://[127.0.0.1]/', 'http://[127.0.0.1:80]/', 'http://[1::2::3]/']) u;
select is(mainstay.checked_endpoint('x', u, 'standard'), u,
    format('%s is an address', u))
from unnest(array['http://[::1]/', 'https://[2606:4700::1111]:8443/x?y',
    'http://[::ffff:10.0.0.1]:80']) u;
select throws_ok(format('select create_endpoint(%L, %L, %L, %L)',
    test.tenant('beta'), 'x', 'https://x.example', 'standard'), '42501',
    null, 'nobody makes an endpoint for another tenant');
update webhook_endpoints set headers = '{"x-api-key": "hush"}'
where id = :'endpoint';
select is((select headers_masked::text from webhook_endpoints
    where id = :'endpoint'), '{"x-api-key": "********"}',
    'of the headers one sees the names');
select throws_ok(format('update webhook_endpoints set headers = %L
    where id = %L', h, :'endpoint'), '23514', null,
    format('%s is no header', h))
from unnest(array['{"a\r\nb": "c"}', '{"a": "b\r\nc"}', '{"Host": "x"}',
    '{"webhook-id": "x"}', '{"Content-Length": "0"}', '{"a": null}']) h;

-- Enqueue.
select enqueue_webhook(:'endpoint', null, :'account', 'test',
    '{"b": 1, "a": 85000.00}'::json) as job \gset
select is((select payload::text from webhook_queue where id = :'job'),
    '{"b": 1, "a": 85000.00}', 'the payload is kept byte for byte');
select is((select status || attempts from webhook_queue where id = :'job'),
    'pending0', 'it waits');
select test.sign_in('practitioner@alpha.test');
select is(test.rows(format('select 1 from webhook_queue where id = %L',
    :'job')), 1::bigint, 'a Practitioner sees it');
select is(test.outcome('update webhook_hot set attempts = 0'), '42501',
    'but cannot change it');
select is(test.outcome('delete from webhook_hot'), '42501',
    'nor delete it');
select test.sign_in('contributor@alpha.test');
select is(test.rows(format('select 1 from webhook_queue where id = %L',
    :'job')), 0::bigint, 'a Contributor does not');
select test.sign_in('admin@beta.test');
select is(test.rows(format('select 1 from webhook_queue where id = %L',
    :'job')), 0::bigint, 'nor does another tenant');
select ok(test.outcome(format('select enqueue_webhook(%L, null, null, %L,
    %L::json)', :'endpoint', 'x', '{}')) in ('23503', '42501', 'MS404'),
    'nor can it send through our endpoint');

-- A backfill.
select test.as_role('mainstay_maint');
select is(test.outcome(format('select enqueue_webhook(%L, null, null, %L,
    %L::json)', :'endpoint', 'x', '{}')), '1', 'a backfill adds deliveries');
select test.as_operator();
delete from webhook_hot where id <> :'job';

-- Claim.
select test.as_operator();
select * from test.claim(:worker) \gset c_
select is(:'c_id'::uuid, :'job'::uuid, 'the worker claims it');
select is(:'c_body'::text, '{"b": 1, "a": 85000.00}', 'with its payload');
select is(:c_attempts, 1, 'the attempt is charged at the claim');
select is_empty(format('select * from test.claim(%s)', :worker),
    'nobody claims it twice');
select is(test.finish(:worker, :'job', :c_lease + 1, 'tried', 200), 0,
    'a result of another claim is not recorded');
select is(test.finish(:worker + 1, :'job', :c_lease, 'tried', 200), 0,
    'nor that of another worker');

-- A failure comes back later.
select is(test.finish(:worker, :'job', :c_lease, 'tried', 500,
    'Internal Server Error'), 1, 'a failure is recorded');
select is((select status || response_status from webhook_queue
    where id = :'job'), 'pending500', 'it waits again');
select ok((select next_attempt_at between now() + interval '4 s'
    and now() + interval '6 s' from webhook_hot where id = :'job'),
    'for five seconds, give or take');
select is_empty(format('select * from test.claim(%s)', :worker),
    'before then nobody claims it');
update webhook_hot set next_attempt_at = now() where id = :'job';
select lease as lease from test.claim(:worker) \gset
select test.finish(:worker, :'job', :lease, 'tried', 503, 'busy', 900);
select ok((select next_attempt_at between now() + interval '899 s'
    and now() + interval '901 s' from webhook_hot where id = :'job'),
    'a receiver that asks for more time gets it');

-- An expired claim is open to others.
update webhook_lanes set resumes_at = null;
update webhook_hot set next_attempt_at = now() where id = :'job';
select lease as lease from test.claim(:worker) \gset
update webhook_hot set locked_until = now() - interval '1 s'
where id = :'job';
select lease as stolen from test.claim(:worker) \gset
select is(:stolen, :lease + 1, 'an expired claim can be claimed again');
select is(test.finish(:worker, :'job', :lease, 'tried', 200), 0,
    'and the late result of the first is dropped');
select is(test.finish(:worker, :'job', :stolen, 'tried', 200), 1,
    'the second one counts');
select is((select status || attempts from webhook_queue where id = :'job'),
    'completed4', 'it is over');
select is((select count(*)::int from webhook_attempts
    where delivery_id = :'job'), 3, 'every recorded try left a row');

-- 410 is the end of the endpoint.
select enqueue_webhook(:'endpoint', null, :'account', 'test', '{}'::json)
    as gone \gset
select lease as lease from test.claim(:worker) where id = :'gone' \gset
select test.finish(:worker, :'gone', :lease, 'tried', 410);
select is((select status from webhook_queue where id = :'gone'), 'failed',
    'what is gone has failed');
select is((select is_active from webhook_endpoints where id = :'endpoint'),
    false, 'and its endpoint rests');
select enqueue_webhook(:'endpoint', null, :'account', 'test', '{}'::json);
select is_empty(format('select * from test.claim(%s)', :worker),
    'nothing is claimed for it');

-- Only some events.
select test.sign_in('admin@alpha.test');
select create_endpoint(test.tenant('alpha'), 'Choosy',
    'https://choosy.example/hook', 'standard') as choosy \gset
update webhook_endpoints set event_types = event_types_of(
    ' stage_transition,goal_reached ') where id = :'choosy';
select test.sign_in('contributor@alpha.test');
select lives_ok(format('select enqueue_webhook(%L, null, null, %L, %L)',
    :'choosy', t, '{}'), t || ' is sent')
from unnest(array['stage_transition', 'test']) t;
select throws_ok(format('select enqueue_webhook(%L, null, null, %L, %L)',
    :'choosy', 'nps_drop', '{}'), 'MS409',
    'The endpoint Choosy takes no nps_drop events.', 'others are refused');
select is(event_types_of(''), null, 'none named: all');
select throws_ok($$select event_types_of('goal_reached, x')$$, 'MS422', null,
    'an unknown event is refused');

-- What an answer means.
select is(answer_hint('standard', u, s, e, r) ~ w, true, w)
from (values
    ('https://n.example/webhook/x', 404, null, null,
        '^n8n has no active workflow'),
    ('https://n.example/x', 404, null,
        '{"code":404,"message":"The requested webhook \"POST x\" is not '
            'registered."}', '^n8n has no active workflow'),
    ('https://n.example/webhook-test/x', 404, null, null,
        'answers only while the editor listens'),
    ('https://n.example/webhook-test/x', 200, null, null,
        'works for one call'),
    ('https://n.example/x', 403, null, 'Authorization data is wrong!',
        '^The header credential of n8n does not match'),
    ('https://n.example/x', 403, null, null, 'does not accept us'),
    ('https://n.example/x?a=/webhook/', 404, null, null, '^There is nothing'),
    ('https://n.example/x', null, 'Operation timed out after 15001 ms', null,
        '^No answer within 15 seconds'))
    v (u, s, e, r, w);
select is(answer_hint('standard', 'https://n.example/webhook/x', 200, null,
    '{"message":"Workflow was started"}'), null, 'what is well needs no word');
select matches(answer_hint('slack', 'https://hooks.slack.example/x', 404,
    null, 'no_service'), '^Slack knows no such webhook', 'Slack''s own');
select matches(answer_hint('email', 'mailto:', 550, 'answered 550', null),
    '^The relay will never take', 'and the relay''s');

select * from finish();
rollback;
