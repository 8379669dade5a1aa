-- What the executive page sums, ready to be shown: its figures and charts.

-- The figures at the head, each with its change against the day the period
-- began with (past); what is a rate itself is compared with the rate of the
-- period before that (prior). The small lines have a dozen days and today.
create or replace function mainstay.executive_figures(p_tenant uuid,
    p_period integer, p_tier text, p_owner text, p_under uuid) returns json
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_figures json;
begin
    with line as materialized (
        select * from mainstay.portfolio_lines(p_tenant,
            array['band', 'flow', 'renewal'], p_tier, p_owner, p_under)
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
        select * from mainstay.portfolio_days
        where tenant_id = p_tenant and p_under is null
            and cell = app.portfolio_cell(p_tier, p_owner)
            and day <= current_date - p_period
        order by day desc
        limit 1
    ), prior as materialized (
        select * from mainstay.portfolio_days
        where tenant_id = p_tenant and p_under is null
            and cell = app.portfolio_cell(p_tier, p_owner)
            and day <= current_date - 2 * p_period
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
        from mainstay.portfolio_days d
        where d.tenant_id = p_tenant and p_under is null
            and d.cell = app.portfolio_cell(p_tier, p_owner)
            and d.day = any (array(
                select current_date - p_period
                    + n * p_period / 12
                from generate_series(0, 11) n))
        union all
        select current_date, s.arr_cents, s.risk_cents, d.cents, s.average
        from sums s
        cross join due d
        where p_under is null
    ), figure as (
        select f.*, own.currency
        from sums s
        cross join due d
        cross join (
            select coalesce(settings ->> 'currency', 'USD') as currency
            from mainstay.tenants
            where id = p_tenant
            offset 0) own
        left join past p on true
        left join rate r on true
        left join lateral app.score_band(p_tenant,
            round(s.average, 1)) b on true
        cross join lateral (values
            (1, 'ARR', '?sort=-arr&status=current',
                app.money_brief(s.arr_cents, own.currency),
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
                app.money_brief(s.risk_cents, own.currency),
                coalesce(round(100.0 * s.risk_cents
                    / nullif(s.arr_cents, 0)) || '% of ARR, ', '')
                    || app.count_text(s.risk_accounts, 'account'), null, null,
                s.risk_cents - p.risk_cents, '$', -1, (
                    select array_agg(risk order by day) from drawn)),
            (6, 'Renewals in 90 days', '?sort=renewal&status=current&due=90',
                app.money_brief(d.cents, own.currency),
                app.count_text(d.accounts, 'renewal'), null, null,
                d.cents - p.due_cents, '$', 0, (
                    select array_agg(due order by day) from drawn)))
            f (place, label, link, value, note, band, band_label, delta, unit,
                good, points)
    ), told as (
        select f.place, f.label, f.link, f.value, f.note, f.band, f.band_label,
            case when f.delta is not null then
                case when f.delta > 0 then '+' when f.delta < 0 then '−' else '±' end
                    || case f.unit when '$'
                        then app.money_brief(abs(f.delta)::bigint, f.currency)
                        else trim_scale(abs(f.delta)) || f.unit end
                end as delta_text,
            case sign(f.delta) when 1 then 'up' when -1 then 'down'
                else 'level' end as way,
            case sign(f.delta * f.good) when 1 then 'better'
                when -1 then 'worse' end as sense,
            c.line, c.area
        from figure f
        left join lateral (
            select min(v) - (max(v) - min(v)) * 0.15 as low,
                max(v) + (max(v) - min(v)) * 0.15 as high
            from unnest(f.points) v) b on true
        left join lateral app.chart_line(f.points, b.low, b.high) c
            on cardinality(f.points) > 2
    )
    select json_agg(t order by t.place) into v_figures
      from told t
     where (select accounts from sums) > 0;
    return v_figures;
end
$$;

-- One row: a donut of health, the stages, renewals by quarter, and which
-- stages were entered. (Their JSON is put together by hand: a call of
-- json_build_object looks up the types of all its arguments, each time.)
create or replace function mainstay.executive_charts(p_tenant uuid,
    p_by text, p_tier text, p_owner text, p_under uuid) returns json
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
    v_charts json;
begin
    with own as materialized (
        select app.severity_names(p_tenant) as names,
            coalesce(settings ->> 'currency', 'USD') as currency
        from mainstay.tenants
        where id = p_tenant
    ), line as materialized (
        select kind, key, accounts, arr_cents
        from mainstay.portfolio_lines(p_tenant,
            array['band', 'stage', 'quarter', 'entered'], p_tier, p_owner,
            p_under)
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
            from mainstay.journey_stages
            where tenant_id = p_tenant
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
            'title', case when p_by = 'arr' then 'ARR by health band'
                else 'Accounts by health band' end,
            'desc', string_agg(t.label || ' ' || case when p_by = 'arr'
                then t.arr_text else t.accounts_text end, ', '
                order by t.place),
            'value', case when p_by = 'arr' then app.money_brief(
                    sum(t.arr_cents)::bigint, min(o.currency))
                else app.number_text(sum(t.accounts)::bigint) end,
            'unit', case when p_by = 'arr' then 'ARR'
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
                app.money_brief(p.arr_cents, o.currency) as arr_text
            from (
                select array_agg((case when p_by = 'arr' then arr_cents
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
            || '","arr_text":"' || app.money_brief(s.arr_cents, o.currency)
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
            d.head, app.money_brief(d.arr_cents, o.currency) as text,
            app.money_brief(d.risk_cents, o.currency) as risk_text,
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
            'head', ('["Stage",' || string_agg('"' || c.label || '"', ','
                order by c.n) || ']')::json,
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
    select json_build_object('bands', d.chart, 'stages', s.rows,
        'renewals', r.chart, 'moves', m.chart) into v_charts
    from donut d
    cross join stages s
    cross join renewals r
    left join moves m on true;
    return v_charts;
end
$$;

grant execute on function
    mainstay.executive_figures(uuid, integer, text, text, uuid),
    mainstay.executive_charts(uuid, text, text, text, uuid)
    to mainstay_app, mainstay_maint, mainstay_definer;
