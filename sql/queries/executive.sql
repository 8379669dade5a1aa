-- The executive page. Sums come from portfolio_rollups, a ledger of
-- differences that triggers keep, and from what the worker makes of it
-- (portfolio_days, portfolio_movers, portfolio_programmes, portfolio_pages),
-- so none of them looks at the accounts; the lists are short walks along an
-- index. Only the figures of a group are counted, in its part of the tree.

-- name: executive_page
-- What is shown: the filters, and what the links within the page keep. No row
-- when there is no such group.
select coalesce(:by, 'accounts') = 'arr' as is_by_arr,
    :period = '30' as is_30, :period = '90' as is_90,
    :period = '365' as is_365, :period as period,
    :tier as tier, app.label_text(:tier) as tier_text,
    :owner as owner, :owner = 'none' as is_unowned,
    case when :owner = 'none' then 'Nobody' else (
        select p.full_name from profiles p
        where p.tenant_id = :tenant_id::uuid
            and p.user_id::text = :owner) end as owner_text,
    g.id as group_id, g.name as group_name,
    coalesce(:tier::text, :owner::text, :under::uuid::text) is not null
        as is_filtered,
    app.url_pair('tier', :tier) || app.url_pair('owner', :owner)
        as query_less_group,
    app.url_pair('tier', :tier) || app.url_pair('owner', :owner)
        || app.url_pair('under', :under::uuid::text) as query,
    case when :by = 'arr' then '&by=arr' else '' end as by_query,
    app.date_text(d.day) as from_text,
    app.date_text(current_date) as today_text,
    (
        select json_agg(json_build_object('id', p.user_id,
            'name', p.full_name, 'is_selected', p.user_id::text = :owner)
            order by p.full_name, p.user_id)
        from (
            select user_id, full_name from profiles
            where tenant_id = :tenant_id::uuid and is_active
            order by full_name, user_id
            limit 200) p) as owners,
    (
        select json_agg(json_build_object('tier', t.tier,
            'label', app.label_text(t.tier),
            'is_selected', t.tier = :tier) order by t.place)
        from unnest(array['enterprise', 'mid_market', 'small_business',
            'trial']) with ordinality t (tier, place)) as tiers
from (select) one
left join accounts g
    on g.tenant_id = :tenant_id::uuid and g.id = :under::uuid
left join lateral (
    select day from portfolio_days
    where tenant_id = :tenant_id::uuid and :under::uuid is null
        and cell = app.portfolio_cell(:tier, :owner)
        and day <= current_date - :period::integer
    order by day desc
    limit 1) d on true
where :under::uuid is null or g.id is not null;

-- name: executive_sums
-- Figures and charts: as they are kept, else worked out. They are as good as
-- new while the day has not changed and the ledger has not moved since; what
-- was moving just then counts as moved.
select s.figures, s.charts, s.figures is not null as has_accounts
from (
    select case when k.id is not null then k.figures
            else executive_figures(:tenant_id::uuid, :period::integer, :tier,
                :owner, :under::uuid) end as figures,
        case when k.id is not null then k.charts
            else executive_charts(:tenant_id::uuid, :by, :tier, :owner,
                :under::uuid) end as charts
    from (select) one
    left join lateral (
        select p.id, p.figures, p.charts from portfolio_pages p
        where p.tenant_id = :tenant_id::uuid and p.by = :by
            and p.period = :period::integer and p.day = current_date
            and :tier::text is null and :owner::text is null
            and :under::uuid is null
            and not exists (
                select from portfolio_rollups r
                where r.tenant_id = :tenant_id::uuid
                    and r.created_at > p.created_at - interval '10 seconds')
        ) k on true
    offset 0) s;

-- name: executive_at_risk
-- The largest accounts whose health puts their revenue at risk, and the part
-- of their score that lost most.
select a.id, a.name, a.health_score, a.health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    (select o.full_name from profiles o
     where o.tenant_id = :tenant_id::uuid and o.user_id = a.csm_id) as owner,
    case when h.overall_score <> a.health_score then 'Set by hand'
        else d.label end as driver,
    case when h.overall_score = a.health_score then d.lost_text end
        as lost_text
