-- The executive page. Sums come from portfolio_rollups, a ledger of
-- differences that triggers keep, so none of them looks at the accounts;
-- the lists are short walks along an index.

-- name: executive_figures
-- One row: the figures at the head.
-- (Here and below, "offset 0" has a value computed once, not at each use.)
select f.accounts > 0 as has_accounts,
    f.arr_text,
    app.count_text(f.accounts, 'account') as accounts_text,
    f.risk_text,
    app.count_text(f.risk_accounts, 'account') as risk_accounts_text,
    round(100.0 * f.risk_cents / nullif(f.arr_cents, 0)) || '%'
        as risk_share_text,
    f.average as average_text,
    f.weighted as weighted_text,
    band.band as average_band,
    band.label as average_label,
    app.count_text(f.due_accounts, 'renewal') as due_accounts_text,
    f.due_text,
    coalesce(:by, 'accounts') = 'arr' as is_by_arr
from (
    select sums.*, due.accounts as due_accounts,
        app.money_short(sums.arr_cents, own.currency) as arr_text,
        app.money_short(sums.risk_cents, own.currency) as risk_text,
        app.money_short(due.arr_cents, own.currency) as due_text
    from (
        select coalesce(settings ->> 'currency', 'USD') as currency
        from tenants
        where id = :tenant_id::uuid
        offset 0) own
    cross join (
        select coalesce(sum(accounts), 0)::bigint as accounts,
            coalesce(sum(arr_cents), 0)::bigint as arr_cents,
            coalesce(sum(accounts) filter (
                where key in ('at_risk', 'critical')), 0)::bigint
                as risk_accounts,
            coalesce(sum(arr_cents) filter (
                where key in ('at_risk', 'critical')), 0)::bigint
                as risk_cents,
            round(sum(score_sum) / nullif(sum(score_count), 0), 1) as average,
            round(sum(score_arr_sum) / nullif(sum(scored_arr_cents), 0), 1)
                as weighted
        from portfolio_rollups
        where tenant_id = :tenant_id::uuid and kind = 'band') sums
    cross join (
        select coalesce(sum(accounts), 0)::bigint as accounts,
            coalesce(sum(arr_cents), 0)::bigint as arr_cents
        from portfolio_rollups
        where tenant_id = :tenant_id::uuid and kind = 'renewal'
            and key >= to_char(current_date, 'YYYY-MM-DD')
            and key <= to_char(current_date + 90, 'YYYY-MM-DD')) due
    offset 0) f
left join lateral app.score_band(:tenant_id::uuid, f.average) band on true;

-- name: executive_bands
-- Health of the portfolio, from the best: a donut and its table.
with sums as materialized (
    select key, sum(accounts)::bigint as accounts,
        sum(arr_cents)::bigint as arr_cents
    from portfolio_rollups
    where tenant_id = :tenant_id::uuid and kind = 'band'
    group by key
), parts as materialized (
    select b.place, b.band, n.names ->> b.band as label,
        coalesce(s.accounts, 0) as accounts,
        coalesce(s.arr_cents, 0) as arr_cents,
        own.currency
    from (values (1, 'healthy', 'healthy'), (2, 'moderate', 'moderate'),
        (3, 'at_risk', 'at_risk'), (4, 'critical', 'critical'),
        (5, 'unknown', 'unscored')) b (place, key, band)
    left join sums s on s.key = b.key
    cross join (
        select app.severity_names(:tenant_id::uuid) as names
        offset 0) n
    cross join (
        select coalesce(settings ->> 'currency', 'USD') as currency
        from tenants
        where id = :tenant_id::uuid
        offset 0) own
    where b.key <> 'unknown' or s.accounts > 0
), told as materialized (
    select p.*, c.share, c.start, c.dash,
        app.number_text(p.accounts) as accounts_text,
        app.money_short(p.arr_cents, p.currency) as arr_text
    from parts p
    join app.chart_shares((
        select array_agg((case when :by = 'arr' then arr_cents
            else accounts end)::float8 order by place)
        from parts)) c on c.n = p.place
)
select 'health' as id,
    case when :by = 'arr' then 'ARR by health band'
        else 'Accounts by health band' end as title,
    string_agg(p.label || ' ' || case when :by = 'arr' then p.arr_text
        else p.accounts_text end, ', ' order by p.place) as desc,
    case when :by = 'arr' then
        app.money_short(sum(p.arr_cents)::bigint, min(p.currency))
        else app.number_text(sum(p.accounts)::bigint) end as value,
    case when :by = 'arr' then 'ARR'
        when sum(p.accounts) = 1 then 'account'
        else 'accounts' end as unit,
    json_agg(json_build_object('tone', p.band, 'label', p.label,
        'dash', p.dash, 'start', p.start,
        'accounts_text', p.accounts_text, 'arr_text', p.arr_text,
        'share_text', trunc(p.share + 0.5) || '%') order by p.place) as parts
