-- usage.sql - telemetry: facts with two times, in months.

begin;
select plan(25);

select test.sign_in('practitioner@alpha.test');
insert into accounts (name) values ('Measured') returning id as id \gset

select lives_ok(format($$insert into usage_metrics (account_id, metric_type,
    metric_value) values (%L, 'logins', 12.5)$$, :'id'),
    'a fact of today is recorded');
select lives_ok(format($$insert into usage_metrics (account_id, metric_type,
    metric_value, observed_at) values (%L, 'logins', 3, '1999-06-01')$$,
    :'id'), 'a fact of a month without a partition is not lost');
select lives_ok(format($$insert into cdi_events (account_id, source_type,
    event_type) values (%L, 'support', 'ticket_opened')$$, :'id'),
    'an event is recorded');
select is((select count(*)::int from usage_metrics where account_id = :'id'),
    2, 'facts are read through the parent');
select cmp_ok((select recorded_at from usage_metrics where account_id = :'id'
    and observed_at < '2000-01-01'), '>', '2020-01-01'::timestamptz,
    'a fact says when it was learned, besides when it was so');
select throws_ok(format($$insert into usage_metrics (account_id, metric_type,
    metric_value) values (%L, 'Logins!', 1)$$, :'id'), '23514', null,
    'a kind of metric is a plain word');
select ok(test.outcome($$insert into usage_metrics (account_id, metric_type,
    metric_value) values (gen_random_uuid(), 'logins', 1)$$)
    in ('23503', 'MS404'), 'a fact belongs to an account');
select is(test.outcome('select 1 from usage_metrics_default'), '42501',
    'a partition is not read by itself');

-- The times of a fact are not for the program to choose.
select throws_ok(format($$insert into %s, observed_at)
    values (%L, %s, now() + interval '6 minutes')$$, fact, :'id', sample),
    'MS422', 'A fact cannot be observed in the future.',
    'not in the future: ' || fact)
from (values
    ('usage_metrics (account_id, metric_type, metric_value', $$'logins', 1$$),
    ('cdi_events (account_id, source_type, event_type', $$'crm', 'call'$$),
    ('survey_responses (account_id, kind, score', $$'nps', 9$$),
    ('sentiment_analyses (account_id, source_type, text_body',
        $$'mail', 'Hello'$$)) t (fact, sample);
insert into usage_metrics (account_id, metric_type, metric_value,
    observed_at, recorded_at)
values (:'id', 'backdated', 1, now() - interval '9 days',
    now() - interval '9 days');
select is(recorded_at, now(), 'nobody claims to have known it before')
from usage_metrics where account_id = :'id' and metric_type = 'backdated';

-- Facts stay.
select test.sign_in('admin@alpha.test');
select is(test.outcome(format('update usage_metrics set metric_value = 0
    where account_id = %L', :'id')), '42501', 'nobody changes a fact');
select is(test.outcome(format('delete from cdi_events
    where account_id = %L', :'id')), '42501', 'nobody deletes an event');

-- Tenants and roles.
select test.sign_in('viewer@alpha.test');
select is(test.rows(format('select 1 from usage_metrics
    where account_id = %L', :'id')), 3::bigint, 'a Viewer reads facts');
select is(test.outcome(format($$insert into usage_metrics (account_id,
    metric_type, metric_value) values (%L, 'logins', 1)$$, :'id')), '42501',
    'but records none');
select test.sign_in('admin@beta.test');
select is(test.rows(format('select 1 from usage_metrics
    where account_id = %L', :'id')), 0::bigint,
    'another tenant does not see them');
select ok(test.outcome(format($$insert into usage_metrics (account_id,
    metric_type, metric_value) values (%L, 'logins', 1)$$, :'id'))
    in ('23503', 'MS404'), 'nor records for the account');

-- Months, made ahead.
select test.as_operator();
select cmp_ok((select count(*)::int from pg_inherits i
    where i.inhparent = 'usage_metrics'::regclass), '>=', 4,
    'months are made ahead of time');
select ok(to_regclass('mainstay.usage_metrics_'
    || to_char(now() + interval '1 month', 'YYYY_MM')) is not null,
    'next month is there');
update usage_metrics set recorded_at = '1999-06-02'
where account_id = :'id' and observed_at < '2000-01-01';
set local role mainstay_owner;
select mainstay.make_partition('usage_metrics', '1999-06-01');
select test.as_operator();
select is(tableoid::regclass::text, 'usage_metrics_1999_06',
    'facts move into the month when it gets its partition'),
    is(recorded_at, '1999-06-02', 'and stay as old as they were')
from usage_metrics where account_id = :'id' and observed_at < '2000-01-01';
select is((select relrowsecurity and relforcerowsecurity from pg_class
    where oid = 'usage_metrics_1999_06'::regclass), true,
    'a new month is protected');
select is_empty('select * from api.catalogue_violations()',
    'and breaks no rule');

select * from finish();
rollback;
