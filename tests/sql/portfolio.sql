-- portfolio.sql - sums by tier and owner, what flows, days and movers.

begin;
select plan(42);

create function test.cell(p_kind text, p_cell text, p_key text)
returns text language sql as $$
    select sum(accounts) || ' ' || sum(arr_cents)
    from mainstay.portfolio_rollups
    where tenant_id = test.tenant('alpha') and kind = p_kind
        and cell = p_cell and key = p_key
$$;
-- Since the mark was set.
create temporary table mark as
select cell, key, sum(accounts) as accounts, sum(arr_cents) as cents
from mainstay.portfolio_rollups
where tenant_id = test.tenant('alpha') and kind in ('flow', 'entered')
group by 1, 2;
create function test.flow(p_key text, p_cell text default '') returns text
language sql as $$
    select sum(r.accounts) - coalesce(min(m.accounts), 0) || ' '
        || sum(r.arr_cents) - coalesce(min(m.cents), 0)
    from mainstay.portfolio_rollups r
    left join mark m on m.cell = r.cell and m.key = r.key
    where r.tenant_id = test.tenant('alpha') and r.cell = p_cell
        and r.kind in ('flow', 'entered') and r.key = p_key
$$;
grant select on mark to public;

select test.person('practitioner@alpha.test') as owner \gset
select test.sign_in('practitioner@alpha.test');
insert into accounts (name, arr_cents, tier, csm_id, renewal_date)
values ('Grows', 100000, 'mid_market', :'owner', '2031-05-06')
returning id as id \gset

select test.as_operator();
select is(test.cell('band', 'mid_market/' || :'owner', 'unknown'), '1 100000',
    'an account counts with its tier and its owner');
select is(test.cell('quarter', 'mid_market/' || :'owner', '2031-2 unknown'),
    '1 100000', 'also in the quarter of its renewal');
select is(test.flow('new'), '1 100000', 'its revenue is new');
select is(test.flow('new', 'mid_market/' || :'owner'), '1 100000',
    'for its tier and owner as well');

select test.sign_in('practitioner@alpha.test');
update accounts set arr_cents = 150000 where id = :'id';
update accounts set arr_cents = 120000 where id = :'id';
select test.as_operator();
select is(test.flow('expansion'), '1 50000', 'what it grew by');
select is(test.flow('contraction'), '1 30000', 'and what it shrank by');

select test.sign_in('practitioner@alpha.test');
update accounts set csm_id = null where id = :'id';
select test.as_operator();
select is(test.cell('band', 'mid_market/' || :'owner', 'unknown'), '0 0',
    'whoever hands it over no longer counts it');
select is(test.cell('band', 'mid_market/none', 'unknown'), '1 120000',
    'nobody does');
select is(test.flow('expansion'), '1 50000',
    'and no revenue has flowed');

select test.sign_in('practitioner@alpha.test');
update accounts set status = 'churned' where id = :'id';
select test.as_operator();
select is(test.flow('churned'), '1 120000', 'a customer who leaves');
select is(test.cell('band', 'mid_market/none', 'unknown'), '0 0',
    'is not counted any more');
select test.sign_in('practitioner@alpha.test');
update accounts set status = 'active' where id = :'id';
select test.as_operator();
select is(test.flow('new'), '2 220000', 'one who returns is new');

select to_char(now() at time zone 'UTC', 'YYYY-MM') as month \gset
select test.sign_in('practitioner@alpha.test');
update accounts set current_stage = 'Renewal' where id = :'id';
select test.as_operator();
select is(test.flow(:'month' || ' Renewal'), '1 0',
    'a stage that is entered counts in its month');
update mainstay.journey_history set entered_at = entered_at
    - interval '40 days' where account_id = :'id' and to_stage = 'Renewal';
select is(test.flow(:'month' || ' Renewal'), '0 0',
    'an entry that is put right moves');
delete from mainstay.journey_history where account_id = :'id'
    and to_stage = 'Renewal';
select is((select sum(accounts)::int from mainstay.portfolio_rollups
    where tenant_id = test.tenant('alpha') and kind = 'entered'
        and cell = '' and key = to_char((now() - interval '40 days')
            at time zone 'UTC', 'YYYY-MM') || ' Renewal'), 0,
    'one that is taken back does not count');
select is_empty('select * from mainstay.rollup_check()', 'the sums hold');
select api.compact_rollups();
select is_empty('select * from mainstay.rollup_check()',
    'folded as well');

-- Days, movers, programmes.
delete from mainstay.portfolio_days;
delete from mainstay.portfolio_movers;
delete from mainstay.portfolio_programmes;
select test.sign_in('practitioner@alpha.test');
insert into health_scores (account_id, overall_score, usage_score, engagement_score,
    support_sentiment_score, adoption_score, observed_at)
select :'id', 80 - (80 - u) * 3 / 5, u, u, 80, 80, now() - make_interval(days => d)
from (values (80, 40), (30, 5)) s (u, d) order by d desc;
select test.as_operator();
insert into mainstay.account_profiles (tenant_id, account_id,
    onboarding_status, onboarding_started_on, onboarding_completed_on,
    expansion_percent, nps)
values (test.tenant('alpha'), :'id', 'completed', '2030-01-01', '2030-01-31',
    60, 40);
