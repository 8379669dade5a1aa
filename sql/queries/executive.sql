-- The executive page. Sums come from portfolio_rollups, a ledger of
-- differences that triggers keep, so none of them looks at the accounts;
-- the lists are short walks along an index.

-- name: executive_figures
-- One row: the figures at the head, and what the donut says in its middle.
with own as (
    select coalesce(settings ->> 'currency', 'USD') as currency
    from tenants
    where id = :tenant_id::uuid
), sums as (
    select coalesce(sum(accounts), 0)::bigint as accounts,
        coalesce(sum(arr_cents), 0)::bigint as arr_cents,
        coalesce(sum(accounts) filter (where key in ('at_risk', 'critical')),
            0)::bigint as risk_accounts,
        coalesce(sum(arr_cents) filter (where key in ('at_risk', 'critical')),
            0)::bigint as risk_cents,
        coalesce(sum(accounts) filter (where key = 'unknown'),
            0)::bigint as unscored,
        round(sum(score_sum) / nullif(sum(score_count), 0), 1) as average,
        round(sum(score_arr_sum) / nullif(sum(scored_arr_cents), 0), 1)
            as weighted
    from portfolio_rollups
    where tenant_id = :tenant_id::uuid and kind = 'band'
), due as (
    select coalesce(sum(accounts), 0)::bigint as accounts,
        coalesce(sum(arr_cents), 0)::bigint as arr_cents
    from portfolio_rollups
    where tenant_id = :tenant_id::uuid and kind = 'renewal'
        and key >= to_char(current_date, 'YYYY-MM-DD')
        and key <= to_char(current_date + 90, 'YYYY-MM-DD')
)
select sums.accounts > 0 as has_accounts,
    app.money_short(sums.arr_cents, own.currency) as arr_text,
    app.count_text(sums.accounts, 'account') as accounts_text,
    app.money_short(sums.risk_cents, own.currency) as risk_text,
    app.count_text(sums.risk_accounts, 'account') as risk_accounts_text,
    round(100.0 * sums.risk_cents / nullif(sums.arr_cents, 0)) || '%'
        as risk_share_text,
    sums.average as average_text,
    sums.weighted as weighted_text,
    band.band as average_band,
    band.label as average_label,
    app.count_text(due.accounts, 'renewal') as due_accounts_text,
    app.money_short(due.arr_cents, own.currency) as due_text,
    coalesce(:by, 'accounts') = 'arr' as is_by_arr,
    case when :by = 'arr'
        then app.money_short(sums.arr_cents, own.currency)
        else app.number_text(sums.accounts)
    end as donut_text,
    case when :by = 'arr' then 'ARR'
        when sums.accounts = 1 then 'account'
        else 'accounts'
    end as donut_unit
from own, sums, due
left join lateral (
    select b.band, b.label
    from app.score_bands(:tenant_id::uuid) b
    where b.lower_bound <= round(sums.average)
    order by b.lower_bound desc
    limit 1) band on true;

-- name: executive_bands
-- The parts of the donut, clockwise from the best, with their table.
with own as (
    select coalesce(settings ->> 'currency', 'USD') as currency
    from tenants
    where id = :tenant_id::uuid
), sums as (
    select key, sum(accounts)::bigint as accounts,
        sum(arr_cents)::bigint as arr_cents
    from portfolio_rollups
    where tenant_id = :tenant_id::uuid and kind = 'band'
    group by key
), parts as (
    select b.*, coalesce(s.accounts, 0) as accounts,
        coalesce(s.arr_cents, 0) as arr_cents,
        100.0 * (case when :by = 'arr' then s.arr_cents else s.accounts end)
            / nullif(sum(case when :by = 'arr' then s.arr_cents
                else s.accounts end) over (), 0) as percent
    from (values (1, 'healthy', 'healthy'), (2, 'moderate', 'moderate'),
        (3, 'at_risk', 'at_risk'), (4, 'critical', 'critical'),
        (5, 'unknown', 'unscored')) b (place, key, band)
    left join sums s on s.key = b.key
)
select p.band, app.band_text(p.band) as label,
    app.number_text(p.accounts) as accounts_text,
    app.money_short(p.arr_cents, own.currency) as arr_text,
    round(coalesce(p.percent, 0)) || '%' as share_text,
    -- a gap after each part, unless there is only one
    case when p.percent > 99.9 then 100
        when p.percent > 0 then round(greatest(p.percent - 1, 0.2), 2)
    end as dash,
    round(coalesce(sum(p.percent) over (order by p.place)
        - p.percent, 0), 2) as start
