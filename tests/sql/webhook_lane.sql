-- webhook_lane.sql - endpoints that fail rest, are tried, and come back;
-- rates and order.

begin;
select plan(51);

delete from webhook_hot;
delete from webhook_lanes;
select test.as_role('mainstay_worker');
select api.worker_start(null, 'pgTAP', '1') as worker \gset
select test.sign_in('admin@alpha.test');
select create_endpoint(test.tenant('alpha'), 'Receiver',
    'https://receiver.example/hook', 'standard') as endpoint \gset
select create_endpoint(test.tenant('alpha'), 'Other',
    'https://other.example/hook', 'standard') as other \gset
insert into accounts (name) values ('One') returning id as one \gset
insert into accounts (name) values ('Two') returning id as two \gset
select test.as_operator();
update webhook_endpoints set max_inflight = 50;

create function test.add(p_endpoint uuid, p_count int,
    p_account uuid default null) returns void
language sql as $$
    select enqueue_webhook(p_endpoint, null, p_account, 'test', '{}'::json)
    from generate_series(1, p_count)
$$;

-- How many are claimed, of how many there are, while so many are held.
create function test.claims(p_worker int, p_endpoint uuid,
    p_held int default 0) returns int
language plpgsql as $$
declare
    n int;
begin
    perform test.as_role('mainstay_worker');
    select count(*) into n from api.claim_webhooks(p_worker, 1000,
        interval '60 s', array[p_endpoint], array[p_held]);
    perform test.as_operator();
    return n;
end $$;

-- All that are claimed, or so many of them, end in the same way; the endpoints
-- that rest then.
create function test.finish_all(p_worker int, p_http int,
    p_retry_after int default null, p_kind text default 'tried',
    p_most int default null) returns text
language plpgsql as $$
declare
    h record;
    v_resting text;
begin
    select array_agg(w.locked_by) as worker, array_agg(w.tenant_id) as tenant,
        array_agg(w.id) as id, array_agg(w.lease) as lease,
        array_agg(p_kind) as kind, array_agg(p_http) as http,
        array_agg(1) as ms, array_agg(p_retry_after) as wait,
        array_agg(case when p_http between 200 and 299 then null
            else 'no' end) as error, array_agg(null::text) as response
    into h from (select * from webhook_hot
        where status = 'processing' limit p_most) w;
    perform test.as_role('mainstay_worker');
    select f.resting into v_resting from api.finish_webhooks(h.worker,
        h.tenant, h.id, h.lease, h.kind, h.http, h.ms, h.wait, h.error,
        h.response) f;
    perform test.as_operator();
    return v_resting;
end $$;

-- So much later.
create function test.later(p_time interval) returns void
language sql as $$
    update webhook_lanes set resumes_at = resumes_at - p_time,
        window_at = window_at - p_time, tokens_at = tokens_at - p_time,
        failing_since = failing_since - p_time;
    update webhook_hot set next_attempt_at = now()
$$;

-- Who answers costs nothing.
select test.add(:'endpoint', 20);
select is(test.claims(:worker, :'endpoint'), 20, 'a good endpoint is sent to');
select is(test.finish_all(:worker, 200), null, 'and does not rest');
select is((select count(*)::int from webhook_lanes), 0, 'nor is it noted');

-- Five without an answer.
select test.add(:'endpoint', 4);
select test.add(:'other', 1);
select is(test.claims(:worker, :'endpoint'), 5, 'five are claimed');
select is(test.finish_all(:worker, null), null,
    'four without an answer are few');
select test.later('1 s');
delete from webhook_hot where id in (select id from webhook_hot
    where endpoint_id = :'endpoint' limit 3);
select is(test.claims(:worker, :'endpoint'), 2, 'they are tried again');
select is(test.finish_all(:worker, null), :'endpoint',
    'the fifth lets it rest');
select matches(reason, 'five times in a row', 'which is said'),
    ok(resumes_at - now() = interval '30 s', 'for half a minute'),
    is(failing_since, now() - interval '1 s',
        'and since when nothing arrived')
from webhook_lanes where endpoint_id = :'endpoint';
delete from webhook_hot;
select test.add(:'endpoint', 30);
select test.add(:'other', 1);
select is(test.claims(:worker, :'endpoint'), 1, 'the others are sent to');
select test.finish_all(:worker, 200);
select is((select max(attempts)::int from webhook_hot), 0,
    'and those that wait use up no attempt');

-- It is tried with few.
select test.later('30 s');
select is(test.claims(:worker, :'endpoint'), 1, 'after its rest, with one');
select is(test.claims(:worker, :'endpoint'), 0,
    'with no other while that is under way');
select is(test.finish_all(:worker, 500), :'endpoint', 'which fails still');
select is((select resumes_at - now() from webhook_lanes
    where endpoint_id = :'endpoint'), interval '60 s',
    'so it rests twice as long');
select test.later('60 s');
select is(test.claims(:worker, :'endpoint'), 1, 'then one again');
select is(test.finish_all(:worker, 200), null, 'which arrives');
select is(test.claims(:worker, :'endpoint'), 2, 'then two');
select test.finish_all(:worker, 200);
select is((trials, resumes_at, reason, failing_since, openings)::text,
    '(,,,,0)', 'after three it is as before')
from webhook_lanes where endpoint_id = :'endpoint';
select is(test.claims(:worker, :'endpoint'), 27, 'and all are sent');
select test.finish_all(:worker, 200);

-- Seven of ten within a minute; what is the delivery's own fault is not its.
select test.add(:'endpoint', 10);
select test.claims(:worker, :'endpoint');
select is(test.finish_all(:worker, 422), null,
    'what it will not have is no reason to rest');