update mainstay.portfolio_rollups set created_at = now() - interval '1 hour';
delete from mainstay.portfolio_pages;
select test.as_role('mainstay_worker');
select ok(api.refresh_portfolios() >= 2, 'the worker sees to each tenant');
select is(api.refresh_portfolios(), 0, 'and not again at once');
select test.as_operator();
select is((select d.accounts || ' ' || d.arr_cents
    from mainstay.portfolio_days d where tenant_id = test.tenant('alpha')
        and day = current_date and cell = ''),
    (select count(*) || ' ' || sum(arr_cents) from mainstay.accounts
        where tenant_id = test.tenant('alpha') and status <> 'churned'),
    'a day has the sums of the accounts');
select is((select string_agg(d.cell, ' ' order by cell)
    from mainstay.portfolio_days d where tenant_id = test.tenant('alpha')
        and cell ~ 'mid_market|none' and arr_cents = 120000),
    '/none mid_market/ mid_market/none', 'those of a tier, of nobody, and of both');
select results_eq($$select change, cause from mainstay.portfolio_movers
    where tenant_id = test.tenant('alpha') and period = 30$$,
    $$values (-30, 'given with the score (−30)')$$, 'who fell, and why');
select is((select expanding || ' ' || expansion_cents::bigint
    || ' ' || onboarded || ' ' || onboarding_days
    from mainstay.portfolio_programmes where tenant_id = test.tenant('alpha')
        and cell = 'mid_market/'), '1 72000 1 30', 'what the profiles come to');

create function test.pages() returns int language sql security definer as $$
    select count(*)::int from mainstay.portfolio_pages
    where tenant_id = test.tenant('alpha')
$$;
select is(test.pages(), 6, 'figures and charts are kept');
select is((select figures::jsonb from mainstay.portfolio_pages
    where tenant_id = test.tenant('alpha') and by = 'arr' and period = 30),
    mainstay.executive_figures(test.tenant('alpha'), 30, null, null, null)
        ::jsonb, 'as they are worked out');
update mainstay.portfolio_rollups set created_at = now()
where tenant_id = test.tenant('alpha') and kind = 'band';
select test.as_role('mainstay_worker');
select is(api.refresh_portfolios(), 1, 'anew when the ledger has moved');
select test.sign_in('admin@alpha.test');
update journey_stages set color_hex = '#123456' where name = 'Adoption';
select is(test.pages(), 0, 'they are forgotten when a stage is edited');
select is(test.outcome('select api.keep_portfolio_pages(
    app.current_tenant_id())'), '42501', 'pages do not keep themselves');
select test.as_operator();

select results_eq(
    'select round(net, 1), round(gross, 1)
        from app.retention(1000, 0, 50, 20, 30)',
    'values (100.0, 95.0)', 'retention with and without expansion');
select is_empty('select * from app.retention(0, 10, 0, 0, 0)',
    'of nothing there is none');
select is_empty('select * from app.retention(100, 101, 0, 0, 50)',
    'nor where more came than there had been');

-- What the page reads, by tier, owner and group.
create function test.lines(p_tier text, p_owner text, p_under uuid)
returns text language sql as $$
    select coalesce(sum(accounts) || ' ' || sum(arr_cents), 'none')
    from portfolio_lines(app.current_tenant_id(), '{band}', p_tier,
        p_owner, p_under)
$$;
select test.sign_in('practitioner@alpha.test');
insert into accounts (name, arr_cents, tier, parent_id)
values ('Below', 5000, 'enterprise', :'id');
select test.sign_in('viewer@alpha.test');
select is(test.lines(null, null, null), (select count(*) || ' '
    || sum(arr_cents) from accounts where status <> 'churned'),
    'all accounts');
select is(test.lines('mid_market', null, null), (select count(*) || ' '
    || sum(arr_cents) from accounts where status <> 'churned'
        and tier = 'mid_market'), 'those of a tier');
select is(test.lines(null, 'none', null), (select count(*) || ' '
    || sum(arr_cents) from accounts where status <> 'churned'
        and csm_id is null), 'those of nobody');
select is(test.lines('mid_market', 'none', null), (select count(*) || ' '
    || sum(arr_cents) from accounts where status <> 'churned'
        and csm_id is null and tier = 'mid_market'), 'both');
select is(test.lines(null, null, :'id'), '2 125000',
    'a group is the account and all below it');
select is(test.lines('enterprise', null, :'id'), '1 5000',
    'of a group those of a tier');
select is(test.lines(null, 'somebody', null), 'none',
    'an owner who is none has no accounts');
select is(test.lines(null, null, gen_random_uuid()), 'none',
    'a group that is none has no accounts');
select is((select count(*)::int from portfolio_days
    where tenant_id <> app.current_tenant_id()), 0,
    'nobody sees the days of another tenant');
select is(test.outcome('insert into portfolio_rollups (kind, key, accounts,
    arr_cents, score_sum, score_count, score_arr_sum, scored_arr_cents)
    values (''band'', ''x'', 1, 1, 0, 0, 0, 0)'), '42501',
    'the ledger is not written by hand');
select is(test.outcome('select api.refresh_portfolios()'), '42501',
    'and pages do not make days');

select * from finish();
rollback;
