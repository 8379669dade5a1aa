-- One account seen from all sides. account_show has no row when there is no
-- such account in this tenant; the page is then 404.

-- name: account_show
select a.id, a.name, a.health_score,
    coalesce(a.health_band::text, 'unscored') as health_band,
    app.band_text(a.health_band) as band_label,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    a.current_stage as stage, s.color_hex,
    app.url_encode(a.current_stage) as stage_query,
    app.count_text(current_date - a.stage_entered_at::date, 'day')
        as stage_days_text,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    a.currency,
    app.date_text(a.contract_start_date) as contract_start_text,
    app.date_text(a.contract_end_date) as contract_end_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    a.industry, a.external_id,
    o.full_name as owner, o.user_id as owner_id,
    app.ago_text(a.last_contact_at) as contact_text,
    app.date_text(a.created_at::date) as created_text
from accounts a
left join journey_stages s
    on s.tenant_id = :tenant_id::uuid and s.name = a.current_stage
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = a.csm_id
where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid;

-- name: account_ancestors
-- From the root to the parent.
select p.id, p.name
from accounts a
cross join lateral unnest(string_to_array(a.hierarchy_path, '/')::uuid[])
    as step (id)
join accounts p
    on p.tenant_id = :tenant_id::uuid and p.id = step.id and p.id <> a.id
where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid
order by p.hierarchy_level;

-- name: account_children
select id, name, health_score,
    coalesce(health_band::text, 'unscored') as health_band,
    app.band_text(health_band) as band_label,
    app.money_text(arr_cents, currency) as arr_text
from accounts
where tenant_id = :tenant_id::uuid and parent_id = :id::uuid
order by name_key, id
limit 50;

-- name: account_attributes
-- The tenant's own attributes, as they are.
select app.label_text(t.key) as label, t.value
from accounts a
cross join jsonb_each_text(a.crm_attributes) t
where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid
order by t.key;

-- name: account_score
-- The score that counts now; no row before the first.
select h.overall_score, h.band as health_band, h.risk_level as band_label,
    h.overall_score as health_score,
    nullif(h.trend::text, 'unknown') as trend,
    case when h.previous_score is not null then
        app.delta_text(h.overall_score - h.previous_score) || ' from '
            || h.previous_score end as trend_text,
    h.usage_score, h.engagement_score, h.support_sentiment_score,
    h.adoption_score,
    h.source = 'imported' as is_imported,
    h.source = 'override' as is_override,
    c.name as scorecard, v.version,
    h.note, o.full_name as author,
    app.ago_text(h.observed_at) as ago_text,
    app.date_text(h.observed_at::date) as date_text
from health_scores h
left join scorecard_versions v
    on v.tenant_id = :tenant_id::uuid and v.id = h.scorecard_version_id
left join scorecards c
    on c.tenant_id = :tenant_id::uuid and c.id = v.scorecard_id
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = h.created_by
where h.tenant_id = :tenant_id::uuid and h.account_id = :id::uuid
    and h.is_current;

-- name: account_score_parts
-- What adds up to that score. An entry without a weight is what rounding, or
-- a score given from outside, adds to the parts.
select p.label, p.weight || '%' as weight_text, p.value, p.value as width,
    replace(trim_scale(p.points)::text, '-', '−') as points_text,
    p.value is null as is_remainder
from health_scores h
cross join jsonb_to_recordset(h.contributions) as p (key text, label text,
    weight numeric, value numeric, points numeric)
where h.tenant_id = :tenant_id::uuid and h.account_id = :id::uuid
    and h.is_current;

-- name: account_score_history
-- The last 40 scores, the newest first, with their place in a chart of
-- 100 by 100. The newest also has the line through all of them, and the days
-- it goes from and to. Rows come as recent has them.
with recent as materialized (
    select overall_score, band, risk_level, previous_score, source, note,
        observed_at, recorded_at
    from health_scores
    where tenant_id = :tenant_id::uuid and account_id = :id::uuid
    order by observed_at desc, recorded_at desc
    limit 40
), span as materialized (
    select min(observed_at) as first_at, max(observed_at) as last_at,
        nullif(date_part('epoch', max(observed_at) - min(observed_at)), 0)
            as seconds
    from recent
), placed as materialized (
    select r.*, 100 - r.overall_score as y,
        coalesce(round(date_part('epoch', r.observed_at - t.first_at)
            / t.seconds * 10000) / 100, 50) as x,
        r.observed_at = t.last_at as is_newest
    from recent r, span t
)
select p.overall_score as health_score, p.band as health_band,
    p.risk_level as band_label, p.x, p.y,
    app.date_text(p.observed_at::date) as date_text,
    app.delta_text(p.overall_score - p.previous_score) as delta_text,
    app.label_text(p.source) as source_text, p.note,
    case when p.is_newest then (
        select string_agg(l.x || ',' || l.y, ' '
            order by l.observed_at, l.recorded_at)
        from placed l) end as line,
    case when p.is_newest then (
        select app.date_text(first_at::date) from span) end as first_text,
    case when p.is_newest then (
        select app.date_text(last_at::date) from span) end as last_text
