-- playbook_sweep.sql - what time brings about: renewals, usage, tickets,
-- silence and schedules.

begin;
select no_plan();

-- The last time at which sweeps were due, and its day.
create function test.due() returns timestamptz
language sql stable as $$
    select date_trunc('day', now() - interval '6 hours', 'UTC')
        + interval '6 hours'
$$;
create function test.today() returns date
language sql stable as $$ select (test.due() at time zone 'UTC')::date $$;

create function test.account(p_name text, p_renewal date default null)
returns uuid
language sql as $$
    insert into mainstay.accounts (name, renewal_date, created_at)
    values (p_name, p_renewal, now() - interval '1 year') returning id
$$;
-- A fact of days ago, known since.
create function test.used(p_account uuid, p_metric text, p_value float,
    p_days int) returns void
language sql security definer as $$
    insert into mainstay.usage_metrics (account_id, metric_type,
        metric_value, observed_at, recorded_at)
    select p_account, p_metric, p_value, at, at
    from (select test.due() - make_interval(days => p_days)) t (at)
$$;
-- What a trigger finds today at six, by name of the account.
create function test.found(p_trigger jsonb, p_due timestamptz default
    test.due()) returns jsonb
language sql as $$
    select coalesce(jsonb_object_agg(a.name, e.event), '{}')
    from mainstay.sweep_events(app.current_tenant_id(), p_trigger,
        array[p_due], now()) e
    join mainstay.accounts a on a.id = e.account_id
$$;
create function test.names(p_found jsonb) returns text
language sql as $$
    select coalesce(string_agg(k, ' ' order by k), '')
    from jsonb_object_keys(p_found) k
$$;

create function test.listen(p_name text, p_trigger jsonb,
    p_conditions jsonb default null) returns uuid
language plpgsql security definer as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_id constant uuid := mainstay.save_playbook_draft(v_tenant, null,
        p_name, null, jsonb_build_object('trigger', p_trigger,
        'steps', '[{"kind": "alert", "severity": "info", "title": "Told"}]'
            ::jsonb, 'limits', '{"cooldown_minutes": 0}'::jsonb)
        || case when p_conditions is null then '{}' else
            jsonb_build_object('conditions', p_conditions) end);
begin
    perform mainstay.publish_playbook(v_tenant, v_id);
    set local session_replication_role = replica;
    update mainstay.playbook_versions
    set published_at = now() - interval '40 days' where playbook_id = v_id;
    set local session_replication_role = origin;
    return v_id;
end $$;
create function test.told(p_playbook uuid) returns text
language sql as $$
    select coalesce(string_agg(a.name, ' ' order by a.name), '')
    from mainstay.playbook_executions e
    join mainstay.accounts a on a.id = e.account_id
    where e.playbook_id = p_playbook
$$;

-- When they are due.
select is(mainstay.playbook_dues(trigger, '2026-03-01 12:00Z',
    '2026-03-15 07:30Z'), want::timestamptz[], format('%s is due then',
    trigger))
from (values
    ('{"kind": "usage_decline", "metric": "x"}'::jsonb,
        '{2026-03-02 06:00Z,2026-03-09 06:00Z}'),
    ('{"kind": "schedule", "every": "week", "on": 7, "hour": 7}',
        '{2026-03-08 07:00Z,2026-03-15 07:00Z}'),
    ('{"kind": "schedule", "every": "month", "on": 4}',
        '{2026-03-04 00:00Z}'),
    ('{"kind": "schedule", "every": "month", "on": 20}', '{}'),
    ('{"kind": "stage_transition"}', '{}')) t (trigger, want);
select is(mainstay.playbook_dues('{"kind": "inactivity"}',
    '2026-03-01 06:00Z', '2026-03-03 06:00Z'),
    '{2026-03-02 06:00Z,2026-03-03 06:00Z}',
    'the end of the span belongs to it, its start does not');

select test.sign_in('admin@alpha.test');
delete from accounts;

-- Renewals.
select test.account('Today', test.today()), test.account('Later',
    test.today() + 30), test.account('Too late', test.today() + 31),
    test.account('Over', test.today() - 1), test.account('Gone',
    test.today() + 9), test.account('Never');