from (
    select a.* from accounts a
    cross join (
        select (
            select hierarchy_path from accounts
            where tenant_id = :tenant_id::uuid and id = :under::uuid) as path
        offset 0) g
    where a.tenant_id = :tenant_id::uuid
        and a.health_band in ('at_risk', 'critical')
        and a.status <> 'churned'
        and app.is_in_scope(a.tier, a.csm_id, a.hierarchy_path, :tier,
            :owner, g.path) is not false
    order by a.arr_cents desc, a.id
    limit 10) a
left join health_scores h
    on h.tenant_id = :tenant_id::uuid and h.account_id = a.id
        and h.is_current
left join lateral (
    select c.label, '−' || trim_scale(round(c.weight - c.points, 1))
        as lost_text
    from jsonb_to_recordset(h.contributions)
        as c (label text, weight numeric, points numeric)
    where c.weight > c.points
    order by c.weight - c.points desc
    limit 1) d on true
order by a.arr_cents desc, a.id;

-- name: executive_movers
-- Who fell most in the period, then who rose, each with the cause.
with under as materialized (
    select case when :under::uuid is not null then (
        select hierarchy_path from accounts
        where tenant_id = :tenant_id::uuid and id = :under::uuid) end as path
)
select m.account_id as id, m.name, m.to_score as health_score,
    case when m.health_band is null then 'unscored'
        else m.health_band end as health_band,
    case when m.health_label is null then app.band_text(m.health_band)
        else m.health_label end as band_label,
    case when m.change < 0 then 'declining' else 'improving' end as trend,
    app.delta_text(m.change) as trend_text, m.cause
from (
    (select m.account_id, a.name, m.change, m.to_score, m.cause,
        a.health_band, a.health_label
    from portfolio_movers m
    join accounts a
        on a.tenant_id = :tenant_id::uuid and a.id = m.account_id
    cross join under u
    where m.tenant_id = :tenant_id::uuid and m.period = :period::integer
        and m.change < 0 and a.status <> 'churned'
        and app.is_in_scope(a.tier, a.csm_id, a.hierarchy_path, :tier,
            :owner, u.path) is not false
    order by m.change, m.account_id
    limit 5)
    union all
    (select m.account_id, a.name, m.change, m.to_score, m.cause,
        a.health_band, a.health_label
    from portfolio_movers m
    join accounts a
        on a.tenant_id = :tenant_id::uuid and a.id = m.account_id
    cross join under u
    where m.tenant_id = :tenant_id::uuid and m.period = :period::integer
        and m.change > 0 and a.status <> 'churned'
        and app.is_in_scope(a.tier, a.csm_id, a.hierarchy_path, :tier,
            :owner, u.path) is not false
    order by m.change desc, m.account_id
    limit 2)) m;

-- name: executive_programme
-- What the success profiles come to. No row until one is written.
select app.number_text(g.onboarding) as onboarding_text,
    app.number_text(g.onboarded) as onboarded_text,
    app.days_text(round(g.onboarding_days::numeric
        / nullif(g.onboarded, 0))::integer) as onboarding_days_text,
    round(g.adoption_sum::numeric / nullif(g.adoption_count, 0)) || '%'
        as adoption_text,
    round(g.nps_sum::numeric / nullif(g.nps_count, 0))::text as nps_text,
    app.count_text(g.nps_count, 'account') as nps_count_text,
    app.number_text(g.expanding) as expanding_text,
    app.money_brief(g.expansion_cents::bigint, own.currency)
        as expansion_text,
    app.ago_text(g.created_at) as ago_text
from portfolio_programmes g
cross join (
    select coalesce(settings ->> 'currency', 'USD') as currency
    from tenants
    where id = :tenant_id::uuid
    offset 0) own
where g.tenant_id = :tenant_id::uuid and :under::uuid is null
    and g.cell = app.portfolio_cell(:tier, :owner) and g.profiles > 0;

-- name: executive_alerts
-- What is open, the newest first.
select id, title, detail, account_id, severity = 'critical' as is_critical,
    app.ago_text(created_at) as ago_text
from alerts
where tenant_id = :tenant_id::uuid and status = 'open'
order by created_at desc, id
limit 8;
