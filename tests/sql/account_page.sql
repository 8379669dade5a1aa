-- account_page.sql - the days one can look back to, and what was so then.

begin;
select plan(20);

create function test.days(p_as_of integer, p_since integer)
returns text language sql as
$$ select test.outcome(format('select * from mainstay.page_days(%L, %L, %L,
    %L)', test.tenant('alpha'), (select id from mainstay.accounts
        where name = 'Then'), current_date - p_as_of,
    current_date - p_since)) $$;
create function test.arr(p_days integer) returns text language sql as
$$ select string_agg(a.value, ' ' order by a.key)
   from jsonb_each_text(api.account_at(test.tenant('alpha'), (
       select id from mainstay.accounts where name = 'Then'),
       now() - p_days * interval '1 day')) a
   where a.key in ('arr_cents', 'tier') $$;

select is(app.end_of_day(current_date), now(), 'today ends now');
select is(app.end_of_day(current_date + 5), now(), 'a day to come ends now');
select is(app.end_of_day(null), now(), 'no day ends now');
select is(app.end_of_day('2026-02-28'),
    timestamptz '2026-02-28 23:59:59.999999+00',
    'a day that is over ends with its last moment, UTC');
select is(app.day_text('2026-03-01', '2026-02-28'), 'tomorrow',
    'a day is named as seen from another');

select test.sign_in('practitioner@alpha.test');
insert into accounts (name, arr_cents, tier, crm_attributes, created_at)
values ('Then', 100, 'trial', '{"region": "North"}',
    now() - interval '100 days')
returning id as account \gset

select is(test.days(null, null), '1', 'no day is a right day');
select is(test.days(100, null), '1', 'so is the first');
select is(test.days(0, 100), '1', 'and today, since the first');
select is(test.days(101, null), 'MS422', 'the day before it is refused');
select is(test.days(-1, null), 'MS422', 'and tomorrow');
select is(test.days(null, 0), 'MS422',
    'there is nothing between today and now');
select is(test.days(10, 10), 'MS422', 'nor since the same day');
select is(test.days(10, 101), 'MS422', 'nor since before the first');
select is_empty(format('select * from mainstay.page_days(%L, %L, null, null)',
    test.tenant('beta'), :'account'), 'another tenant has no such account');

update accounts set arr_cents = 200, tier = 'enterprise',
    crm_attributes = '{"region": "South"}' where id = :'account';
reset role;
update mainstay.audit_log set at = now() - interval '50 days'
where object_id = :'account' and action = 'accounts.update';
select test.sign_in('practitioner@alpha.test');
update accounts set arr_cents = 300 where id = :'account';
reset role;
update mainstay.audit_log set at = now() - interval '20 days'
where object_id = :'account' and action = 'accounts.update'
    and after ->> 'arr_cents' = '300';

select test.sign_in('viewer@alpha.test');
select is(test.arr(90), '100 trial', 'a Viewer sees the account of then');
select is(test.arr(30), '200 enterprise', 'between two changes');
select is(test.arr(0), '300 enterprise', 'and after both');
select is((select count(*) from audit_log), 0::bigint,
    'though not the log');

select test.sign_in('admin@beta.test');
select is(api.account_at(test.tenant('alpha'), :'account', now()), null,
    'nobody sees that of another tenant');
select is(api.account_at(test.tenant('beta'), :'account', now()), null,
    'nor under his own name');

select * from finish();
rollback;
