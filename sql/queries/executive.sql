-- The executive page. Sums come from portfolio_rollups, a ledger of
-- differences that triggers keep, and from what the worker makes of it
-- (portfolio_days, portfolio_movers, portfolio_programmes), so none of them
-- looks at the accounts; the lists are short walks along an index. Only the
-- figures of a group are counted, in its part of the tree.

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
        as list_query,
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

-- name: executive_figures
-- The figures at the head, each with its change against the day the period
-- began with (past); what is a rate itself is compared with the rate of the
-- period before that (prior). The small lines have a dozen days and today.
with line as materialized (
    select * from portfolio_lines(:tenant_id::uuid,
        array['band', 'flow', 'renewal'], :tier, :owner, :under::uuid)
), sums as materialized (
    select coalesce(sum(accounts), 0)::bigint as accounts,
        coalesce(sum(arr_cents), 0)::bigint as arr_cents,
        coalesce(sum(accounts) filter (
            where key in ('at_risk', 'critical')), 0)::bigint
            as risk_accounts,
        coalesce(sum(arr_cents) filter (
            where key in ('at_risk', 'critical')), 0)::bigint as risk_cents,
        sum(score_sum)::numeric / nullif(sum(score_count), 0) as average,
        sum(score_arr_sum) / nullif(sum(scored_arr_cents), 0) as weighted
    from line
    where kind = 'band'
), due as materialized (
    select coalesce(sum(accounts), 0)::bigint as accounts,
        coalesce(sum(arr_cents), 0)::bigint as cents
    from line
    where kind = 'renewal'
), flow as materialized (
    select coalesce(sum(arr_cents) filter (where key = 'new'), 0)::bigint
            as new_cents,
        coalesce(sum(arr_cents) filter (where key = 'expansion'), 0)
            ::bigint as expansion_cents,
        coalesce(sum(arr_cents) filter (where key = 'contraction'), 0)
            ::bigint as contraction_cents,
        coalesce(sum(arr_cents) filter (where key = 'churned'), 0)
            ::bigint as churned_cents
    from line
    where kind = 'flow'
), past as materialized (
    select * from portfolio_days
    where tenant_id = :tenant_id::uuid and :under::uuid is null
        and cell = app.portfolio_cell(:tier, :owner)
        and day <= current_date - :period::integer
    order by day desc
    limit 1
), prior as materialized (
    select * from portfolio_days
    where tenant_id = :tenant_id::uuid and :under::uuid is null
        and cell = app.portfolio_cell(:tier, :owner)
        and day <= current_date - 2 * :period::integer
    order by day desc
    limit 1
), rate as materialized (
    select n.net, n.gross, o.net as past_net, o.gross as past_gross
    from past p
    cross join flow f
    cross join lateral app.retention(p.arr_cents,
        f.new_cents - p.new_cents, f.expansion_cents - p.expansion_cents,
        f.contraction_cents - p.contraction_cents,
        f.churned_cents - p.churned_cents) n
    left join prior q on true
    left join lateral app.retention(q.arr_cents,
        p.new_cents - q.new_cents, p.expansion_cents - q.expansion_cents,
        p.contraction_cents - q.contraction_cents,
        p.churned_cents - q.churned_cents) o on true
), drawn as materialized (
    select d.day, d.arr_cents::float8 as arr, d.risk_cents::float8 as risk,
        d.due_cents::float8 as due,
        d.score_sum::float8 / nullif(d.score_count, 0) as average
    from portfolio_days d
    where d.tenant_id = :tenant_id::uuid and :under::uuid is null
        and d.cell = app.portfolio_cell(:tier, :owner)
        and d.day = any (array(
            select current_date - :period::integer
                + n * :period::integer / 12
            from generate_series(0, 11) n))
    union all
    select current_date, s.arr_cents, s.risk_cents, d.cents, s.average
    from sums s
    cross join due d
    where :under::uuid is null
), figure as (
    select f.*, own.currency
    from sums s
    cross join due d
    cross join (
        select coalesce(settings ->> 'currency', 'USD') as currency
        from tenants
        where id = :tenant_id::uuid
        offset 0) own
    left join past p on true
    left join rate r on true
    left join lateral app.score_band(:tenant_id::uuid,
        round(s.average, 1)) b on true
    cross join lateral (values
        (1, 'ARR', '?sort=-arr&status=current',
            app.money_short(s.arr_cents, own.currency),
            app.count_text(s.accounts, 'account'), null, null,
            s.arr_cents - p.arr_cents, '$', 1, (
                select array_agg(arr order by day) from drawn)),
        (2, 'Net retention (NRR)', '?sort=-arr&status=current',
            round(r.net, 1) || '%', 'of ARR, with expansion', null, null,
            round(r.net - r.past_net, 1), ' pts', 1, null),
        (3, 'Gross retention (GRR)', '?sort=-arr&status=current',
            round(r.gross, 1) || '%', 'of ARR, without expansion', null,
            null, round(r.gross - r.past_gross, 1), ' pts', 1, null),
        (4, 'Average health', '?sort=health&status=current',
            round(s.average, 1)::text, coalesce(round(s.weighted, 1)
                || ' weighted by ARR', case when s.average is null
                    then 'No account has a score yet' end),
            b.band, b.label,
            round(s.average, 1) - round(p.score_sum
                / nullif(p.score_count, 0)::numeric, 1), ' pts', 1, (
                select array_agg(average order by day) from drawn)),
        (5, 'Revenue at risk', '?sort=-arr&band=risk&status=current',
            app.money_short(s.risk_cents, own.currency),
            coalesce(round(100.0 * s.risk_cents
                / nullif(s.arr_cents, 0)) || '% of ARR, ', '')
                || app.count_text(s.risk_accounts, 'account'), null, null,
            s.risk_cents - p.risk_cents, '$', -1, (
                select array_agg(risk order by day) from drawn)),
        (6, 'Renewals in 90 days', '?sort=renewal&status=current&due=90',
            app.money_short(d.cents, own.currency),
            app.count_text(d.accounts, 'renewal'), null, null,
            d.cents - p.due_cents, '$', 0, (
                select array_agg(due order by day) from drawn)))
        f (place, label, link, value, note, band, band_label, delta, unit,
            good, points)
)
select f.label, f.link, f.value, f.note, f.band, f.band_label,
    case when f.delta is not null then
        case when f.delta > 0 then '+' when f.delta < 0 then '−' else '±' end
            || case f.unit when '$'
                then app.money_short(abs(f.delta)::bigint, f.currency)
                else trim_scale(abs(f.delta)) || f.unit end
        end as delta_text,
    case sign(f.delta) when 1 then 'up' when -1 then 'down'
        else 'level' end as way,
    case sign(f.delta * f.good) when 1 then 'better'
        when -1 then 'worse' end as sense,
    c.line, c.area,
    f.place = 1 and (select accounts from sums) > 0 as has_accounts
