-- webhook_retry.sql - a delivery is sent again, or given up.

begin;
select plan(16);

select test.as_operator();
insert into mainstay.accounts (tenant_id, name)
values (test.tenant('alpha'), 'Sent to') returning id as account \gset
insert into mainstay.playbooks (tenant_id, name, trigger_type)
values (test.tenant('alpha'), 'Sends', 'manual') returning id as playbook \gset
select mainstay.create_endpoint(test.tenant('alpha'), 'Again',
    'https://receiver.example/', 'standard') as endpoint \gset
select mainstay.enqueue_webhook(:'endpoint', :'playbook', :'account', 'x',
    '{}') as id \gset
update mainstay.webhook_hot set next_attempt_at = now() + interval '1 day',
    attempts = 2 where id = :'id';
insert into mainstay.playbook_executions (tenant_id, playbook_id, account_id,
    status, webhook_id, steps)
values (test.tenant('alpha'), :'playbook', :'account', 'queued', :'id',
    jsonb_build_array(jsonb_build_object('kind', 'webhook',
        'status', 'queued', 'delivery', :'id')));

create function test.delivery(p_id uuid) returns text
language sql security definer as $$
    select status || ' ' || attempts from mainstay.webhook_queue
    where id = p_id
$$;
create function test.run(p_id uuid) returns text
language sql security definer as $$
    select status || coalesce(' ' || error_message, '')
    from mainstay.playbook_executions where webhook_id = p_id
$$;

select test.sign_in('contributor@alpha.test');
select is(test.outcome(format('select api.retry_webhook(%L)', :'id')),
    'MS403', 'a contributor does not send again');
select test.sign_in('practitioner@alpha.test');
select is(api.retry_webhook(:'id'), :'id'::uuid, 'a practitioner does');
select is((select next_attempt_at <= now() from webhook_hot
    where id = :'id'), true, 'what waits is due at once');
select is(test.outcome(format('select api.discard_webhook(%L)', :'id')),
    'MS403', 'to give up is for admins');

select test.sign_in('admin@alpha.test');
select is(api.discard_webhook(:'id'), :'id'::uuid, 'an admin gives up');
select is(test.delivery(:'id'), 'failed 2', 'then it has failed');
select is(test.run(:'id'), 'failed Discarded by a person.',
    'and so has its run');
select is(test.outcome(format('select api.discard_webhook(%L)', :'id')),
    'MS409', 'it is given up once');

select is(api.retry_webhook(:'id'), :'id'::uuid,
    'what failed is sent again under its own id');
select is(test.delivery(:'id'), 'pending 0', 'from the first attempt on');
select is(test.run(:'id'), 'queued', 'and its run is open');
select api.discard_webhook(:'id');
select is(api.retry_failed_webhooks('-1 hour'), 0::bigint,
    'what is older is left alone');
select is(api.retry_failed_webhooks('1 hour'), 1::bigint, 'all that failed at once');
select is(api.retry_failed_webhooks('1 hour'), 0::bigint, 'then none is left');

select test.sign_in('admin@beta.test');
select is(test.outcome(format('select api.retry_webhook(%L)', :'id')),
    'MS404', 'the delivery of another tenant is not found');
select is(test.outcome(format('select api.discard_webhook(%L)', :'id')),
    'MS404', 'nor given up');

select * from finish();
rollback;