delete from webhook_hot;
delete from webhook_lanes;
select test.add(:'endpoint', 10);
select test.claims(:worker, :'endpoint');
select is(test.finish_all(:worker, 502), :'endpoint',
    'ten of ten that fail are');
select matches((select reason from webhook_lanes), '^10 of 10 deliveries',
    'which is said');
select is(test.finish_all(:worker, 502), null, 'nothing is counted twice');

-- What was under way when the rest began fails late: it is not held against
-- those that are tried after the rest.
delete from webhook_hot;
delete from webhook_lanes;
select test.add(:'endpoint', 40);
select test.claims(:worker, :'endpoint');
select is(test.finish_all(:worker, 502, p_most => 10), :'endpoint',
    'ten fail');
select is(test.finish_all(:worker, 502), :'endpoint',
    'and thirty that were under way');
select test.later('30 s');
select test.claims(:worker, :'endpoint');
select is(test.finish_all(:worker, 200), null, 'one that arrives then');
select is(test.claims(:worker, :'endpoint'), 2, 'lets two be tried');
delete from webhook_hot;
delete from webhook_lanes;
select test.add(:'endpoint', 10);
select test.claims(:worker, :'endpoint');
select test.finish_all(:worker, 502);

-- Rests grow to a quarter of an hour.
update webhook_lanes set openings = 6, resumes_at = now() - interval '1 s',
    trials = 0;
update webhook_hot set next_attempt_at = now();
select test.claims(:worker, :'endpoint');
select test.finish_all(:worker, 502);
select is((select resumes_at - now() from webhook_lanes),
    interval '15 minutes', 'the longest is a quarter of an hour');

-- A trial ends with any answer, also one that finds fault with the delivery;
-- one that was not sent is none.
delete from webhook_hot;
update webhook_lanes set openings = 1, resumes_at = now(), trials = 0,
    silent = 0;
select test.add(:'endpoint', 9);
select is(test.claims(:worker, :'endpoint'), 1, 'one is tried');
select test.finish_all(:worker, null, null, 'returned');
select is(test.claims(:worker, :'endpoint'), 1,
    'when it is given back another is, at once');
select test.finish_all(:worker, null, null, 'refused');
select is(test.claims(:worker, :'endpoint'), 1,
    'and when it may not be sent');
select test.finish_all(:worker, 422);
select is((trials, failing_since is not null)::text, '(1,t)',
    'who finds fault with it lives, though nothing has arrived')
from webhook_lanes;
select is(test.claims(:worker, :'endpoint'), 2, 'so two are tried then');
select test.finish_all(:worker, 550, null, 'refused');
select is((select trials from webhook_lanes), null,
    'nor does a mail that the relay will not have keep it shut');

-- Retry-After holds for all.
delete from webhook_hot;
delete from webhook_lanes;
select test.add(:'endpoint', 2);
select test.claims(:worker, :'endpoint');
select is(test.finish_all(:worker, 429, 120), :'endpoint',
    'who asks for time gets it');
select is((select resumes_at - now() from webhook_lanes),
    interval '2 minutes', 'for all its deliveries');
select test.later('2 minutes');
select is(test.claims(:worker, :'endpoint'), 2, 'and is then sent to again');

-- What was not sent says nothing.
select is(test.finish_all(:worker, null, null, 'returned'), null,
    'what was given back is no failure');

-- Five days.
update webhook_lanes set failing_since = now() - interval '6 days';
select test.claims(:worker, :'endpoint');
select test.finish_all(:worker, 503);
select is((select is_active from webhook_endpoints where id = :'endpoint'),
    false, 'after five days it is switched off');
select is((select disabled_reason from webhook_endpoints
    where id = :'endpoint'), 'Nothing has arrived for five days.',
    'with the reason');
select test.sign_in('admin@alpha.test');
select pause_endpoint(test.tenant('alpha'), :'endpoint', true);
select test.as_operator();
select is((silent, resumes_at, failing_since)::text, '(0,,)',
    'a person who switches it on begins anew')
from webhook_lanes where endpoint_id = :'endpoint';

-- A rate.
delete from webhook_hot;
update webhook_endpoints set rate_per_second = 10 where id = :'endpoint';
select test.add(:'endpoint', 50);
select is(test.claims(:worker, :'endpoint'), 10, 'a second has ten');
select is(test.claims(:worker, :'endpoint'), 0, 'and not one more');
update webhook_lanes set tokens_at = now() - interval '0.3 s';
select is(test.claims(:worker, :'endpoint'), 3, 'a third of it three');
update webhook_endpoints set rate_per_second = null where id = :'endpoint';
select is(test.claims(:worker, :'endpoint'), 37, 'without it all are sent');

-- Order.
delete from webhook_hot;
update webhook_endpoints set is_ordered = true where id = :'endpoint';
select test.add(:'endpoint', 3, :'one');
select test.add(:'endpoint', 2, :'two');
select is(test.claims(:worker, :'endpoint'), 2,
    'of each account the first is sent');
select test.finish_all(:worker, 500);
select is(test.claims(:worker, :'endpoint'), 0,
    'one that waits for its next try holds up the others');
update webhook_hot set next_attempt_at = now();
select test.claims(:worker, :'endpoint');
select test.finish_all(:worker, 200);
select is((select count(*)::int from webhook_hot), 3, 'they arrive');
select is(test.claims(:worker, :'endpoint'), 2, 'and then come the next');

select * from finish();
rollback;
