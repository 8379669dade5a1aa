-- One account seen from all sides, now or as of the end of a day (:as_of),
-- from what was known then. account_show has no row when there is no such
-- account in this tenant; the page is then 404.

-- name: account_days
-- The days the page looks from and back to; as_of is null on the page of now.
select to_char(d.today, 'YYYY-MM-DD') as today,
    to_char(d.first_day, 'YYYY-MM-DD') as first_day,
    d.first_day < least(:as_of::date, d.today) as has_past,
    to_char(d.today + 30, 'YYYY-MM-DD') as next_month,
    to_char(d.today + 363, 'YYYY-MM-DD') as next_year,
    case when :as_of::date < d.today then to_char(:as_of::date, 'YYYY-MM-DD')
        end as as_of,
    case when :as_of::date < d.today then app.date_text(:as_of::date) end
        as as_of_text
from page_days(:tenant_id::uuid, :id::uuid, :as_of::date, :since::date) d;

-- name: account_day
-- The same for the pages beside it, which do not look back from that day.
select to_char(d.today, 'YYYY-MM-DD') as today,
    to_char(d.first_day, 'YYYY-MM-DD') as first_day,
    case when :as_of::date < d.today then to_char(:as_of::date, 'YYYY-MM-DD')
        end as as_of,
    case when :as_of::date < d.today then app.date_text(:as_of::date) end
        as as_of_text
from page_days(:tenant_id::uuid, :id::uuid, :as_of::date, null) d;

-- name: account_show
select a.id, a.name,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    j.stage, s.color_hex, app.url_encode(j.stage) as stage_query,
    app.count_text(t.today - j.since, 'day') as stage_days_text,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    a.currency,
    app.date_text(a.contract_start_date) as contract_start_text,
    app.date_text(a.contract_end_date) as contract_end_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date, t.today) as renewal_days_text,
    a.renewal_date < t.today as is_overdue,
    a.industry, a.external_id,
    o.full_name as owner, o.user_id as owner_id,
    app.ago_text(a.last_contact_at) as contact_text,
    app.date_text(a.created_at::date) as created_text
from (
    select least(:as_of::date, current_date) as today,
        coalesce(:as_of::date >= current_date, true) as is_now
    offset 0) t
cross join lateral (
    select n.* from accounts n
    where n.tenant_id = :tenant_id::uuid and n.id = :id::uuid and t.is_now
    union all
    select p.* from jsonb_populate_record(null::accounts,
        case when not t.is_now then api.account_at(:tenant_id::uuid,
            :id::uuid, app.end_of_day(:as_of::date)) end) p
    where p.id is not null) a
left join lateral (
    select h.to_stage as stage, h.entered_at::date as since
    from journey_history h
    where h.tenant_id = :tenant_id::uuid and h.account_id = :id::uuid
        and h.entered_at <= app.end_of_day(:as_of::date)
        and h.created_at <= app.end_of_day(:as_of::date) and not t.is_now
    order by h.entered_at desc limit 1) j0 on true
cross join lateral (
    select case when t.is_now then a.current_stage else j0.stage end as stage,
        case when t.is_now then a.stage_entered_at::date else j0.since end
            as since) j
left join journey_stages s
    on s.tenant_id = :tenant_id::uuid and s.name = j.stage
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = a.csm_id;

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
    coalesce(health_label, app.band_text(health_band)) as band_label,
    app.money_text(arr_cents, currency) as arr_text
from accounts
where tenant_id = :tenant_id::uuid and parent_id = :id::uuid
order by name_key, id
limit 50;

-- name: account_score
-- The score the account shows: what a person set, else what was calculated or
-- imported. No row before the first.
select t.score as health_score,
    coalesce(b.severity, h.band) as health_band,
    coalesce(b.label, h.risk_level) as band_label,
    case when o.id is null then nullif(h.trend::text, 'unknown') end as trend,
    case when h.previous_score is not null then
        app.delta_text(h.overall_score - h.previous_score) || ' from '
            || h.previous_score end as trend_text,
    h.usage_score, h.engagement_score, h.support_sentiment_score,
    h.adoption_score,
    o.id is not null as is_override,
    o.reason, app.date_text(o.created_at::date) as set_text,
    app.date_text((o.expires_at - interval '1 second')::date)
        as last_day_text,
    app.day_text((o.expires_at - interval '1 second')::date,
        least(:as_of::date, current_date)) as last_day_days_text,
    p.full_name as set_by,
    h.overall_score as calculated_score, h.band as calculated_band,
    h.risk_level as calculated_label,
    h.source = 'imported' as is_imported,
    c.name as scorecard, v.version,
    h.note, g.full_name as author,
    case when :as_of::date < current_date
        then app.date_text(h.observed_at::date)
        else app.ago_text(h.observed_at) end as ago_text
