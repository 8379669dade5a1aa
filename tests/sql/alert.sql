-- alert.sql - what a person should look at, and when exactly.

begin;
select plan(41);

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

-- All alerts of an account, after scores so many days ago.
create function test.told(p_scores jsonb) returns text
language plpgsql as $$
declare
    v_account uuid;
    v_day int;
    v_score int;
begin
    insert into mainstay.accounts (name) values ('Patient')
    returning id into v_account;
    for v_day, v_score in select k::int, v::int
        from jsonb_each_text(p_scores) s (k, v) order by k::int desc
    loop
        insert into mainstay.health_scores (account_id, overall_score,
            observed_at)
        values (v_account, v_score, now() - make_interval(days => v_day));
        perform test.date_alerts(v_account, v_day);
    end loop;
    return (select coalesce(string_agg(replace(a.kind, 'health_', ''), ' '
            order by a.created_at, a.kind), 'none')
        from mainstay.alerts a where a.account_id = v_account);
end $$;
create function test.date_alerts(p_account uuid, p_days int) returns void
language plpgsql security definer as $$
begin
    set local session_replication_role = replica;
    update mainstay.alerts set created_at = now()
        - make_interval(days => p_days)
    where account_id = p_account and created_at >= now();
    set local session_replication_role = origin;
end $$;

create function test.text_of(p_account uuid, p_milli int) returns bigint
language sql as $$
    insert into mainstay.sentiment_analyses (account_id, source_type,
        text_body, score_milli)
    values (p_account, 'support_ticket', 'x', p_milli);
    select count(*) from mainstay.alerts
    where account_id = p_account and kind = 'sentiment'
$$;

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

-- Once for each crossing, not for each score; a drop also when it comes in
-- small steps, from the highest score that was shown in 30 days, or in the
-- trend's window.
select is(test.told(path), want, format('%s: %s', path, want))
from (values
    ('{"3": 65, "2": 59, "1": 58, "0": 57}'::jsonb, 'below_60'),
    ('{"3": 65, "2": 59, "1": 61, "0": 59}', 'below_60 below_60'),
    ('{"4": 65, "3": 39, "2": 38, "1": 45, "0": 39}',
        'below_40 below_60 drop below_40'),
    ('{"3": 90, "2": 87, "1": 84, "0": 80}', 'none'),
    ('{"3": 90, "2": 87, "1": 84, "0": 79}', 'drop'),
    ('{"9": 90, "8": 79, "7": 78, "6": 70}', 'drop'),
    ('{"9": 90, "8": 79, "7": 78, "6": 68}', 'drop drop'),
    ('{"9": 90, "8": 79, "7": 90, "6": 79}', 'drop drop'),
    ('{"50": 90, "40": 85, "0": 80}', 'none'),
    ('{"50": 90, "40": 85, "29": 82, "0": 75}', 'none'),
    ('{"40": 90, "29": 85, "0": 79}', 'drop'),
    ('{"9": 90, "8": 85, "7": 95}', 'none')) t (path, want);
select is((select title from alerts a where a.kind = 'health_drop'
    and a.detail = 'Health is 79 (Moderate), was 84. It was 90 in the last '
    || '30 days.' limit 1), 'Patient dropped by 11 points',
    'an alert about small steps says from where');

-- A text below -0.4; exactly that is not.
insert into accounts (name) values ('Batch') returning id as id \gset
insert into health_scores (account_id, overall_score, observed_at)
values (:'id', 62, now() - interval '2 days'),
    (:'id', 90, now() - interval '1 day');
select is(count(*), 0::bigint,
    'of two scores in one statement the later is no peak before the first')
from alerts where account_id = :'id';

insert into accounts (name) values ('Moody') returning id as id \gset
select is(test.text_of(:'id', -400), 0::bigint, '−0.4 is no alert'),
    is(test.text_of(:'id', -401), 1::bigint, 'less is one'),
    is(test.text_of(:'id', -900), 1::bigint, 'which further texts join');
select is(title || ': ' || detail,
    'Moody sounds unhappy: Sentiment of a text (support ticket) is −0.401.',
    'it says what') from alerts where account_id = :'id';
update alerts set status = 'resolved' where account_id = :'id';
select is(test.text_of(:'id', 300), 1::bigint, 'a good one is none'),
    is(test.text_of(:'id', -500), 2::bigint,
    'after it was handled, the next is one again');

-- Loading history tells nobody anything; see demo.sql. Of what was set by a
-- person, see health_override.sql.

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
