-- Playbooks and what they decided.

-- name: playbook_list
select p.id, p.name, p.version > 0 as has_live, p.is_active, p.is_held,
    p.held_reason, app.ago_text(p.held_at) as held_text,
    d.id is not null as has_draft, s.text ->> 'when' as when_text,
    s.text ->> 'if' as if_text,
    steps_text(:tenant_id::uuid, case when v.id is null then d.document
        else v.document end -> 'steps') as then_text,
    s.text ->> 'limits' as limits_text, e.is_endpoint_paused,
    app.number_text(f.runs) as runs_text,
    round(100.0 * f.succeeded / nullif(f.succeeded + f.failed, 0)) || '%'
        as success_text,
    f.failed > 0 as has_failed,
    case when f.held_back > 999 then '1,000+'
        when f.held_back > 0 then f.held_back::text end as held_back_text,
    l.id as last_id, l.status = 'skipped' as is_last_skipped,
    l.reason as last_reason, app.ago_text(l.executed_at) as last_text,
    (select app.may('Tenant Admin')) as may_edit
from (
    select * from playbooks
    where tenant_id = :tenant_id::uuid
    order by not is_held, not is_active, name
    limit 200) p
left join playbook_versions v
    on v.tenant_id = :tenant_id::uuid and v.playbook_id = p.id
        and v.status = 'published'
left join playbook_versions d
    on d.tenant_id = :tenant_id::uuid and d.playbook_id = p.id
        and d.status = 'draft'
cross join lateral playbook_sentence(:tenant_id::uuid,
    case when v.id is null then d.document else v.document end) s (text)
cross join lateral playbook_figures(:tenant_id::uuid, p.id) f
cross join lateral (
    select exists (
        select from webhook_endpoints w
        where w.tenant_id = :tenant_id::uuid and not w.is_active
            and w.id::text in (
                select x ->> 'endpoint'
                from jsonb_array_elements(v.document -> 'steps') x)))
    e (is_endpoint_paused)
left join lateral (
    select x.id, x.status, x.reason, x.executed_at
    from playbook_executions x
    where x.tenant_id = :tenant_id::uuid and x.playbook_id = p.id
    order by x.executed_at desc
    limit 1) l on true
order by not p.is_held, not p.is_active, p.name;

-- name: playbook_page
select (select app.may('Tenant Admin')) as may_edit;

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
select pause_playbook(:tenant_id::uuid, :id::uuid, :is_active = 'false');

-- name: playbook_release
select release_playbook(:tenant_id::uuid, :id::uuid, :go = 'on') as runs;

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

-- name: playbook_show
-- The head of each page of one playbook.
select p.id, p.name, p.description, p.version > 0 as has_live, p.is_active,
    p.is_held, p.held_reason, app.ago_text(p.held_at) as held_text,
    p.version, app.date_text(v.published_at::date) as published_text,
    o.full_name as author, d.id is not null as has_draft,
    d.version as draft_version, b.seen,
    case when v.id is not null then playbook_sentence(:tenant_id::uuid,
        v.document) end as live,
    case when d.id is not null then playbook_sentence(:tenant_id::uuid,
        d.document) end as draft,
    false as is_endpoint_paused,
    (select app.may('Tenant Admin')) as may_edit
from playbooks p
left join playbook_versions v
    on v.tenant_id = :tenant_id::uuid and v.playbook_id = p.id
        and v.status = 'published'
left join playbook_versions d
    on d.tenant_id = :tenant_id::uuid and d.playbook_id = p.id
        and d.status = 'draft'
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = v.published_by
left join playbook_base(:tenant_id::uuid, p.id) b on true
where p.tenant_id = :tenant_id::uuid and p.id = :id::uuid;

-- name: playbook_figures
select app.number_text(f.runs) as runs_text,
    round(100.0 * f.succeeded / nullif(f.succeeded + f.failed, 0)) || '%'
        as success_text,
    case when f.held_back > 999 then '1,000+'
        when f.held_back > 0 then f.held_back::text end as held_back_text,
    app.number_text(f.accounts) as accounts_text
from playbook_figures(:tenant_id::uuid, :id::uuid) f;

-- name: playbook_decisions
-- The last ten of one playbook.
select e.id, a.name as account, e.reason, e.error_message as error,
    app.label_text(e.status) as status_text,
    e.status = 'succeeded' as is_succeeded, e.status = 'failed' as is_failed,
    e.status = 'queued' as is_queued, app.ago_text(e.executed_at) as ago_text,
    app.time_text(e.executed_at) as time_text
from (
    select * from playbook_executions x
    where x.tenant_id = :tenant_id::uuid and x.playbook_id = :id::uuid
    order by x.executed_at desc
    limit 10) e
left join accounts a
    on a.tenant_id = :tenant_id::uuid and a.id = e.account_id
order by e.executed_at desc;

-- name: playbook_versions
-- The newest first, each as a sentence.
select v.id, v.version, app.label_text(v.status) as status_text,
    v.status = 'published' as is_published, v.status = 'draft' as is_draft,
    v.status = 'retired' as is_retired,
    app.date_text((case when v.published_at is null then v.created_at
        else v.published_at end)::date) as date_text,
    o.full_name as author,
    playbook_sentence(:tenant_id::uuid, v.document) as sentence
from playbook_versions v
left join profiles o
    on o.tenant_id = :tenant_id::uuid
        and o.user_id = case when v.published_at is null then v.created_by
            else v.published_by end