from (select) one
left join lateral score_as_of(:tenant_id::uuid, :id::uuid,
    app.end_of_day(:as_of::date)) h on true
left join lateral (
    select * from health_overrides r
    where r.tenant_id = :tenant_id::uuid and r.account_id = :id::uuid
        and r.created_at <= app.end_of_day(:as_of::date)
        and least(r.ended_at, r.expires_at) > app.end_of_day(:as_of::date)
    order by r.created_at desc limit 1) o on true
cross join lateral (
    select coalesce(o.score, h.overall_score) as score) t
left join lateral (
    select * from scorecard_bands(account_document(:tenant_id::uuid,
        :id::uuid, h.scorecard_version_id)) d
    where o.id is not null and d.lower <= o.score
    order by d.lower desc limit 1) b on true
left join scorecard_versions v
    on v.tenant_id = :tenant_id::uuid and v.id = h.scorecard_version_id
left join scorecards c
    on c.tenant_id = :tenant_id::uuid and c.id = v.scorecard_id
left join profiles g
    on g.tenant_id = :tenant_id::uuid and g.user_id = h.created_by
left join profiles p
    on p.tenant_id = :tenant_id::uuid and p.user_id = o.created_by
where t.score is not null;

-- name: account_why
-- Why the calculated score is what it is. Each list shows a dozen lines at
-- most: what has the fewest points stands together in the last one, so that
-- they add up all the same. A part's bar begins where the one before it ends.
-- What a person set instead is said by account_score. (JSON is put together by
-- hand: json_build_object looks up the types of its arguments at each call.)
with day as materialized (
    select coalesce(:since::date,
        least(:as_of::date, current_date) - 30) as since
), judged as materialized (
    select t.document, t.lines, explanation_of(h, r,
        case when :since::date is not null or exists (
                select from health_scores f
                where f.tenant_id = :tenant_id::uuid
                    and f.account_id = :id::uuid
                    and f.observed_at <= app.end_of_day(d.since)
                    and f.recorded_at <= app.end_of_day(d.since))
            then app.end_of_day(d.since) end,
        app.end_of_day(:as_of::date)) as why
    from day d
    cross join lateral score_as_of(:tenant_id::uuid, :id::uuid,
        app.end_of_day(:as_of::date)) h
    cross join lateral reading_of(h) r
    -- without a version, the names of the scorecard that applies now
    cross join lateral (
        select r.document, r.lines where h.scorecard_version_id is not null
        union all
        select d.document, score_lines(metrics_of(d.document),
            h.contributions)
        from account_document(:tenant_id::uuid, :id::uuid, null)
            as d (document)
        where h.scorecard_version_id is null) t
    where h.id is not null
), line as materialized (
    select l.*, l.is_metric and row_number() over (
            partition by l.is_metric order by abs(l.points) desc, l.place) > 11
            and count(*) filter (where l.is_metric) over () > 12 as is_small
    from judged j
    cross join lateral unnest(j.lines) l
), part as materialized (
    select l.place, l.is_metric, l.label, l.points,
        case when l.is_metric then coalesce(case
            when l.state in ('missing', 'zero', 'neutral') then 'No data'
            when l.source = 'component' then l.raw_text || ' of 100'
            else l.raw_text || ', worth ' || points_text(l.value)
                || ' of 100' end, '')
            || case when l.value is not null
                then ' · weight ' || points_text(l.weight) || '%' else '' end
            end as detail
    from line l
    where not l.is_small
    union all
    select 10000, true, app.count_text(count(*), 'other metric'),
        sum(l.points), 'weight ' || points_text(sum(l.weight)) || '%'
    from line l
    where l.is_small
    having count(*) > 0
), placed as materialized (
    select p.*, c.x, c.width, c.is_less
    from (
        select array_agg(points::float8 order by not is_metric, place)
            as values
        from part) v
    cross join lateral app.chart_steps(v.values, 100) c
    join (
        select *, row_number() over (order by not is_metric, place) as n
        from part) p on p.n = c.n
), change as materialized (
    select c.place, c.value, (c.value -> 'points')::numeric as points,
        count(*) over () as lines
    from judged j
    cross join lateral jsonb_array_elements(j.why -> 'changes' -> 'lines')
        with ordinality c (value, place)
), told as materialized (
    select c.place, c.value ->> 'label' as label, c.points,
        case when (c.value -> 'is_metric')::boolean then
            coalesce(c.value ->> 'from_text', 'no data') || ' → '
                || coalesce(c.value ->> 'to_text', 'no data')
            when c.value ->> 'key' = 'version' then (
                select string_agg(x.value ->> 'text', ', ' order by x.place)
                from jsonb_array_elements(c.value -> 'changes')
                    with ordinality x (value, place)
                where x.place <= 6) end as detail
    from change c
    where c.place <= 11 or c.lines <= 12
    union all
    select 10000, app.count_text(count(*), 'smaller change'), sum(c.points),
        null
    from change c
    where c.place > 11 and c.lines > 12
    having count(*) > 0
), drawn as materialized (
    select t.*, c.x, c.width, c.is_less
    from (
        select array_agg(points::float8 order by place) as values
        from told) v
    cross join lateral app.chart_diverging(v.values) c
    join (
        select *, row_number() over (order by place) as n
        from told) t on t.n = c.n
)
select coalesce(replace(j.why ->> 'sentence', (j.why -> 'override'
        ->> 'sentence') || '; calculated: ', ''), j.why ->> 'sentence')
        as sentence,
    j.why ->> 'score' as score,
    j.why ->> 'band' as health_band, j.why ->> 'band_label' as band_label,
    (
        select ('[' || string_agg('{"label":' || to_json(p.label)
            || coalesce(',"detail":' || to_json(p.detail), '')
            || ',"points_text":"'
            || replace(trim_scale(p.points)::text, '-', '−')
            || case when p.points <> 0 then '","bar":{"x":' || p.x
                || ',"width":' || p.width
                || ',"is_less":' || p.is_less || '}}' else '"}' end, ','
            order by p.n) || ']')::json
        from placed p) as parts,
    json_build_object('x', 0, 'width', (j.why ->> 'score')::integer,
        'tone', j.why ->> 'band', 'bounds', (
            select json_agg(b.lower order by b.lower)
            from scorecard_bands(j.document) b)) as bar,
    exists (select from part) as has_parts,
    j.why -> 'changes' ->> 'sentence' as changes_text,
    to_char(coalesce(:since::date, ((j.why -> 'changes' ->> 'since')
        ::timestamptz at time zone 'UTC')::date, d.since), 'YYYY-MM-DD')
        as since,
    case when exists (select from change)
        then j.why -> 'changes' ->> 'from_score' end as from_score,
    app.delta_text((j.why ->> 'score')::integer
        - (j.why -> 'changes' ->> 'from_score')::integer) as delta_text,
    (
        select ('[' || string_agg('{"label":' || to_json(d.label)
            || coalesce(',"detail":' || to_json(d.detail), '')
            || ',"points_text":"' || case when d.points > 0 then '+' else '' end
            || replace(trim_scale(d.points)::text, '-', '−')
            || case when d.points <> 0 then '","bar":{"is_change": true,"x":'
                || d.x || ',"width":' || d.width
                || ',"is_less":' || d.is_less || '}}' else '"}' end, ','
            order by d.n) || ']')::json
        from drawn d) as changes,
    j.why -> 'next_band' ->> 'sentence' as next_text,
    j.why -> 'next_band' ->> 'severity' as next_band,
    j.why -> 'next_band' ->> 'label' as next_label,
    app.count_text((j.why -> 'next_band' -> 'needed_points')::bigint, 'point')
        as needed_text,
    j.why ->> 'next_band_reason' as next_reason,
    (
        select json_agg(m.value ->> 'sentence' order by m.place)
        from jsonb_array_elements(j.why -> 'missing')
            with ordinality m (value, place)
        where m.place <= 8) as missing,
    app.count_text(nullif(greatest(
        jsonb_array_length(j.why -> 'missing') - 8, 0), 0)::bigint, 'other')
        as more_missing_text
