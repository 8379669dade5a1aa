-- health_queue.sql - who waits to be scored: facts, runs, retries, the sweep.

begin;
select no_plan();

create function test.publish(p_document jsonb) returns uuid
language sql as $$
    update mainstay.scorecard_versions set status = 'retired'
    where status = 'published';
    insert into mainstay.scorecard_versions (scorecard_id, version, status,
        document)
    select id, 100 + (select count(*) from mainstay.scorecard_versions),
        'published', p_document
    from mainstay.scorecards where is_default
    returning id
$$;

-- A sign-in of accounts, in one statement.
create function test.signs_in(p_accounts uuid[]) returns void
language sql as $$
    insert into mainstay.usage_metrics (account_id, metric_type,
        metric_value)
    select a, 'logins', 1 from unnest(p_accounts) a
$$;

-- The rows that wait, of accounts named so.
create function test.queued(p_name text) returns text
language sql security definer as $$
    select coalesce(string_agg(concat_ws(' ', a.name,
        case when q.is_bulk then 'bulk' end, nullif(q.attempts, 0),
        ceil(extract(epoch from q.retry_at - clock_timestamp())) || 's', q.error), ', '
        order by a.name, q.id), 'nobody')
    from mainstay.health_queue q
    join mainstay.accounts a on a.tenant_id = q.tenant_id
        and a.id = q.account_id
    where a.name ~ p_name
$$;

-- As the worker does it, until nobody is left; how many rows in which order.
create function test.drain(p_limit int default 100) returns text
language plpgsql as $$
declare
    n int;
    all_n text := '';
begin
    execute 'set local role mainstay_worker';
    loop
        n := api.rescore_queued(p_limit);
        exit when n = 0;
        all_n := all_n || ' ' || n;
    end loop;
    execute 'reset role';
    return ltrim(all_n);
end $$;

-- As if the time had come for those who were put off.
create function test.wait() returns void
language sql security definer as $$
    update mainstay.health_queue set retry_at = now()
    where retry_at is not null
$$;

create function test.fails() returns trigger language plpgsql as $$
begin
    if (select a.name ~ 'Broken' from mainstay.accounts a
            where a.tenant_id = new.tenant_id and a.id = new.account_id) then
        raise exception 'no luck with %', new.overall_score;
    end if;
    return new;
end $$;

select test.as_operator();
delete from health_queue;
select test.sign_in('admin@alpha.test');
select test.publish(mainstay.preset('adoption'));
insert into accounts (name) select 'Queue ' || n from generate_series(1, 5) n;
select array_agg(id order by name) as ids from accounts
where name ~ '^Queue' \gset

-- Facts.
select test.sign_in('contributor@alpha.test');
select test.signs_in((:'ids'::uuid[])[1:3]);
select is(test.queued('^Queue'), 'nobody', 'three accounts are scored at once'),
    is((select string_agg(coalesce(health_score, -1)::text, ' ' order by name)
        from accounts where name ~ '^Queue'), '30 30 30 -1 -1', 'with a score');
select test.signs_in((:'ids'::uuid[])[2:5]);
select is(test.queued('^Queue'), 'Queue 2, Queue 3, Queue 4, Queue 5',
    'four wait');
select test.signs_in((:'ids'::uuid[])[2:5]);
select is(test.queued('^Queue [23]'), 'Queue 2, Queue 2, Queue 3, Queue 3',
    'whoever queues adds rows of his own');
insert into usage_metrics (account_id, metric_type, metric_value)
select unnest(:'ids'::uuid[]), 'page_views', 1;
select is(test.queued('^Queue'),
    'Queue 2, Queue 2, Queue 3, Queue 3, Queue 4, Queue 4, Queue 5, Queue 5',
    'facts that no scorecard reads queue nobody');
select test.as_operator();
select is(test.drain(), '8', 'they are scored with all their rows');
select is((select count(*) from health_scores
    where account_id = (:'ids'::uuid[])[5]), 1::bigint, 'once');

-- One that fails.
update accounts set name = 'Broken' where id = (:'ids'::uuid[])[5];
create trigger test_fails before insert on health_scores
    for each row execute function test.fails();
insert into accounts (tenant_id, name) select test.tenant('alpha'),
    'Late ' || n from generate_series(1, 4) n;
insert into accounts (tenant_id, name)
values (test.tenant('alpha'), 'Broken too') returning id as broken \gset
select test.sign_in('contributor@alpha.test');
select is(test.outcome(format('select test.signs_in(array[%L::uuid])',
    :'broken')), '1', 'facts of an account that cannot be scored are taken');