update accounts set status = 'churned' where name = 'Gone';
select test.found('{"kind": "renewal_due", "days": 30}') as found \gset
select is(test.names(:'found'), 'Later Today',
    'renewals up to that many days ahead');
select is(:'found'::jsonb -> 'Later', jsonb_build_object('days', 30,
    'renewal_date', test.today() + 30, 'occasion', test.today() + 30),
    'with the days that are left');

-- Usage, from week to week.
select test.account('Half'), test.account('Same'), test.account('Less'),
    test.account('Nothing'), test.account('New');
select test.used(id, 'logins', v.before, d), test.used(id, 'logins', v.now,
    d - 7), test.used(id, 'other', 1 + d % 2, d)
from accounts, generate_series(8, 14) d, (values ('Half', 10, 5),
    ('Same', 10, 9), ('Less', 100, 70), ('New', 0, 3)) v (name, before, now)
where accounts.name = v.name;
select test.used(id, 'logins', 10, 9) from accounts where name = 'Nothing';
select test.found('{"kind": "usage_decline", "metric": "logins"}')
    as found \gset
select is(test.names(:'found'), 'Half Less Nothing',
    'usage that fell by 30 percent or more');
select is(:'found'::jsonb -> 'Less' ->> 'percent', '30', 'exactly 30 is'),
    is(:'found'::jsonb -> 'Nothing' ->> 'percent', '100', 'nothing at all is');