from judged j, day d;

-- name: account_score_history
-- The scores of twelve months, the newest first, each with its point in a
-- chart; when there are more than 40, the last of each week. The newest also
-- has the chart: the line through all of them, over the bands of the newest.
with recent as materialized (
    select overall_score, band, risk_level, source, observed_at, recorded_at,
        scorecard_version_id,
        ceil(date_part('epoch', app.end_of_day(:as_of::date) - observed_at)
            / 604800) as week
    from health_scores
    where tenant_id = :tenant_id::uuid and account_id = :id::uuid
        and observed_at <= app.end_of_day(:as_of::date)
        and observed_at > app.end_of_day(:as_of::date) - interval '1 year'
        and recorded_at <= app.end_of_day(:as_of::date)
    order by observed_at desc, recorded_at desc
    limit 1000
), shown as materialized (
    select r.*, row_number() over past as n,
        r.overall_score - lag(r.overall_score) over past as delta
    from (
        select r.*, row_number() over (partition by r.week
                order by r.observed_at desc, r.recorded_at desc) as place,
            count(*) over () as scores
        from recent r) r
    where r.scores <= 40 or r.place = 1
    window past as (order by r.observed_at, r.recorded_at)
), placed as materialized (
    select s.*, c.x, c.y, app.date_text(s.observed_at::date) as date_text
    from (
        select array_agg(date_part('epoch', observed_at) order by n)
                as places,
            array_agg(overall_score::float8 order by n) as scores
        from shown) v
    cross join lateral app.chart_points_at(v.places, v.scores, 0, 100) c
    join shown s on s.n = c.n
    order by s.n desc
)
select p.x, p.y, p.date_text || ': ' || p.overall_score as text,
    p.overall_score as health_score, p.band as health_band,
    p.risk_level as band_label, p.date_text,
    to_char(p.observed_at, 'YYYY-MM-DD') as day,
    app.delta_text(p.delta) as delta_text,
    app.label_text(p.source) as source_text,
    case when p.n = (select count(*) from placed) then (
        select json_build_object('id', 'scores',
            'title', 'Health score over twelve months',
            'desc', format('From %s on %s to %s on %s',
                f.overall_score, f.date_text, p.overall_score, p.date_text),
            'is_weekly', p.scores > 40, 'line', (
                select string_agg(l.x || ',' || l.y, ' ' order by l.n)
                from placed l),
            'from_text', f.date_text, 'to_text', p.date_text,
            'bands', (
                select json_agg(json_build_object('top', s.top,
                    'height', s.height, 'middle', s.middle,
                    'tone', b.tones[s.n], 'label', b.labels[s.n])
                    order by s.n)
                from (
                    select array_agg(lower::float8) as lower,
                        array_agg(upper::float8) as upper,
                        array_agg(severity) as tones,
                        array_agg(label) as labels
                    from scorecard_bands(account_document(
                        :tenant_id::uuid, :id::uuid,
                        p.scorecard_version_id))) b
                cross join lateral app.chart_stripes(b.lower, b.upper, 0,
                    100) s))
        from placed f
        where f.n = 1) end as chart