select test.signs_in(array(select id from accounts
    where name ~ '^(Late|Broken too)'));
select test.as_operator();
select is(test.drain(), '5', 'it is scored with the others');
select is((select count(*) from accounts where name ~ '^Late'
    and health_score = 30), 4::bigint, 'which it does not hold up');
select is(test.queued('^Broken'),
    'Broken too bulk 1 5s no luck with 30 (P0001)',
    'it is put off with what was wrong');
select is(api.unscorable(), 1, 'and counted');
select test.sign_in('contributor@alpha.test');
select test.signs_in(array(select id from accounts
    where name ~ '^(Late|Broken too)'));
select test.as_operator();
select test.drain();
select is(test.queued('^Broken'),
    'Broken too bulk 1 5s no luck with 30 (P0001)',
    'further facts do not hasten it');
select test.wait();
select test.drain();
select is(test.queued('^Broken'),
    'Broken too bulk 2 10s no luck with 30 (P0001)', 'later and later');
update health_queue set attempts = 30;
select test.wait();
select test.drain();
select is(test.queued('^Broken'),
    'Broken too bulk 31 3600s no luck with 30 (P0001)', 'at most an hour');

-- A run over the whole tenant.
select test.sign_in('admin@alpha.test');
select api.queue_tenant('request') as run \gset
select is(accounts, (select count(*)::int from accounts), 'a run has all'),
    is(waiting, accounts, 'who all wait'), is(done, 0, 'none is done'),
    is(failed, 0, 'none has failed'), is(finished_at, null, 'it goes on')
from mainstay.health_progress(:'run');
select is(requested_by, test.person('admin@alpha.test'), 'it says who asked'),
    is(reason, 'request', 'and why') from health_runs where id = :'run';
select test.as_operator();
select isnt(test.drain(2), '', 'it is scored two by two');
select test.sign_in('viewer@alpha.test');
select is(done, accounts - 1, 'all are done'), is(waiting, 0, 'nobody waits'),
    is(failed, 1, 'but for one, which was tried again at once'),
    isnt(finished_at, null, 'and the run is finished')
from mainstay.health_progress(:'run');
select test.as_operator();
drop trigger test_fails on health_scores;
select test.wait();
select test.drain();
select test.sign_in('viewer@alpha.test');
select is(done, accounts, 'in the end all are done'), is(failed, 0, 'really')
from mainstay.health_progress(:'run');

-- Those that a version applies to.
select test.sign_in('admin@alpha.test');
select api.queue_tenant('publish', gen_random_uuid()) as run \gset
select is(accounts, 0, 'a version that applies to nobody queues nobody'),
    isnt(finished_at, null, 'and is finished')
from mainstay.health_progress(:'run');
select api.queue_tenant('publish', (select id from scorecard_versions
    where status = 'published')) as run \gset
select is(waiting, (select count(*)::int from accounts),
    'one that applies to all, all') from mainstay.health_progress(:'run');

-- Facts go first.
select test.signs_in(array(select id from accounts where name ~ '^Late'));
select test.as_operator();
set local role mainstay_worker;
select is(api.rescore_queued(100), 8,
    'those with new facts go before the rest of their tenant');
reset role;
delete from health_queue;

-- Who may.
select test.sign_in('practitioner@alpha.test');
select is(test.outcome('select api.queue_tenant(''request'')'), 'MS403',
    'a Practitioner queues no tenant');
select test.sign_in('admin@alpha.test');
select is(test.outcome(format('select api.queue_tenant(%L)', reason)),
    'MS422', format('%s is no reason', coalesce(reason, 'nothing')))
from (values ('sweep'), ('x'), (null)) t (reason);
select test.sign_in('admin@beta.test');
select is(test.rows(format('select 1 from mainstay.health_progress(%L)',
    :'run')), 0::bigint, 'another tenant does not see the run');
select is(test.rows('select 1 from health_queue where account_id = any ('
    || quote_literal(:'ids') || ')'), 0::bigint, 'nor who waits');

-- The sweep.
select test.as_operator();
delete from health_queue;
delete from health_runs;
update scorecard_versions set status = 'retired'
where status = 'published' and tenant_id = test.tenant('beta');
update accounts set status = 'churned' where name = 'Queue 1';
set local role mainstay_worker;
select api.sweep_scores() as swept \gset
select is(api.sweep_scores(), 0, 'a day is swept once');
reset role;
select is(:'swept'::bigint, (select count(*) from accounts
    where tenant_id = test.tenant('alpha') and status <> 'churned'),
    'the sweep queues who has not churned');
