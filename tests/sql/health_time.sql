-- health_time.sql - trend over a window, and bands that hold on.

begin;
select no_plan();

-- The default scorecard of alpha, with these keys besides.
create function test.publish(p_more jsonb) returns void
language plpgsql as $$
begin
    update mainstay.scorecard_versions set status = 'retired'
    where status = 'published';
    insert into mainstay.scorecard_versions (scorecard_id, version, status,
        document)
    select id, 100 + (select count(*) from mainstay.scorecard_versions),
        'published', mainstay.preset('standard') || p_more
    from mainstay.scorecards where is_default;
end $$;

create function test.account() returns uuid
language sql as $$
    insert into mainstay.accounts (name) values ('Patient') returning id
$$;

-- Gives an account scores, {days ago: score}, the oldest first; then what
-- the last one shows.
create function test.path(p_account uuid, p_scores jsonb) returns text
language plpgsql as $$
declare
    h mainstay.health_scores;
begin
    for h.observed_at, h.overall_score in
        select now() - make_interval(days => k::int), v::int
        from jsonb_each_text(p_scores) s (k, v) order by k::int desc
    loop
        insert into mainstay.health_scores (account_id, overall_score,
            observed_at)
        values (p_account, h.overall_score, h.observed_at) returning * into h;
    end loop;
    return h.band_key || ' ' || h.trend;
end $$;

-- What scoring again so many days later makes: how many new scores.
create function test.sweep(p_account uuid, p_days int) returns int
language plpgsql security definer as $$
declare
    n int;
begin
    set local session_replication_role = replica;
    update mainstay.health_scores h
    set observed_at = h.observed_at - make_interval(days => p_days)
    where h.account_id = p_account;
    set local session_replication_role = origin;
    return api.rescore(app.current_tenant_id(), array[p_account]);
end $$;

select test.sign_in('admin@alpha.test');

-- Trend.
select test.publish('{}');
select is(split_part(test.path(test.account(), path), ' ', 2), want,
    format('without a rule, %s is %s', path, want))
from (values
    ('{"0": 50}'::jsonb, 'unknown'),
    ('{"9": 50, "0": 52}', 'stable'),
    ('{"9": 50, "0": 53}', 'improving'),
    ('{"60": 90, "9": 50, "0": 48}', 'stable'),
    ('{"9": 50, "0": 47}', 'declining')) t (path, want);

select test.publish('{"trend": {"days": 30, "margin": 5}}');
select is(split_part(test.path(test.account(), path), ' ', 2), want,
    format('over 30 days by 5 points, %s is %s', path, want))
from (values
    ('{"0": 50}'::jsonb, 'unknown'),
    ('{"40": 50, "20": 80, "0": 55}', 'stable'),
    ('{"40": 50, "20": 80, "0": 56}', 'improving'),
    ('{"40": 50, "30": 60, "0": 54}', 'declining'),
    ('{"40": 50, "30": 60, "0": 55}', 'stable'),
    ('{"20": 80, "10": 60, "0": 60}', 'declining'),
    ('{"20": 60, "10": 80, "0": 62}', 'stable')) t (path, want);

select test.publish('{"trend": {"margin": 10}}');
select is(split_part(test.path(test.account(), '{"40": 90, "9": 50, "0": 60}'),
    ' ', 2), 'stable', 'a margin alone is against the score before');
select test.publish('{"trend": {"days": 7}}');
select is(split_part(test.path(test.account(), '{"40": 50, "2": 53, "0": 53}'),
    ' ', 2), 'improving', 'days alone keep the margin of 2');

-- Hysteresis: bands from 80, 60, 40.
select test.publish('{"hysteresis": {"margin": 3}}');
select is(split_part(test.path(test.account(), path), ' ', 1), want,
    format('with a margin of 3, %s is %s', path, want))