from placed p;

-- name: account_journey
-- Its stays, the present one first.
select j.to_stage as stage, s.color_hex, j.notes,
    d.exited_on is null as is_current,
    app.date_text(j.entered_at::date) as entered_text,
    app.date_text(d.exited_on) as exited_text,
    app.count_text(d.days, 'day') as days_text,
    s.target_duration_days as target,
    app.count_text(nullif(greatest(d.days - s.target_duration_days, 0), 0),
        'day') as over_text,
    o.full_name as author
from journey_history j
cross join lateral (
    select case when j.exited_at <= app.end_of_day(:as_of::date)
        then j.exited_at::date end as exited_on) x
cross join lateral (
    select x.exited_on, coalesce(
        case when x.exited_on is not null then j.duration_days end,
        coalesce(x.exited_on, least(:as_of::date, current_date))
            - j.entered_at::date) as days
    offset 0) d
left join journey_stages s
    on s.tenant_id = :tenant_id::uuid and s.name = j.to_stage
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = j.triggered_by
where j.tenant_id = :tenant_id::uuid and j.account_id = :id::uuid
    and j.entered_at <= app.end_of_day(:as_of::date)
    and j.created_at <= app.end_of_day(:as_of::date)
order by j.entered_at desc, j.id
limit 12;

-- name: account_usage
-- A chart per metric: the average of each of the last twelve weeks, counted
-- back, so that none of them is partial. Weeks come in their order, which the
-- aggregates keep. In numeric, which nothing that was sent overflows; a
-- change of more than six figures is none worth saying.
with weekly as (
    select metric_type,
        11 - trunc(date_part('epoch', app.end_of_day(:as_of::date)
            - observed_at) / 604800)::integer as week,
        avg(metric_value::numeric) as value
    from usage_metrics
    where tenant_id = :tenant_id::uuid and account_id = :id::uuid
        and observed_at > app.end_of_day(:as_of::date) - interval '84 days'
        and observed_at <= app.end_of_day(:as_of::date)
        and recorded_at <= app.end_of_day(:as_of::date)
    group by 1, 2
), placed as (
    select metric_type, week, app.decimal_text(value::float8) as value_text,
        coalesce(round(value / nullif(max(abs(value)) over metric, 0), 6), 0)::float8
            as part,
        -- None of what is not above zero: from there nothing is a percentage.
        round(100 * (avg(value) filter (where week >= 8) over metric
            / nullif(greatest(avg(value) filter (where week between 4 and 7)
                over metric, 0), 0) - 1)) as change
    from weekly
    window metric as (partition by metric_type)
    order by metric_type, week
    offset 0
)
select p.label, p.latest_text, p.change_text, p.weeks, c.line, c.area
from (
    select replace(app.label_text(replace(p.metric_type, '.', ' ')), 'Api ',
            'API ') as label,
        (array_agg(p.value_text))[count(*)] as latest_text,
        case when abs(min(p.change)) < 1000000
            then app.delta_text(min(p.change)::integer) || '%' end
            as change_text,
        -- of eleven steps across, those that have a value
        array(
            select q.part
            from generate_series(0, 11) w (week)
            left join placed q
                on q.metric_type = p.metric_type and q.week = w.week
            order by w.week) as parts,
        least(min(p.part), 0) - 0.05 as low,
        case when min(p.part) < 0 then greatest(max(p.part), 0) else 1 end
            + 0.05 as high,
        ('[' || string_agg(format('{"week_text":"%s","value_text":"%s"}',
            app.date_text(least(:as_of::date, current_date)
                - 7 * (12 - p.week)), p.value_text), ',')
            || ']')::json as weeks
    from placed p
    group by p.metric_type
    order by p.metric_type
    limit 8) p
