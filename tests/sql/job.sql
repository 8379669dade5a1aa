-- job.sql - jobs: who may ask for them, see them and stop them, and as whom
-- they are worked off. What items do is in tests/http and tests/worker.

begin;
select no_plan();

create function test.ask(p_needs text default 'Practitioner') returns uuid
language sql as $$
    select mainstay.add_job(app.current_tenant_id(), 'account_bulk', p_needs,
        '[{"action": "create", "account": {"name": "Added"}}]')
$$;
create function test.status(p_job uuid) returns text
language sql security definer as $$
    select j.status || ' ' || j.done || '/' || j.total
    from mainstay.jobs j where j.id = p_job
$$;

select test.as_operator();
delete from jobs;
select test.sign_in('viewer@alpha.test');
select throws_ok('select test.ask()', '42501', null,
    'whoever may not change accounts asks for none');
select test.sign_in('practitioner@alpha.test');
select throws_ok('select test.ask(''Tenant Admin'')', '42501', null,
    'nor for one that needs more than one is');
select test.ask() as mine \gset
select is((select count(*)::int from jobs), 1, 'who asked sees it');
select throws_ok(format('update jobs set done = 1 where id = %L', :'mine'),
    '42501', null, 'and writes nothing of it');
select test.sign_in('contributor@alpha.test');
select is((select count(*)::int from jobs) + (select count(*)::int
    from job_items), 0, 'others of the tenant do not');
select test.sign_in('admin@beta.test');
select is((select count(*)::int from jobs), 0, 'nor do other tenants');
select throws_ok(format('select mainstay.cancel_job(%L, %L)',
    test.tenant('beta'), :'mine'), 'MS404', null, 'who cannot stop it');

select test.sign_in('admin@alpha.test');
select test.ask('Tenant Admin') as theirs \gset
select test.sign_in('practitioner@alpha.test');
select throws_ok(format('select mainstay.cancel_job(%L, %L)',
    test.tenant('alpha'), :'theirs'), 'MS403', null,
    'that of an administrator is not for a practitioner to stop');
select test.sign_in('admin@alpha.test');
select mainstay.cancel_job(test.tenant('alpha'), :'theirs');
select is(test.status(:'theirs'), 'cancelled 0/1', 'but for him it is');
select throws_ok(format('select mainstay.cancel_job(%L, %L)',
    test.tenant('alpha'), :'theirs'), 'MS409', null, 'once');

select test.as_operator();
set local role mainstay_worker;
select is(api.work_jobs(10), 1, 'the worker does the one that is left');
select is(api.work_jobs(10), 0, 'and no other');
select test.as_operator();
select is(test.status(:'mine'), 'done 1/1', 'which is done');
select is((select count(*)::int from accounts where name = 'Added'
    and tenant_id = test.tenant('alpha')), 1, 'in its tenant');
select is((select distinct actor_id from audit_log where object_id = (
    select object_id::text from job_items where job_id = :'mine')),
    (select user_id from profiles where email = 'practitioner@alpha.test'),
    'in the name of who asked');
update jobs set finished_at = now() - interval '31 days'
where id = :'mine';
set local role mainstay_worker;
select is(api.sweep_jobs(), 1::bigint, 'what ended long ago is forgotten');

select * from finish();
rollback;