select is(test.names(test.found('{"kind": "usage_decline",
    "metric": "logins", "percent": 50}')), 'Half Nothing', 'or by 50');
select test.used(id, 'logins', 1000, 0) from accounts where name = 'Half';
select is(test.names(test.found('{"kind": "usage_decline",
    "metric": "logins", "percent": 50}')), 'Half Nothing',
    'today is not over');

-- Tickets.
select test.account('Metric'), test.account('Events'), test.account('Few'),
    test.account('First'), test.account('Usual');
select test.used(id, 'support_tickets', v.before, 9),
    test.used(id, 'support_tickets', v.now, 2)
from accounts, (values ('Metric', 2, 4), ('Few', 0, 2), ('First', 0, 3),
    ('Usual', 4, 7)) v (name, before, now) where accounts.name = v.name;
insert into cdi_events (account_id, source_type, event_type, observed_at)
select id, 'support', t, test.due() - make_interval(days => d) from accounts,
    (values ('ticket_created', 1), ('ticket_created', 2),
        ('ticket_created', 3), ('ticket_solved', 3), ('ticket_created', 9))
    v (t, d) where name = 'Events';
select test.found('{"kind": "ticket_spike"}') as found \gset
select is(test.names(:'found'), 'Events First Metric',
    'twice as many tickets, and at least three');
select is((:'found'::jsonb -> 'Metric') - 'occasion', '{"tickets": 4,
    "previous_tickets": 2, "percent": 100, "days": 7}', 'how many they were');
select is(test.names(test.found('{"kind": "ticket_spike",
    "at_least": 2, "percent": 50}')), 'Events Few First Metric Usual',
    'with other numbers others');
select is(mainstay.days_apart('{2026-01-01,2026-01-03,2026-01-08,2026-01-14,'
    '2026-01-15}', 7), '{2026-01-01,2026-01-08,2026-01-15}',
    'told again after as many days as are compared');

-- Silence.
select test.found('{"kind": "inactivity", "days": 5}') as found \gset
select is(:'found'::jsonb -> 'Nothing' ->> 'occasion',
    (test.today() - 9)::text, 'by the last sign of life'),
    is(:'found'::jsonb -> 'Nothing' ->> 'days', '9', 'so long ago'),
    is(:'found'::jsonb -> 'Never' ->> 'occasion',
        ((now() - interval '1 year') at time zone 'UTC')::date::text,
        'or by the day it was made'),
    ok(not :'found'::jsonb ? 'Half', 'usage is a sign'),
    ok(not :'found'::jsonb ? 'Events', 'so is an event'),
    ok(not :'found'::jsonb ? 'Gone', 'who has churned may be silent');
select test.used(id, 'logins', 0, 1) from accounts where name = 'Nothing';
select ok(test.found('{"kind": "inactivity", "days": 5}') ? 'Nothing',
    'usage of nothing is no sign');

-- Schedules.
select is(test.names(test.found('{"kind": "schedule", "every": "day"}')), (
    select string_agg(name, ' ' order by name) from accounts
    where status <> 'churned'), 'a schedule is for all who have not churned');

-- Several days at once are what each of them would have found.
select test.as_operator();
select set_eq(format($$
    select due_at, account_id, event - 'days'
    from mainstay.sweep_events(%1$L, %2$L, mainstay.playbook_dues(%2$L,
        now() - interval '20 days', now()))$$, test.tenant('alpha'), trigger),
    format($$
    select distinct on (account_id, case %2$L::jsonb ->> 'kind'
            when 'ticket_spike' then d::text else event ->> 'occasion' end)
        d, account_id, event - 'days'
    from unnest(mainstay.playbook_dues(%2$L, now() - interval '20 days',
        now())) d
    cross join lateral mainstay.sweep_events(%1$L, %2$L, array[d]) e
    order by account_id, case %2$L::jsonb ->> 'kind' when 'ticket_spike'
        then d::text else event ->> 'occasion' end, d$$,
    test.tenant('alpha'), trigger), format('%s by day or at once', trigger))
from (values ('{"kind": "renewal_due", "days": 30}'::jsonb),
    ('{"kind": "usage_decline", "metric": "logins"}'),
    ('{"kind": "ticket_spike", "days": 1}'),
    ('{"kind": "inactivity", "days": 5}'),
    ('{"kind": "schedule", "every": "week", "on": 3}')) t (trigger);

select test.sign_in('admin@alpha.test');

-- The sweeps themselves.
select test.listen('Renew 30', '{"kind": "renewal_due", "days": 30}')
    as soon \gset
select test.listen('Renew 0', '{"kind": "renewal_due", "days": 0}')
    as today \gset
select test.listen('Paused', '{"kind": "renewal_due", "days": 90}')
    as paused \gset
update playbooks set is_active = false where id = :'paused';
select test.as_role('mainstay_worker');
select is(api.sweep_playbooks(), 3, 'a sweep wakes the playbooks that are due');
select test.sign_in('admin@alpha.test');
select is(test.told(:'soon'), 'Later Today', 'each by what it looks for'),
    is(test.told(:'today'), 'Today', 'and not by what another does'),
    is(test.told(:'paused'), '', 'one that is paused sleeps');
select is((select array_agg(accounts order by accounts) from playbook_sweeps
    where playbook_id in (:'soon', :'today', :'paused')), '{0,1,2}',
    'it is written down');
select ok((select is_skipped from playbook_sweeps
    where playbook_id = :'paused'), 'also that it was paused');
update playbooks set is_active = true where id = :'paused';
select test.as_role('mainstay_worker');
select is(api.sweep_playbooks(), 0, 'the same day is not swept again');
select test.sign_in('admin@alpha.test');
select is(test.told(:'paused'), '', 'nor made up for');
select test.account('Meanwhile', test.today() + 3);
select test.as_operator();
delete from mainstay.playbook_sweeps;
select test.as_role('mainstay_worker');
select is(api.sweep_playbooks(), 5,
    'the next time tells what was not told before');
select test.sign_in('admin@alpha.test');
select is(test.told(:'soon'), 'Later Meanwhile Today',
    'a renewal date is told once');
update accounts set renewal_date = test.today() + 5 where name = 'Today';
select test.as_operator();
delete from mainstay.playbook_sweeps;
select test.as_role('mainstay_worker');
select api.sweep_playbooks();
select test.sign_in('admin@alpha.test');
select is(test.told(:'soon'), 'Later Meanwhile Today Today',
    'another date is another renewal');
select test.listen('Daily', '{"kind": "schedule", "every": "day", "hour": 6}',
    jsonb_build_object('field', 'renewal', 'is', 'before', 'value',
        test.today())) as daily \gset
select test.as_role('mainstay_worker');
select api.sweep_playbooks();
select test.sign_in('admin@alpha.test');
select is(test.told(:'daily'), 'Over',
    'a schedule is for whom its conditions choose'),
    is((select accounts from playbook_sweeps where playbook_id = :'daily'), 1,
        'and leaves no decision about the rest');
select is_empty('select from playbook_sweeps
    where tenant_id <> app.current_tenant_id()', 'a tenant sees its own');

select * from finish();
rollback;