where v.tenant_id = :tenant_id::uuid and v.playbook_id = :id::uuid
order by v.version desc
limit 50;

-- name: playbook_new
-- The builder of one that is not there yet; :form is what was typed, or null.
select * from playbook_editor(:tenant_id::uuid, null, :form::jsonb);

-- name: playbook_editor
select * from playbook_editor(:tenant_id::uuid, :id::uuid, :form::jsonb);

-- name: playbook_problems
select p.field, p.message
from playbook_form_problems(:tenant_id::uuid, null, :form::jsonb) p;

-- name: playbook_create
-- No row when something is wrong with it.
select m.id from create_playbook(:tenant_id::uuid, :form::jsonb) m (id)
where m.id is not null;

-- name: playbook_save
select field, message from save_playbook_form(:tenant_id::uuid, :id::uuid,
    :form::jsonb);

-- name: playbook_publish
select publish_seen_playbook(:tenant_id::uuid, :id::uuid, :seen) as version;

-- name: playbook_discard
select discard_seen_playbook(:tenant_id::uuid, :id::uuid, :seen) as rest;

-- name: playbook_restore
select restore_seen_playbook(:tenant_id::uuid, :id::uuid, :version::uuid,
    :seen) as id;

-- name: playbook_run_show
-- One decision.
select e.id, p.id as playbook_id, p.name as playbook,
    e.playbook_version as version, a.id as account_id, a.name as account,
    e.reason, e.result, e.error_message as error,
    app.label_text(e.status) as status_text,
    e.status = 'succeeded' as is_succeeded, e.status = 'failed' as is_failed,
    e.status = 'queued' as is_queued, e.status = 'skipped' as is_skipped,
    o.full_name as actor, app.ago_text(e.executed_at) as ago_text,
    app.time_text(e.executed_at) as time_text,
    event_text(e.trigger_event) as event_text,
    (select json_agg(json_build_object('label', app.label_text(k.key),
            'value', event_word(k.key, k.value)) order by k.key)
        from jsonb_each_text(e.trigger_event) k
        where k.key not in ('type', 'at', 'text') and k.key !~ '_id$'
            and k.value is not null) as event,
    case when v.id is not null then playbook_sentence(:tenant_id::uuid,
        v.document) end as sentence
from playbook_executions e
left join playbooks p
    on p.tenant_id = :tenant_id::uuid and p.id = e.playbook_id
left join playbook_versions v
    on v.tenant_id = :tenant_id::uuid and v.playbook_id = e.playbook_id
        and v.version = e.playbook_version and v.status <> 'draft'
left join accounts a
    on a.tenant_id = :tenant_id::uuid and a.id = e.account_id
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = e.executed_by
where e.tenant_id = :tenant_id::uuid and e.id = :id::uuid;

-- name: playbook_run_seen
-- What it was judged by.
select s.value ->> 'what' as what, s.value ->> 'wanted' as wanted,
    s.value ->> 'found' as found, (s.value -> 'met')::boolean as is_met
from playbook_executions e
cross join lateral jsonb_array_elements(e.decision -> 'seen')
    with ordinality s (value, place)
where e.tenant_id = :tenant_id::uuid and e.id = :id::uuid
order by s.place
limit 200;

-- name: playbook_run_steps
-- What was done, step by step.
select s.place, case when s.value ->> 'status' = 'failed'
        then s.value ->> 'error' else s.value ->> 'text' end as text,
    case when s.value ->> 'status' = 'failed' and s.value ? 'delivery'
        then 'Not delivered'
        else app.label_text(s.value ->> 'status') end as status_text,
    s.value ->> 'status' in ('done', 'delivered') as is_done,
    s.value ->> 'status' = 'queued' as is_queued,
    s.value ->> 'status' = 'failed' as is_failed,
    k.label, s.value ->> 'delivery' as delivery_id,
    s.value ->> 'status' = 'suppressed' as is_suppressed,
    case when s.value ? 'task' then e.account_id end as task_account_id,
    s.value ->> 'plan' as plan_id, s.value ? 'alert' as is_alert,
    (select json_agg(json_build_object('name', x.name, 'to', x."to",
            'why', coalesce(x.why, x.error)))
        from jsonb_to_recordset(s.value -> 'sent')
            x (name text, "to" text, why text, error text)) as sent
from playbook_executions e
cross join lateral jsonb_array_elements(e.steps)
    with ordinality s (value, place)
left join step_kinds() k on k.kind = s.value ->> 'kind'
where e.tenant_id = :tenant_id::uuid and e.id = :id::uuid
order by s.place
limit 50;

-- name: playbook_run_plan
-- What undo of a run would put back, and what not.
select p.undone is not null and p.refusal is null as may_undo, p.refusal,
    to_jsonb(p.undone) as undone, to_jsonb(p.kept) as kept,
    api.is_undone(:tenant_id::uuid, run_request(e.id)) as is_undone
from playbook_executions e
cross join lateral undo_execution_plan(:tenant_id::uuid, e.id) p
where e.tenant_id = :tenant_id::uuid and e.id = :id::uuid
    and e.status <> 'skipped';

-- name: playbook_run_undo
select undo_execution(:tenant_id::uuid, :id::uuid) as answer;

-- name: playbook_rehearsal
select r.*, :days = '30' as is_30, :days = '90' as is_90,
    :days = '365' as is_365, r.fired > 0 as has_runs,
    r.others is not null as has_others, r.people is not null as has_people
from playbook_rehearsal(:tenant_id::uuid, :id::uuid, :of, :days::integer) r;
