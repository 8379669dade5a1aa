-- Tasks of an account, now or as of the end of a day, and their form
-- (sql/functions/task.sql).

-- name: task_list
-- What is open, the most urgent first, then what was done last.
with task as materialized (
    select t.* from tasks t
    where t.tenant_id = :tenant_id::uuid and t.account_id = :id::uuid
        and coalesce(:as_of::date >= current_date, true)
    union all
    select p.*
    from api.rows_at(:tenant_id::uuid, :id::uuid, 'tasks', :as_of::date) r
    cross join lateral jsonb_populate_record(null::tasks, r) p
), placed as (
    select t.*, t.status in ('done', 'cancelled') as is_done,
        least(:as_of::date, current_date) as today,
        row_number() over (
            partition by t.status in ('done', 'cancelled')
            order by case when t.status in ('done', 'cancelled') then null
                else t.due_on end nulls last, t.completed_at desc nulls last,
                t.created_at, t.id) as place
    from task t
)
select t.id, t.title, t.detail, t.is_done, t.status = 'cancelled'
    as is_cancelled, t.status = 'in_progress' as is_started,
    app.date_text(t.due_on) as due_text,
    app.day_text(t.due_on, t.today) as due_day_text,
    not t.is_done and t.due_on < t.today as is_overdue,
    app.label_text(t.priority) as priority_text,
    t.priority in ('high', 'critical') as is_urgent,
    p.full_name as assignee,
    app.date_text((t.completed_at at time zone 'UTC')::date) as done_text,
    coalesce(:as_of::date >= current_date, true)
        and (app.may('Practitioner') or (app.may('Contributor')
            and t.assignee_id = app.current_user_id())) as may_edit,
    t.is_done and t.place = 1 as is_first_done
from placed t
left join profiles p
    on p.tenant_id = :tenant_id::uuid and p.user_id = t.assignee_id
where t.place <= case when t.is_done then 20 else 200 end
order by t.is_done, t.place;

-- name: task_form
-- Of a new task, or of :task; :form is what was typed.
select t.id, t.id is not null as is_edit,
    case when t.id is not null then md5(t::text) end as seen,
    coalesce(:form::jsonb ->> 'title', t.title) as title,
    coalesce(:form::jsonb ->> 'detail', t.detail) as detail,
    coalesce(:form::jsonb ->> 'due_on', to_char(t.due_on, 'YYYY-MM-DD'))
        as due_on,
    case when app.may('Practitioner') then
        field_options(:tenant_id::uuid, 'person', null, null, false,
            a.assignee)
        else (
            select json_agg(json_build_object('value', p.user_id,
                'label', p.full_name, 'is_chosen', true))
            from profiles p
            where p.tenant_id = :tenant_id::uuid
                and p.user_id = app.current_user_id()) end as people,
    field_options(:tenant_id::uuid, 'choice',
        array['low', 'medium', 'high', 'critical'], null, true,
        coalesce(:form::jsonb ->> 'priority', t.priority, 'medium'))
        as priorities
from (select) one
left join tasks t
    on t.tenant_id = :tenant_id::uuid and t.account_id = :id::uuid
        and t.id = :task::uuid
cross join lateral (
    select coalesce(:form::jsonb ->> 'assignee_id', case when t.id is null
        then app.current_user_id() else t.assignee_id end::text)
        as assignee) a
where app.may('Contributor') and coalesce(:as_of::date >= current_date, true);

-- name: task_create
select add_task(:tenant_id::uuid, :id::uuid, :title, :detail, :due_on::date,
    :assignee_id::uuid, :priority) as id;

-- name: task_save
select edit_task(:tenant_id::uuid, :id::uuid, :task::uuid, :seen, :title,
    :detail, :due_on::date, :assignee_id::uuid, :priority) as id;

-- name: task_status
update tasks
set status = :status
where tenant_id = :tenant_id::uuid and account_id = :id::uuid
    and id = :task::uuid
returning id;

-- name: task_remove
delete from tasks
where tenant_id = :tenant_id::uuid and account_id = :id::uuid
    and id = :task::uuid
returning id;
