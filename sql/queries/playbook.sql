-- Playbooks and what they decided.

-- name: playbook_list
-- Each with its runs of a week: those are few, decisions not to run are many.
with week as materialized (
    select playbook_id, count(*) as runs,
        count(*) filter (where status = 'succeeded') as succeeded,
        count(*) filter (where status = 'failed') as failed
    from (
        select playbook_id, status from playbook_executions
        where tenant_id = :tenant_id::uuid and status <> 'skipped'
            and executed_at > now() - interval '7 days'
        order by executed_at desc
        limit 10000) e
    group by playbook_id
)
select p.id, p.name, p.description, p.is_active,
    playbook_text(p.trigger_type, p.trigger_criteria) as trigger_text,
    case when p.webhook_endpoint_id is null then 'nowhere yet'
        else e.name end as endpoint,
    e.is_active = false as is_endpoint_paused,
    app.count_text(p.cooldown_minutes, 'minute') as cooldown_text,
    case when p.max_executions_per_day is not null
        then app.count_text(p.max_executions_per_day, 'run') end as limit_text,
    app.number_text(case when w.runs is null then 0 else w.runs end)
        as runs_text,
    round(100.0 * w.succeeded / nullif(w.succeeded + w.failed, 0)) || '%'
        as success_text,
    w.failed > 0 as has_failed,
    l.status = 'skipped' as is_last_skipped, l.reason as last_reason,
    app.ago_text(l.executed_at) as last_text,
    (select app.may('Tenant Admin')) as may_edit
from playbooks p
left join webhook_endpoints e
    on e.tenant_id = :tenant_id::uuid and e.id = p.webhook_endpoint_id
left join week w on w.playbook_id = p.id
left join lateral (
    select x.status, x.reason, x.executed_at from playbook_executions x
    where x.tenant_id = :tenant_id::uuid and x.playbook_id = p.id
    order by x.executed_at desc
    limit 1) l on true
where p.tenant_id = :tenant_id::uuid
order by not p.is_active, p.name
limit 200;

-- name: playbook_days
-- Runs of two weeks, playbook by day: a heat map. No row when there are none.
with days as materialized (
    select n, current_date - 13 + n as day
    from generate_series(0, 13) n
), run as materialized (
    select playbook_id, (executed_at at time zone 'UTC')::date as day,
        count(*) as runs
    from (
        select playbook_id, executed_at from playbook_executions
        where tenant_id = :tenant_id::uuid and status <> 'skipped'
            and executed_at >= current_date - 13
        order by executed_at desc
        limit 10000) e
    group by 1, 2
), cell as materialized (
    select row_number() over (order by p.name, d.n) as at, p.id, p.name,
        d.n, d.day, case when r.runs > 0 then r.runs else 0 end as runs
    from (
        select id, name from playbooks
        where tenant_id = :tenant_id::uuid
            and id = any (array(select playbook_id from run))
        order by name
        limit 30) p
    cross join days d
    left join run r on r.playbook_id = p.id and r.day = d.day
)
select 'Runs by day' as title, (
        select json_agg(to_char(day::timestamp, 'FMDD Mon') order by n)
        from days) as head,
    json_agg(json_build_object('label', t.name,
        'url', '/dashboard/automation/runs?playbook=' || t.id,
        'cells', t.cells) order by t.name) as rows
from (
    select c.id, c.name, json_agg(json_build_object('level', l.level,
        'text', case when c.runs > 0 then app.number_text(c.runs)
            else '' end) order by c.n) as cells
    from (select array_agg(runs::float8 order by at) as values from cell) v
    cross join lateral app.chart_levels(v.values) l
    join cell c on c.at = l.n
    group by c.id, c.name) t
having count(*) > 0;

-- name: playbook_set_active
update playbooks set is_active = :is_active = 'true'
where tenant_id = :tenant_id::uuid and id = :id::uuid
returning id;

-- name: playbook_choices
select id, name, id = :playbook::uuid as is_selected from playbooks
where tenant_id = :tenant_id::uuid
order by name
limit 200;

-- name: playbook_run_page
select :show = 'all' as is_all, :show = 'fired' as is_fired,
    :show = 'skipped' as is_skipped, :show as show,
    case when :playbook::uuid is not null
        then app.url_pair('playbook', :playbook::uuid::text) end as query,
    :before_id::uuid is not null as is_later_page;

-- name: playbook_run_list
-- Decisions, the newest first; the 51st tells that there is a next page.
with page as materialized (
    select e.* from playbook_executions e
    where e.tenant_id = :tenant_id::uuid
        and (e.executed_at, e.id) < (
            case when :before_at::timestamptz is null then 'infinity'
                else :before_at end::timestamptz,
            case when :before_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :before_id end::uuid)
        and (case when (:playbook::uuid is null
                or e.playbook_id = :playbook::uuid)
            and (:show = 'all' or (e.status = 'skipped')
                = (:show = 'skipped')) then true end) is not null
    order by e.executed_at desc, e.id desc
    limit 51
), told as materialized (
    select count(*) as found,
        (array_agg(executed_at order by executed_at desc, id desc))[50]
            as at,
        (array_agg(id order by executed_at desc, id desc))[50] as id
    from page
)
select e.id, p.name as playbook, e.playbook_version as version,
    a.id as account_id, a.name as account, e.reason, e.result,
    e.error_message as error, app.label_text(e.status) as status_text,
    e.status = 'succeeded' as is_succeeded, e.status = 'failed' as is_failed,
    e.status = 'queued' as is_queued, e.status = 'skipped' as is_skipped,
    case when (select app.may('Practitioner')) then e.webhook_id end
        as delivery_id,
    o.full_name as actor, app.ago_text(e.executed_at) as ago_text,
    app.time_text(e.executed_at) as time_text,
    (select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
     from told where found > 50) as next_at,
    (select id from told where found > 50) as next_id
from page e
left join playbooks p
    on p.tenant_id = :tenant_id::uuid and p.id = e.playbook_id
left join accounts a
    on a.tenant_id = :tenant_id::uuid and a.id = e.account_id
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = e.executed_by
order by e.executed_at desc, e.id desc
limit 50;

-- name: playbook_options
-- On the page of an account: those that can be run by hand.
select b.id, b.name
from playbooks b
where b.tenant_id = :tenant_id::uuid and b.is_active
    and app.may('Practitioner')
    and coalesce(:as_of::date >= current_date, true)
order by lower(b.name), b.id
limit 100;

-- name: playbook_run
-- ran, or skipped where a limit held it back: the list of runs says which.
select case when (r.answer -> 'success')::boolean then 'ran' else 'skipped'
    end as done
from trigger_playbook_manually(:playbook::uuid, :id::uuid, :why) r (answer);