from parts p, own
where p.band <> 'unscored' or p.accounts > 0
order by p.place;

-- name: executive_stages
-- Accounts and revenue by stage, in the order of the journey.
with own as (
    select coalesce(settings ->> 'currency', 'USD') as currency
    from tenants
    where id = :tenant_id::uuid
), sums as (
    select key, sum(accounts)::bigint as accounts,
        sum(arr_cents)::bigint as arr_cents
    from portfolio_rollups
    where tenant_id = :tenant_id::uuid and kind = 'stage'
    group by key
), parts as (
    select g.name, g.color_hex, g.display_order,
        coalesce(s.accounts, 0) as accounts,
        coalesce(s.arr_cents, 0) as arr_cents
    from journey_stages g
    left join sums s on s.key = g.name
    where g.tenant_id = :tenant_id::uuid
    union all
    select null, '#64748b', 1000000, accounts, arr_cents
    from sums
    where key = '' and accounts > 0
)
select p.name as stage, p.color_hex, app.url_encode(p.name) as stage_query,
    app.number_text(p.accounts) as accounts_text,
    app.money_short(p.arr_cents, own.currency) as arr_text,
    round(100.0 * p.accounts / nullif(max(p.accounts) over (), 0), 1)
        as width
from parts p, own
order by p.display_order;

-- name: executive_at_risk
-- The largest accounts whose health puts their revenue at risk.
with worst as (
    (select * from accounts
     where tenant_id = :tenant_id::uuid and health_band = 'at_risk'
        and status <> 'churned'
     order by arr_cents desc, id
     limit 8)
    union all
    (select * from accounts
     where tenant_id = :tenant_id::uuid and health_band = 'critical'
        and status <> 'churned'
     order by arr_cents desc, id
     limit 8)
)
select a.id, a.name, a.health_score, a.health_band,
    app.band_text(a.health_band) as band_label,
    nullif(a.health_trend::text, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    o.full_name as owner
from worst a
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = a.csm_id
order by a.arr_cents desc, a.id
limit 8;

-- name: executive_renewals
-- Revenue up for renewal by quarter: this one and the three after it.
with own as (
    select coalesce(settings ->> 'currency', 'USD') as currency
    from tenants
    where id = :tenant_id::uuid
), year as (
    select date_trunc('quarter', current_date::timestamp) as first_day
), sums as (
    select date_trunc('quarter', r.key::timestamp) as first_day,
        sum(r.accounts)::bigint as accounts,
        sum(r.arr_cents)::bigint as arr_cents
    from portfolio_rollups r
    where r.tenant_id = :tenant_id::uuid and r.kind = 'renewal'
        and r.key >= to_char(date_trunc('quarter', current_date::timestamp),
            'YYYY-MM-DD')
        and r.key < to_char(date_trunc('quarter', current_date::timestamp)
            + interval '1 year', 'YYYY-MM-DD')
    group by 1
), parts as (
    select q.first_day, coalesce(s.accounts, 0) as accounts,
        coalesce(s.arr_cents, 0) as arr_cents
    from year
    cross join lateral generate_series(year.first_day,
        year.first_day + interval '9 months', interval '3 months')
        as q (first_day)
    left join sums s on s.first_day = q.first_day
)
select to_char(p.first_day, '"Q"Q YYYY') as quarter,
    app.count_text(p.accounts, 'account') as accounts_text,
    app.money_short(p.arr_cents, own.currency) as arr_text,
    -- a column in a plot of per cents, whose ground is at 84
    25 * row_number() over every - 20 as x,
    25 * row_number() over every - 12.5 as middle,
    84 - coalesce(round(72.0 * p.arr_cents
        / nullif(max(p.arr_cents) over (), 0), 1), 0) as top,
    coalesce(round(72.0 * p.arr_cents
        / nullif(max(p.arr_cents) over (), 0), 1), 0) as height
from parts p, own
window every as (order by p.first_day)
order by p.first_day;

-- name: executive_alerts
-- What is open, the newest first.
select id, title, detail, account_id, severity = 'critical' as is_critical,
    app.ago_text(created_at) as ago_text
from alerts
where tenant_id = :tenant_id::uuid and status = 'open'
order by created_at desc, id
limit 8;