from placed p;

-- name: account_score_chart
-- The stripes behind that chart.
select band, label, top, height, top + height / 2.0 as middle
from app.score_bands(:tenant_id::uuid);

-- name: account_journey
-- Its stays, the present one first.
select j.to_stage as stage, s.color_hex, j.notes,
    j.exited_at is null as is_current,
    app.date_text(j.entered_at::date) as entered_text,
    app.date_text(j.exited_at::date) as exited_text,
    app.count_text(d.days, 'day') as days_text,
    s.target_duration_days as target,
    app.count_text(nullif(greatest(d.days - s.target_duration_days, 0), 0),
        'day') as over_text,
    o.full_name as author
from journey_history j
cross join lateral (
    select coalesce(j.duration_days,
        current_date - j.entered_at::date) as days) d
left join journey_stages s
    on s.tenant_id = :tenant_id::uuid and s.name = j.to_stage
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = j.triggered_by
where j.tenant_id = :tenant_id::uuid and j.account_id = :id::uuid
order by j.entered_at desc, j.id
limit 12;

-- name: account_usage
-- A chart per metric: the average of each of the last twelve weeks, counted
-- back from now, so that none of them is partial. Weeks come in their order,
-- which the aggregates keep.
with weekly as (
    select metric_type,
        11 - trunc(date_part('epoch', now() - observed_at) / 604800)::integer
            as week,
        avg(metric_value) as value
    from usage_metrics
    where tenant_id = :tenant_id::uuid and account_id = :id::uuid
        and observed_at > now() - interval '84 days' and observed_at <= now()
    group by 1, 2
), placed as (
    select metric_type, week, value, app.decimal_text(value) as value_text,
        -- eleven steps across, one decimal
        round(week * 1000 / 11.0::float8) / 10 as x,
        coalesce(round(960 - 920 * value
            / nullif(max(value) over (partition by metric_type), 0)) / 10, 96)
            as y
    from weekly
    order by metric_type, week
    offset 0
)
select replace(app.label_text(replace(p.metric_type, '.', ' ')), 'Api ',
        'API ') as label,
    (array_agg(p.value_text))[count(*)] as latest_text,
    app.delta_text(round((100 * (avg(p.value) filter (where p.week >= 8)
        / nullif(avg(p.value) filter (where p.week between 4 and 7), 0) - 1))
        ::numeric)::integer) || '%' as change_text,
    string_agg(p.x || ',' || p.y, ' ') as line,
    min(p.x) || ',100 ' || string_agg(p.x || ',' || p.y, ' ') || ' '
        || max(p.x) || ',100' as area,
    ('[' || string_agg(format('{"week_text":"%s","value_text":"%s"}',
        app.date_text(current_date - 7 * (12 - p.week)), p.value_text), ',')
        || ']')::json as weeks
from placed p
group by p.metric_type
order by p.metric_type
limit 8;

-- name: account_alerts
select id, title, detail, severity, severity = 'critical' as is_critical,
    app.ago_text(created_at) as ago_text
from alerts
where tenant_id = :tenant_id::uuid and account_id = :id::uuid
    and status = 'open'
order by created_at desc, id
limit 8;

-- name: account_runs
select b.name, app.label_text(e.status) as status_text,
    e.status = 'succeeded' as is_done, e.status = 'failed' as is_failed,
    e.reason, e.error_message, app.ago_text(e.executed_at) as ago_text
from playbook_executions e
join playbooks b
    on b.tenant_id = :tenant_id::uuid and b.id = e.playbook_id
where e.tenant_id = :tenant_id::uuid and e.account_id = :id::uuid
order by e.executed_at desc, e.id
limit 8;

-- name: account_score_record
select record_health_score(:id::uuid, :usage_score::integer,
    :engagement_score::integer, :support_sentiment_score::integer,
    :adoption_score::integer, :note) as id;