from told p;

-- name: executive_stages
-- Accounts and revenue by stage, in the order of the journey.
with parts as materialized (
    select g.name, coalesce(g.color_hex, '#64748b') as color_hex,
        coalesce(g.display_order, 1000000) as display_order,
        coalesce(s.accounts, 0) as accounts,
        coalesce(s.arr_cents, 0) as arr_cents,
        (select coalesce(settings ->> 'currency', 'USD') from tenants
         where id = :tenant_id::uuid) as currency
    from (
        select name, color_hex, display_order from journey_stages
        where tenant_id = :tenant_id::uuid) g
    full join (
        select key, sum(accounts)::bigint as accounts,
            sum(arr_cents)::bigint as arr_cents
        from portfolio_rollups
        where tenant_id = :tenant_id::uuid and kind = 'stage'
        group by key) s
        on s.key = g.name
    where g.name is not null or s.key = '' and s.accounts > 0
)
select p.name as stage, app.url_encode(p.name) as stage_query,
    app.number_text(p.accounts) as accounts_text,
    app.money_short(p.arr_cents, p.currency) as arr_text,
    json_build_object('x', 0, 'color_hex', p.color_hex,
        'width', coalesce(round(100.0 * p.accounts
            / (select nullif(max(accounts), 0) from parts), 1), 0)) as bar
from parts p
order by p.display_order;

-- name: executive_at_risk
-- The largest accounts whose health puts their revenue at risk.
select a.id, a.name, a.health_score, a.health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    (select o.full_name from profiles o
     where o.tenant_id = :tenant_id::uuid and o.user_id = a.csm_id) as owner
from (
    select * from accounts
    where tenant_id = :tenant_id::uuid
        and health_band in ('at_risk', 'critical') and status <> 'churned'
    order by arr_cents desc, id
    limit 8) a;

-- name: executive_renewals
-- Revenue up for renewal by quarter: this one and the three after it.
with months as (
    select date_trunc('quarter', (key || '-01')::timestamp) as first_day,
        sum(accounts)::bigint as accounts, sum(arr_cents)::bigint as arr_cents
    from portfolio_rollups
    where tenant_id = :tenant_id::uuid and kind = 'month'
        and key >= to_char(date_trunc('quarter', current_date::timestamp),
            'YYYY-MM')
        and key < to_char(date_trunc('quarter', current_date::timestamp)
            + interval '1 year', 'YYYY-MM')
    group by 1
), parts as materialized (
    select q.n, q.first_day, coalesce(m.accounts, 0) as accounts,
        coalesce(m.arr_cents, 0) as arr_cents
    from (
        select n, date_trunc('quarter', current_date::timestamp)
            + n * interval '3 months' as first_day
        from generate_series(0, 3) n) q
    left join months m on m.first_day = q.first_day
), told as materialized (
    select p.n, c.x, c.width, c.middle, c.top, c.height, c.head,
        to_char(p.first_day, '"Q"Q YYYY') as label,
        app.count_text(p.accounts, 'account') as accounts_text,
        app.money_short(p.arr_cents, (
            select coalesce(settings ->> 'currency', 'USD') from tenants
            where id = :tenant_id::uuid)) as arr_text
    from parts p
    join app.chart_stacks(array[0, 1, 2, 3], (
        select array_agg(arr_cents::float8 order by n) from parts), 4) c
        on c.n = p.n + 1
)
select 'renewals' as id, 'ARR up for renewal by quarter' as title,
    string_agg(t.label || ' ' || t.arr_text, ', ' order by t.n) as desc,
    json_agg(json_build_object('middle', t.middle, 'head', t.head,
        'text', t.arr_text, 'label', t.label, 'note', t.accounts_text)
        order by t.n) as columns,
    json_build_object('parts', json_agg(json_build_object('x', t.x,
        'width', t.width, 'top', t.top, 'height', t.height)
        order by t.n)) as series
from told t;

-- name: executive_alerts
-- What is open, the newest first.
select id, title, detail, account_id, severity = 'critical' as is_critical,
    app.ago_text(created_at) as ago_text
from alerts
where tenant_id = :tenant_id::uuid and status = 'open'
order by created_at desc, id
limit 8;
