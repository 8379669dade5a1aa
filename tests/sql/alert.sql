-- alert.sql - what a person should look at, and when exactly.

begin;
select plan(21);

-- The alerts that a score raises, beyond those of the one before.
create function test.raised(p_before int, p_after int) returns text
language plpgsql as $$
declare
    account uuid;
begin
    insert into mainstay.accounts (name) values ('Patient')
    returning id into account;
    if p_before is not null then
        insert into mainstay.health_scores (account_id, overall_score)
        values (account, p_before);
    end if;
    insert into mainstay.health_scores (account_id, overall_score)
    values (account, p_after);
    return (select coalesce(string_agg(a.kind, ' ' order by a.kind), 'none')
        from mainstay.alerts a
        where a.account_id = account and a.kind ~ '^health_'
            and a.detail like format('Health is %s (%%', p_after));
end $$;

select test.sign_in('practitioner@alpha.test');
select is(test.raised(before, after), want,
    format('%s, then %s: %s', coalesce(before::text, 'nothing'), after, want))
from (values
    (90, 80, 'none'),               -- exactly ten points is not a drop
    (90, 79, 'health_drop'),
    (85, 74, 'health_drop'),
    (65, 60, 'none'),
    (65, 59, 'health_below_60'),
    (59, 55, 'none'),               -- it was below already
    (45, 40, 'none'),
    (45, 39, 'health_below_40'),
    (39, 38, 'none'),
    (39, 20, 'health_drop'),
    (90, 35, 'health_below_40 health_below_60 health_drop'),
    (35, 90, 'none'),
    (null, 80, 'none'),
    (null, 50, 'health_below_60'),
    (null, 30, 'health_below_40 health_below_60')
    ) t (before, after, want);

-- Handling.
insert into accounts (name) values ('Red') returning id as id \gset
insert into health_scores (account_id, overall_score) values (:'id', 50);
select id as alert from alerts where account_id = :'id' limit 1 \gset
update alerts set status = 'acknowledged' where id = :'alert';
select is((select acknowledged_by from alerts where id = :'alert'),
    test.person('practitioner@alpha.test'),
    'an acknowledged alert says by whom');
update alerts set status = 'resolved' where id = :'alert';
select isnt((select resolved_at from alerts where id = :'alert'), null,
    'a resolved one says when');

-- Roles and tenants.
select test.sign_in('viewer@alpha.test');
select is(test.rows(format('select 1 from alerts where id = %L', :'alert')),
    1::bigint, 'a Viewer sees the alert');
select is(test.outcome(format('update alerts set status = %L where id = %L',
    'open', :'alert')), '0', 'but does not handle it');
select test.sign_in('admin@beta.test');
select is(test.rows(format('select 1 from alerts where id = %L', :'alert')),
    0::bigint, 'another tenant does not see it');
select test.as_operator();
select test.session('admin@alpha.test') as s \gset
select test.as_role('mainstay_app');
select cmp_ok((select open_alerts from api.begin_request(:'s')), '>', 0,
    'the bell counts open alerts');

select * from finish();
rollback;