from figure f
left join lateral (
    select string_agg(c.x || ',' || c.y, ' ' order by c.n) as line,
        min(c.x) || ',100 ' || string_agg(c.x || ',' || c.y, ' '
            order by c.n) || ' ' || max(c.x) || ',100' as area
    from (
        select min(v) - (max(v) - min(v)) * 0.15 as low,
            max(v) + (max(v) - min(v)) * 0.15 as high
        from unnest(f.points) v) b
    cross join lateral app.chart_points(f.points, b.low, b.high) c
    where cardinality(f.points) > 2) c on true
order by f.place;

-- name: executive_charts
-- One row: a donut of health, the stages, renewals by quarter, and which
-- stages were entered. (Their JSON is put together by hand: a call of
-- json_build_object looks up the types of all its arguments, each time.)
with own as materialized (
    select app.severity_names(:tenant_id::uuid) as names,
        coalesce(settings ->> 'currency', 'USD') as currency
    from tenants
    where id = :tenant_id::uuid
), line as materialized (
    select kind, key, accounts, arr_cents
    from portfolio_lines(:tenant_id::uuid,
        array['band', 'stage', 'quarter', 'entered'], :tier, :owner,
        :under::uuid)
), band as materialized (
    select b.place, b.key, b.band, o.names ->> b.band as label
    from (values (1, 'healthy', 'healthy'), (2, 'moderate', 'moderate'),
        (3, 'at_risk', 'at_risk'), (4, 'critical', 'critical'),
        (5, 'unknown', 'unscored')) b (place, key, band)
    cross join own o
), stage as materialized (
    select coalesce(g.place, 1000000) as place, g.name,
        coalesce(g.color_hex, '#64748b') as color_hex,
        coalesce(l.accounts, 0) as accounts,
        coalesce(l.arr_cents, 0) as arr_cents
    from (
        select name, color_hex, row_number() over (order by display_order)
            as place
        from journey_stages
        where tenant_id = :tenant_id::uuid
        offset 0) g
    full join (
        select key, accounts, arr_cents from line
        where kind = 'stage') l on l.key = g.name
    where g.name is not null or l.key = '' and l.accounts > 0
),
-- the donut
share as materialized (
    select b.place, b.band, b.label, coalesce(l.accounts, 0) as accounts,
        coalesce(l.arr_cents, 0) as arr_cents
    from band b
    left join line l on l.kind = 'band' and l.key = b.key
    where b.key <> 'unknown' or l.accounts > 0
), donut as (
    select json_build_object('id', 'health',
        'title', case when :by = 'arr' then 'ARR by health band'
            else 'Accounts by health band' end,
        'desc', string_agg(t.label || ' ' || case when :by = 'arr'
            then t.arr_text else t.accounts_text end, ', '
            order by t.place),
        'value', case when :by = 'arr' then app.money_short(
                sum(t.arr_cents)::bigint, min(o.currency))
            else app.number_text(sum(t.accounts)::bigint) end,
        'unit', case when :by = 'arr' then 'ARR'
            when sum(t.accounts) = 1 then 'account' else 'accounts' end,
        'parts', ('[' || string_agg('{"tone":"' || t.band || '","label":'
            || to_json(t.label) || ',"dash":'
            || case when t.dash is null then 'null' else t.dash::text end
            || ',"start":' || t.start || ',"accounts_text":"'
            || t.accounts_text || '","arr_text":"' || t.arr_text
            || '","share_text":"' || trunc(t.share + 0.5) || '%"}', ','
            order by t.place) || ']')::json) as chart
    from own o
    cross join lateral (
        select p.*, c.share, c.start, c.dash,
            app.number_text(p.accounts) as accounts_text,
            app.money_short(p.arr_cents, o.currency) as arr_text
        from (
            select array_agg((case when :by = 'arr' then arr_cents
                else accounts end)::float8 order by place) as values
            from share) v
        cross join lateral app.chart_shares(v.values) c
        join share p on p.place = c.n
        offset 0) t
), stages as (
    select ('[' || string_agg('{"stage":'
        || case when s.name is null then 'null'
            else to_json(s.name)::text end
        || ',"stage_query":"' || app.url_encode(case when s.name is null
            then '' else s.name end)
        || '","accounts_text":"' || app.number_text(s.accounts)
        || '","arr_text":"' || app.money_short(s.arr_cents, o.currency)
        || '","bar":{"x":0,"color_hex":"' || s.color_hex || '","width":'
        || 1000 * s.accounts / greatest(m.most, 1) / 10.0::float8
        || '}}', ',' order by s.place) || ']')::json as rows
    from stage s
    cross join own o
    cross join (
        select max(accounts) as most from stage
        offset 0) m
),
-- renewals
quarter as materialized (
    select n, first_day, to_char(first_day, 'YYYY-Q ') as key
    from (
        select n, date_trunc('quarter', current_date::timestamp)
            + n * interval '3 months' as first_day
        from generate_series(0, 3) n
        offset 0) q
), due as materialized (
    select q.n * 5 + b.place as at, q.n, b.place, b.band, b.label,
        coalesce(l.accounts, 0) as accounts,
        coalesce(l.arr_cents, 0) as arr_cents
    from quarter q
    cross join band b
    left join line l on l.kind = 'quarter' and l.key = q.key || b.key
), due_place as materialized (
    select d.*, c.x, c.width, c.middle, c.top, c.height, c.head
    from (
        select array_agg(n order by at) as columns,
            array_agg(arr_cents::float8 order by at) as values
        from due) v
    cross join lateral app.chart_stacks(v.columns, v.values, 4) c
    join due d on d.at = c.n
), due_column as materialized (
    select d.n, to_char(q.first_day, '"Q"Q YYYY') as label, d.middle,
        d.head, app.money_short(d.arr_cents, o.currency) as text,
        app.money_short(d.risk_cents, o.currency) as risk_text,
        app.count_text(d.accounts, 'account') as note
    from (
        select n, middle, head, sum(arr_cents)::bigint as arr_cents,
            sum(accounts)::bigint as accounts,
            sum(case when place in (3, 4) then arr_cents else 0 end)::bigint
                as risk_cents
        from due_place
        group by n, middle, head
        offset 0) d
    join quarter q on q.n = d.n
    cross join own o
), renewals as (
    select json_build_object('id', 'renewals',
        'title', 'ARR up for renewal by quarter',
        'desc', string_agg(t.label || ' ' || t.text || ', ' || t.risk_text
            || ' at risk', '; ' order by t.n),
        'columns', ('[' || string_agg('{"middle":' || t.middle
            || ',"head":' || t.head || ',"text":"' || t.text
            || '","risk_text":"' || t.risk_text || '","label":"' || t.label
            || '","note":"' || t.note || '"}', ',' order by t.n) || ']')
            ::json,
        'series', (
            select ('[' || string_agg('{"tone":"' || s.band || '","label":'
                || to_json(s.label) || ',"parts":[' || s.parts || ']}', ','
                order by s.place) || ']')::json
            from (
                select p.place, p.band, p.label, string_agg('{"x":' || p.x
                    || ',"width":' || p.width || ',"top":' || p.top
                    || ',"height":' || p.height || '}', ',' order by p.n)
                    as parts
                from due_place p
                where p.height > 0
                group by p.place, p.band, p.label) s)) as chart
    from due_column t
),
-- stages entered
month as materialized (
    select n, to_char(first_day, 'YYYY-MM ') as key,
        to_char(first_day, 'Mon') as label
    from (
        select n, date_trunc('month', current_date::timestamp)
            - (5 - n) * interval '1 month' as first_day
        from generate_series(0, 5) n
        offset 0) m
), entry as materialized (
    select row_number() over (order by m.n, s.place) as at, m.n,
        m.label as month, s.place, s.name, s.color_hex,
        case when l.accounts > 0 then l.accounts else 0 end as accounts
    from month m
    cross join stage s
    left join line l on l.kind = 'entered' and l.key = m.key || s.name
    where s.name is not null
        and exists (select from line where kind = 'entered')
), entry_place as materialized (
    select e.*, c.x, c.width, c.middle, c.top, c.height, c.head
    from (
        select array_agg(n order by at) as columns,
            array_agg(accounts::float8 order by at) as values
        from entry) v
    cross join lateral app.chart_stacks(v.columns, v.values, 6) c
    join entry e on e.at = c.n
), moves as (
    select json_build_object('id', 'moves',
        'title', 'Accounts that entered a stage, by month',
        'desc', string_agg(c.label || ' ' || c.text, ', ' order by c.n),
        'columns', ('[' || string_agg('{"middle":' || c.middle
            || ',"head":' || c.head || ',"text":"' || c.text
            || '","label":"' || c.label || '"}', ',' order by c.n) || ']')
            ::json,
        'head', ('[' || string_agg('"' || c.label || '"', ',' order by c.n)
            || ']')::json,
        'series', (
            select ('[' || string_agg('{"label":' || to_json(s.name)
                || ',"color_hex":"' || s.color_hex || '","hatch":'
                || 1 + (s.place - 1) % 6 || ',"parts":[' || s.parts
                || '],"cells":[' || s.cells || ']}', ',' order by s.place)
                || ']')::json
            from (
                select place, name, color_hex, string_agg('{"x":' || x
                    || ',"width":' || width || ',"top":' || top
                    || ',"height":' || height || '}', ',' order by n)
                    filter (where height > 0) as parts,
                    string_agg('"' || app.number_text(accounts) || '"',
                        ',' order by n) as cells
                from entry_place
                group by place, name, color_hex
                having sum(accounts) > 0) s)) as chart
    from (
        select e.n, e.month as label, e.middle, e.head,
            app.number_text(e.accounts) as text
        from (
            select n, month, middle, head, sum(accounts)::bigint as accounts
            from entry_place
            group by n, month, middle, head
            offset 0) e) c
    having count(*) > 0
)
select d.chart as bands, s.rows as stages, r.chart as renewals,
    m.chart as moves
from donut d
cross join stages s
cross join renewals r
left join moves m on true;

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
    app.money_short(g.expansion_cents::bigint, own.currency)
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
