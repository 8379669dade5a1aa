-- health.sql - scores: how they are computed, kept and explained.

begin;
select plan(53);

-- Halves round up, never to even.
create function test.computed(p_account uuid, u int, e int, s int, a int)
returns int
language plpgsql as $$
declare
    v_id uuid := mainstay.record_health_score(p_account, u, e, s, a, null);
begin
    return (select h.overall_score from mainstay.health_scores h
        where h.id = v_id);
end $$;

-- Bands at their bounds; trend against the score before.
create function test.given(p_account uuid, p_score int,
    p_at timestamptz default now())
returns mainstay.health_scores
language sql as $$
    insert into mainstay.health_scores (account_id, overall_score,
        observed_at)
    values (p_account, p_score, p_at) returning *
$$;

create function test.band(p_score int) returns text
language plpgsql as $$
declare
    account uuid;
begin
    insert into mainstay.accounts (name) values ('Band')
    returning id into account;
    insert into mainstay.health_scores (account_id, overall_score)
    values (account, p_score);
    return (select h.band || ' ' || h.risk_level
        from mainstay.health_scores h where h.account_id = account);
end $$;

-- The kept sums.
create function test.sums(p_tenant uuid) returns text
language sql as $$
    select coalesce(string_agg(concat_ws(' ', kind, key, n, cents, scores,
        scored, weighted), E'\n' order by kind, key collate "C"), 'none')
    from (
        select kind::text, key, sum(accounts) as n, sum(arr_cents) as cents,
            sum(score_sum) as scores, sum(score_count) as scored,
            trim_scale(sum(score_arr_sum)) as weighted
        from mainstay.portfolio_rollups where tenant_id = p_tenant
            and cell = '' and kind not in ('entered', 'flow')
        group by 1, 2) s
    where n <> 0 or cents <> 0 or scores <> 0
$$;

create function test.counted(p_tenant uuid) returns text
language sql as $$
    select coalesce(string_agg(concat_ws(' ', kind, key, n, cents, scores,
        scored, weighted), E'\n' order by kind, key collate "C"), 'none')
    from (
        select kind, key, count(*) as n, sum(arr_cents) as cents,
            coalesce(sum(health_score) filter (where kind = 'band'), 0)
                as scores,
            count(health_score) filter (where kind = 'band') as scored,
            trim_scale(coalesce(sum(health_score::numeric * arr_cents)
                filter (where kind = 'band'), 0)) as weighted
        from mainstay.accounts a
        cross join lateral (values
            ('band', coalesce(a.health_band::text, 'unknown')),
            ('stage', coalesce(a.current_stage, '')),
            ('renewal', a.renewal_date::text),
            ('quarter', to_char(a.renewal_date, 'YYYY-Q') || ' '
                || coalesce(a.health_band::text, 'unknown')),
            ('status', case when a.status <> 'active' then upper(a.status)
                when a.health_band in ('at_risk', 'critical') then 'AT_RISK'
                else 'ACTIVE' end)
            ) k (kind, key)
        where a.tenant_id = p_tenant
            and (a.status <> 'churned' or k.kind = 'status')
            and k.key is not null
        group by 1, 2) s
$$;

select test.sign_in('practitioner@alpha.test');
insert into accounts (name, arr_cents) values ('Patient', 1000000)
returning id as id \gset

-- Computed: 30*35 + 35*25 + 40*20 + 35*20 = 34.25 percent points.
select mainstay.record_health_score(:'id', 30, 35, 40, 35, 'First look')
    as score \gset
select is(overall_score, 34, 'the score is the weighted sum, rounded'),
    is(source::text, 'computed', 'it says that it was computed'),
    is(band::text, 'critical', 'its band follows'),
    is(risk_level, 'Critical', 'and the word for it'),
    is(previous_score, null, 'a first score has no previous one'),
    is(trend::text, 'unknown', 'and no trend'),
    is(is_current, true, 'it is the current one'),
    is(created_by, test.person('practitioner@alpha.test'), 'by whom'),
    is(note, 'First look', 'with a note')
from health_scores where id = :'score';
select is((select sum((c ->> 'points')::numeric) from health_scores h,
    jsonb_array_elements(h.contributions) c where h.id = :'score'),
    34::numeric, 'the contributions add up to the score');
select is(health_score, 34, 'the account shows the score'),
    is(health_band::text, 'critical', 'and the band'),
    is(health_trend::text, 'unknown', 'and the trend')
from accounts where id = :'id';

select is(test.computed(:'id', u, e, s, a), want,
    format('%s, %s, %s, %s make %s', u, e, s, a, want))
from (values (50, 0, 0, 0, 18), (70, 0, 0, 0, 25), (0, 50, 0, 0, 13),
    (0, 70, 0, 0, 18), (0, 0, 0, 0, 0), (100, 100, 100, 100, 100)
    ) t (u, e, s, a, want);
select is((select count(*)::int from health_scores
    where account_id = :'id' and is_current), 1, 'one score is current');

