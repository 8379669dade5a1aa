-- playbook_result.sql - a run learns how each of its deliveries ended.

begin;
select plan(20);

-- The end of a delivery, as a worker tells it.
create function test.ends(p_delivery text, p_http int,
    p_error text default null) returns void
language plpgsql as $$
declare
    v_worker int;
    v_lease int;
begin
    update mainstay.webhook_hot set next_attempt_at = case id
        when p_delivery::uuid then now() else now() + interval '1 day' end;
    perform test.as_role('mainstay_worker');
    v_worker := api.worker_start(null, 'pgTAP', '1');
    select c.lease into v_lease
      from api.claim_webhooks(v_worker, 10, interval '60 s', '{}', '{}') c
     where c.id = p_delivery::uuid;
    perform api.finish_webhooks(array[v_worker],
        array[test.tenant('alpha')], array[p_delivery::uuid],
        array[v_lease], array['tried'], array[p_http], array[12],
        array[null::int], array[p_error], array['']);
    perform test.as_operator();
end $$;
create function test.run(p_account uuid) returns text
language sql as $$
    select concat_ws('; ', status, result, error_message)
      from mainstay.playbook_executions where account_id = p_account
$$;
create function test.deliveries(p_account uuid)
returns table (place bigint, id text)
language sql as $$
    select row_number() over (order by s.place, d.place), d.value #>> '{}'
      from mainstay.playbook_executions e
     cross join lateral jsonb_array_elements(e.steps)
           with ordinality s (value, place)
     cross join lateral jsonb_path_query(s.value, case when s.value ? 'sent'
               then '$.sent[*].delivery' else '$.delivery' end::jsonpath)
           with ordinality d (value, place)
     where e.account_id = p_account and s.value ? 'delivery'
$$;
create function test.delivery(p_account uuid, p_place int) returns text
language sql as $$
    select id from test.deliveries(p_account) where place = p_place
$$;

select test.as_operator();
delete from mainstay.webhook_hot;
select test.sign_in('admin@alpha.test');
select test.tenant('alpha') as tenant \gset
update playbooks set is_active = false;
select create_endpoint(:'tenant', 'Result', 'https://hook.example/x',
    'standard') as endpoint \gset
select create_endpoint(:'tenant', 'Off', 'https://hook.example/off',
    'standard') as off \gset
update webhook_endpoints set is_active = false where id = :'off';
select save_playbook_draft(:'tenant', null, 'Tells', null,
    jsonb_build_object('trigger', '{"kind": "manual"}'::jsonb, 'steps',
    jsonb_build_array(
        jsonb_build_object('kind', 'webhook', 'endpoint', :'endpoint'),
        '{"kind": "alert", "severity": "info", "title": "Look"}'::jsonb,
        jsonb_build_object('kind', 'webhook', 'endpoint', :'endpoint'),
        jsonb_build_object('kind', 'webhook', 'endpoint', :'off'),
        '{"kind": "email", "to": "contacts", "subject": "Hello",
            "body": "Hello"}'::jsonb))) as id \gset
select publish_playbook(:'tenant', :'id');
insert into accounts (name) values ('Told') returning id as account \gset
insert into contacts (account_id, full_name, email) values
    (:'account', 'Ann', 'ann@told.example'),
    (:'account', 'Ben', 'ben@told.example');
select trigger_playbook_manually(:'id', :'account') is not null;

select test.as_operator();
select is((select count(*) from test.deliveries(:'account')), 4::bigint,
    'four deliveries are under way');
select is(test.run(:'account'), 'queued; Webhook queued. Alert raised. '
    'Webhook queued. E-mail to 2 people.; It has no active endpoint to send '
    'to.', 'a run that waits for them');
select id, test.delivery(:'account', 1) as first,
    test.delivery(:'account', 2) as second,
    test.delivery(:'account', 3) as ann, test.delivery(:'account', 4) as ben
from mainstay.playbook_executions where account_id = :'account' \gset run_
select is(mainstay.run_of_delivery(:'tenant', :'account', :'id', d.id::uuid),
    :'run_id'::uuid, 'delivery ' || d.place || ' knows its run')
from test.deliveries(:'account') d order by d.place;
select is(mainstay.run_of_delivery(:'tenant', :'account', :'id',
    gen_random_uuid()), null, 'another has none');
select is(mainstay.run_of_delivery(test.tenant('beta'), :'account', :'id',
    :'run_first'), null, 'nor in another tenant');

update mainstay.webhook_hot set attempts = 0, max_attempts = 1;
select test.ends(:'run_second', 200);
select matches(test.run(:'account'), '^queued; Webhook queued. Alert raised. '
    'Answered 200.', 'it waits for the others');
select test.ends(:'run_first', 400);
select is(test.run(:'account'), 'queued; Alert raised. Answered 200. '
    'E-mail to 2 people.; Answered 400. It has no active endpoint to send '
    'to.', 'the error of a step stands beside that of another');
select test.ends(:'run_ann', 250);
select matches(test.run(:'account'), '^queued;', 'mail waits for the last');
select test.ends(:'run_ben', null, 'No such mailbox.');
select is(test.run(:'account'), 'succeeded; Alert raised. Answered 200. '
    'E-mail to 2 people.; Answered 400. It has no active endpoint to send '
    'to. ben@told.example: No such mailbox.', 'one that arrived is enough');

-- What failed goes again.
select test.sign_in('admin@alpha.test');
select is(api.retry_webhook(:'run_first'), :'run_first'::uuid,
    'the first goes again');
select matches(test.run(:'account'), '^queued; Queued again. Alert raised.',
    'and is waited for');
select is(api.discard_webhook(:'run_first'), :'run_first'::uuid,
    'it is given up');
select matches(test.run(:'account'), '^succeeded; .*; Discarded by a person. It '
    'has', 'which its step says');
select is((select reason from playbook_executions x
    where x.id = run_of_delivery(:'tenant', :'account', :'id',
        :'run_ben')), 'Run by hand.', 'a delivery shows its reason');

-- Steps alone.
select is((steps_outcome(s::jsonb)).status, o, s)
from (values ('[{"status": "done"}, {"status": "failed"}]', 'failed'),
    ('[{"status": "failed"}, {"status": "delivered"}]', 'succeeded'),
    ('[{"status": "suppressed"}]', 'skipped')) c (s, o);

select * from finish();
rollback;