cross join lateral app.chart_line(p.parts, p.low, p.high) c;

-- name: account_alerts
select id, title, detail, severity, severity = 'critical' as is_critical,
    case when :as_of::date < current_date
        then app.date_text(created_at::date)
        else app.ago_text(created_at) end as ago_text
from alerts
where tenant_id = :tenant_id::uuid and account_id = :id::uuid
    and created_at <= app.end_of_day(:as_of::date)
    and case when :as_of::date < current_date
        then coalesce(least(acknowledged_at, resolved_at)
            > app.end_of_day(:as_of::date), true)
        else status = 'open' end
order by created_at desc, id
limit 8;

-- name: account_runs
select b.name, app.label_text(e.status) as status_text,
    e.status = 'succeeded' as is_done, e.status = 'failed' as is_failed,
    e.reason, e.error_message,
    case when :as_of::date < current_date
        then app.date_text(e.executed_at::date)
        else app.ago_text(e.executed_at) end as ago_text
from playbook_executions e
join playbooks b
    on b.tenant_id = :tenant_id::uuid and b.id = e.playbook_id
where e.tenant_id = :tenant_id::uuid and e.account_id = :id::uuid
    and e.executed_at <= app.end_of_day(:as_of::date)
order by e.executed_at desc, e.id
limit 8;

-- name: account_parts
-- What a person records of a score: the parts that the scorecard takes from
-- him; none where it takes none, or nobody records here.
select * from score_form(:tenant_id::uuid, :id::uuid, :form::jsonb)
where app.may('Practitioner') and coalesce(:as_of::date >= current_date, true);

-- name: account_parts_record
select record_parts(:tenant_id::uuid, :id::uuid, :form::jsonb - 'note',
    :note) as id;

-- name: account_score_record
select record_health_score(:id::uuid, :usage_score::integer,
    :engagement_score::integer, :support_sentiment_score::integer,
    :adoption_score::integer, :note) as id;