-- What is not a score.
select throws_ok(format('select mainstay.record_health_score(%L, %s, null)',
    :'id', parts), 'MS422', null, format('%s is refused', parts))
from (values ('-1, 0, 0, 0'), ('0, 101, 0, 0'), ('0, 0, 101, 0'),
    ('0, 0, 0, -1')) t (parts);

select is(test.band(score), want, format('%s is %s', score, want))
from (values (100, 'healthy Healthy'), (80, 'healthy Healthy'),
    (79, 'moderate Moderate'), (60, 'moderate Moderate'),
    (59, 'at_risk At Risk'), (40, 'at_risk At Risk'),
    (39, 'critical Critical'), (0, 'critical Critical')) t (score, want);

insert into accounts (name) values ('Trend') returning id as trend \gset
select test.given(:'trend', 70, now());
select is((select trend::text || ' from ' || previous_score
    from test.given(:'trend', 72, now() + interval '1 s')),
    'stable from 70', 'two points more is stable');
select is((select trend::text || ' from ' || previous_score
    from test.given(:'trend', 75, now() + interval '2 s')),
    'improving from 72', 'three more is improving');
select is((select trend::text || ' from ' || previous_score
    from test.given(:'trend', 72, now() + interval '3 s')),
    'declining from 75', 'three less is declining');

-- Given scores are kept.
insert into health_scores (account_id, overall_score, usage_score,
    engagement_score, support_sentiment_score, adoption_score,
    previous_score, observed_at)
values (:'trend', 35, 30, 35, 40, 35, 75, now() + interval '4 s')
returning id as given \gset
select is(overall_score, 35, 'a given score is kept'),
    is(source::text, 'imported', 'and says that it was given'),
    is(previous_score, 75, 'a given previous score is kept')
from health_scores where id = :'given';
select is((select sum((c ->> 'points')::numeric) from health_scores h,
    jsonb_array_elements(h.contributions) c where h.id = :'given'),
    35::numeric, 'its contributions still add up');

-- Late news: a fact of last week does not replace today's.
select test.given(:'trend', 99, now() - interval '7 days');
select is((select health_score from accounts where id = :'trend'), 35,
    'a score of last week does not become the current one');
select is((select count(*)::int from health_scores
    where account_id = :'trend' and is_current), 1, 'one is still current');
select test.given(:'trend', 60, now() - interval '6 days');
select is((select string_agg(coalesce(previous_score::text, 'none'), ' '
        order by observed_at) from health_scores
    where account_id = :'trend' and observed_at < now() - interval '1 day'),
    'none 99', 'the previous score is the one before, not a later one');

-- History stays.
select is(test.outcome(format('update health_scores set overall_score = 99
    where id = %L', :'given')), '42501', 'nobody changes a score');
select test.sign_in('admin@alpha.test');
select is(test.outcome(format('delete from health_scores where id = %L',
    :'given')), '42501', 'nobody deletes a score');

select test.as_operator();
select is(test.sums(test.tenant('alpha')),
    test.counted(test.tenant('alpha')),
    'the kept sums are those of the accounts');
update accounts set arr_cents = arr_cents + 7, current_stage = 'Renewal',
    renewal_date = '2031-05-06' where id = :'trend';
update accounts set status = 'churned' where id = :'id';
delete from accounts where name = 'Band' and health_score = 100;
select is(test.sums(test.tenant('alpha')),
    test.counted(test.tenant('alpha')),
    'also after changes, churn and deletion');
update accounts set status = 'active' where id = :'id';
select is(test.sums(test.tenant('alpha')),
    test.counted(test.tenant('alpha')), 'and when a customer returns');
select test.as_role('mainstay_worker');
select api.compact_rollups();
select test.as_operator();
select is(test.sums(test.tenant('alpha')),
    test.counted(test.tenant('alpha')), 'folding keeps the sums');

-- Roles and tenants.
select test.sign_in('viewer@alpha.test');
select ok(test.outcome(format('select mainstay.record_health_score(%L,
    1, 1, 1, 1, null)', :'id')) in ('42501', 'MS403', 'MS404'),
    'a Viewer records no score');
select is(test.rows(format('select 1 from health_scores
    where account_id = %L', :'id')) > 0, true, 'but sees them');
select test.sign_in('admin@beta.test');
select ok(test.outcome(format('select mainstay.record_health_score(%L,
    1, 1, 1, 1, null)', :'id')) in ('42501', 'MS403', 'MS404', '23503'),
    'an account of another tenant cannot be scored');
select ok(test.outcome(format('insert into health_scores (account_id,
    overall_score) values (%L, 1)', :'id'))
    in ('42501', 'MS403', 'MS404', '23502', '23503'), 'nor by hand');
select throws_ok(format('insert into health_scores (tenant_id, account_id,
    overall_score) values (%L, %L, 1)', test.tenant('alpha'), :'id'),
    null, null, 'nor by naming the other tenant');

select * from finish();
rollback;