from (values
    ('{"0": 58}'::jsonb, 'at_risk'),            -- a first one holds nothing
    ('{"9": 65, "0": 58}', 'moderate'),
    ('{"9": 65, "0": 57}', 'at_risk'),
    ('{"9": 65, "5": 57, "0": 61}', 'at_risk'), -- and back
    ('{"9": 65, "5": 57, "0": 63}', 'moderate'),
    ('{"9": 65, "0": 20}', 'critical'),         -- as far as it went
    ('{"9": 65, "0": 39}', 'critical'),
    ('{"9": 85, "5": 78, "0": 58}', 'at_risk'),
    ('{"9": 58, "0": 100}', 'healthy')) t (path, want);

select test.publish('{"hysteresis": {"days": 7}}');
select is(split_part(test.path(test.account(), path), ' ', 1), want,
    format('with 7 days, %s is %s', path, want))
from (values
    ('{"9": 65, "0": 20}'::jsonb, 'moderate'),
    ('{"9": 65, "6": 55, "0": 50}', 'moderate'),
    ('{"9": 65, "7": 55, "0": 50}', 'at_risk'),
    ('{"20": 65, "9": 55, "4": 61, "0": 50}', 'moderate'),
    ('{"20": 65, "9": 55, "4": 45, "0": 50}', 'at_risk'),
    ('{"9": 55, "8": 85, "0": 85}', 'healthy')) t (path, want);

select test.publish('{"hysteresis": {"margin": 5, "days": 7}}');
select is(split_part(test.path(test.account(), path), ' ', 1), want,
    format('with 5 points or 7 days, %s is %s', path, want))
from (values
    ('{"9": 65, "0": 56}'::jsonb, 'moderate'),
    ('{"9": 65, "0": 55}', 'at_risk'),
    ('{"9": 65, "8": 58, "0": 58}', 'at_risk')) t (path, want);

select test.publish('{"hysteresis": {"margin": 0}}');
select is(split_part(test.path(test.account(), '{"9": 60, "0": 59}'), ' ', 1),
    'at_risk', 'a margin of 0 holds nothing');

select test.publish('{"hysteresis": {"margin": 5, "days": 0}}');
select is(split_part(test.path(test.account(), '{"9": 60, "0": 59}'), ' ', 1),
    'at_risk', 'nor do 0 days');

-- The account shows the band that holds, the score stays what it is.
select test.publish('{"hysteresis": {"margin": 5}}');
select test.account() as id \gset
select test.path(:'id', '{"9": 62, "0": 58}');
select is(health_score, 58, 'the score is not touched'),
    is(health_band::text, 'moderate', 'the band holds on'),
    is(health_label, 'Moderate', 'and its word') from accounts
where id = :'id';
select test.publish('{"hysteresis": {"margin": 6}}');
select test.path(:'id', '{"-0": 58}');
select is(health_band::text, 'at_risk',
    'what another version called its bands is not held on to')
from accounts where id = :'id';

-- The daily sweep moves what time alone changes: band and trend.
select test.publish('{"hysteresis": {"days": 7},
    "trend": {"days": 30, "margin": 5}}');
select test.account() as id \gset
select mainstay.record_health_score(:'id', 65, 65, 65, 65);
select test.sweep(:'id', 20);
select mainstay.record_health_score(:'id', 55, 55, 55, 55);
select results_eq(format('select health_score, health_band::text,
    health_trend::text from accounts where id = %L', :'id'),
    'values (55, ''moderate'', ''declining'')', 'a score that fell');
select is(test.sweep(:'id', 3), 0, 'three days later nothing has changed');
select is(test.sweep(:'id', 4), 1, 'after seven it is scored again');
select results_eq(format('select health_score, health_band::text,
    health_trend::text from accounts where id = %L', :'id'),
    'values (55, ''at_risk'', ''declining'')', 'the band follows');
select is(test.sweep(:'id', 31), 1, 'a month later');
select results_eq(format('select health_score, health_band::text,
    health_trend::text from accounts where id = %L', :'id'),
    'values (55, ''at_risk'', ''stable'')', 'the trend has calmed down');
select is(test.sweep(:'id', 1), 0, 'and then nothing is new');

select * from finish();
rollback;