select is((select string_agg(slug || ' ' || accounts, ', ')
    from health_runs join tenants t on t.id = tenant_id),
    'alpha ' || :'swept', 'in tenants whose scores change with time');
update health_runs set swept_on = swept_on - 1;
set local role mainstay_worker;
select is(api.sweep_scores(), :'swept'::int, 'the next day again');
reset role;
delete from health_runs;
select test.sign_in('admin@alpha.test');
select test.publish(mainstay.preset('standard'));
select test.as_operator();
set local role mainstay_worker;
select is(api.sweep_scores(), 0,
    'not where scores are made of what people give');
reset role;
select test.sign_in('admin@alpha.test');
select test.publish(mainstay.preset('standard')
    || '{"hysteresis": {"days": 3}}');
select test.as_operator();
set local role mainstay_worker;
select cmp_ok(api.sweep_scores(), '>', 0, 'but where bands hold for days');
reset role;

-- Recency decays without a new fact.
delete from health_queue;
select test.sign_in('admin@alpha.test');
select test.publish(mainstay.preset('adoption'));
insert into accounts (name) values ('Quiet') returning id as quiet \gset
select test.signs_in(array[:'quiet'::uuid]);
select test.as_operator();
insert into usage_metrics (tenant_id, account_id, metric_type, metric_value,
    observed_at)
values (test.tenant('alpha'), :'quiet', 'logins', 1,
    now() - interval '20 days');
delete from usage_metrics where account_id = :'quiet'
    and observed_at > now() - interval '1 day';
insert into health_queue (tenant_id, account_id)
values (test.tenant('alpha'), :'quiet');
select is(health_score, 30, 'an account that was active') from accounts
where id = :'quiet';
select test.drain();
select is(health_score, 5, 'falls when it has been quiet') from accounts
where id = :'quiet';

-- A change of the account itself.
delete from health_queue;
select test.sign_in('admin@alpha.test');
insert into accounts (name, current_stage, arr_cents)
values ('Changing', 'Adoption', 100) returning id as changing \gset
update accounts set arr_cents = 200 where id = :'changing';
select is(test.queued('^Changing'), 'nobody',
    'an account that no scorecard looks at is not queued');
select test.publish(mainstay.preset('lifecycle'));
insert into health_scores (account_id, given) values (:'changing',
    '{"usage_frequency": 1, "breadth": 0, "depth": 0}');
select is(health_score, 50, 'in Adoption') from accounts
where id = :'changing';
update accounts set name = 'Changing still' where id = :'changing';
select is(test.queued('^Changing'), 'nobody', 'a name makes no score');
update accounts set current_stage = 'Onboarding' where id = :'changing';
select is(test.queued('^Changing'), 'Changing still', 'a stage may');
select test.as_operator();
select test.drain();
select is(health_score, 60, 'in Onboarding') from accounts
where id = :'changing';
insert into health_queue (tenant_id, account_id)
values (test.tenant('alpha'), :'changing');
select test.drain();
select is(count(*), 2::bigint, 'and then nothing is new') from health_scores
where account_id = :'changing';
select test.sign_in('practitioner@alpha.test');
insert into account_profiles (account_id, nps) values (:'changing', 50);
select is(test.queued('^Changing'), 'Changing still',
    'a profile wakes the engine too');


-- One that takes longer than the statement may.
select test.as_operator();
create function test.lasts() returns trigger language plpgsql as $$
begin
    if (select a.name = 'Slow' from mainstay.accounts a
            where a.tenant_id = new.tenant_id and a.id = new.account_id) then
        perform pg_sleep(10);
    end if;
    return new;
end $$;
create trigger test_lasts before insert on health_scores
    for each row execute function test.lasts();
select test.sign_in('admin@alpha.test');
select test.publish(mainstay.preset('adoption'));
insert into accounts (name) values ('Slow') returning id as slow \gset
select test.sign_in('contributor@alpha.test');
set local statement_timeout = '200ms';
select test.signs_in(array[:'slow'::uuid]);
reset statement_timeout;
select is(test.queued('^Slow'), 'Slow',
    'a fact is taken when its score takes too long, and its account waits');

select * from finish();
rollback;
