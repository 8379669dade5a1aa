-- Success plans: of an account, of all accounts, and one with its steps
-- (sql/functions/success_plan.sql, success_plan_page.sql).

-- name: account_plans
-- Now or as of the end of a day; what is under way comes first.
with plan as materialized (
    select p.* from success_plans p
    where p.tenant_id = :tenant_id::uuid and p.account_id = :id::uuid
        and coalesce(:as_of::date >= current_date, true)
    union all
    select x.*
    from api.rows_at(:tenant_id::uuid, :id::uuid, 'success_plans',
        :as_of::date) r
    cross join lateral jsonb_populate_record(null::success_plans, r) x
), step as materialized (
    select s.plan_id, s.status, s.due_date
    from success_plan_steps s
    where s.tenant_id = :tenant_id::uuid and s.account_id = :id::uuid
        and coalesce(:as_of::date >= current_date, true)
    union all
    select x.plan_id, x.status, x.due_date
    from api.rows_at(:tenant_id::uuid, :id::uuid, 'success_plan_steps',
        :as_of::date) r
    cross join lateral jsonb_populate_record(null::success_plan_steps, r) x
)
select p.id, p.name, app.label_text(p.plan_type) as type_text,
    app.label_text(p.status) as status_text,
    app.plan_status_band(p.status) as band, g.completed, g.steps,
    case when g.steps > 0 then floor(100.0 * g.completed / g.steps + 0.5)
        end as percent,
    case when g.overdue > 0 then app.count_text(g.overdue, 'step')
        end as overdue_text,
    o.full_name as owner, app.date_text(p.start_date) as start_text,
    app.date_text(p.target_date) as target_text,
    coalesce(:as_of::date >= current_date, true) as is_now
from plan p
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = p.owner_id
cross join lateral (
    select count(*) filter (where s.status <> 'cancelled') as steps,
        count(*) filter (where s.status = 'completed') as completed,
        count(*) filter (where s.status in ('pending', 'in_progress')
            and s.due_date < least(:as_of::date, current_date)
            and p.status in ('draft', 'active')) as overdue
    from step s where s.plan_id = p.id) g
order by array_position(array['active', 'draft', 'on_hold'],
        p.status::text) nulls last, p.target_date nulls last,
    p.created_at desc, p.id
limit 200;

-- name: plan_new
-- The form: templates to start from, or none.
select json_agg(json_build_object('id', t.id, 'name', t.name,
        'steps_text', app.count_text(jsonb_array_length(t.steps), 'step'),
        'is_chosen', t.id::text = :form::jsonb ->> 'template')
        order by array_position(array['onboarding', 'quarterly', 'annual',
            'expansion', 'recovery'], t.plan_type::text), t.name)
        as templates,
    coalesce(:form::jsonb ->> 'template', 'x') = '' as is_blank,
    :form::jsonb ->> 'name' as name,
    coalesce(:form::jsonb ->> 'start_date', to_char(current_date,
        'YYYY-MM-DD')) as start_date,
    app.may('Practitioner') and coalesce(:as_of::date >= current_date, true)
        as may_add
from plan_templates t
where t.tenant_id = :tenant_id::uuid;

-- name: plan_create
-- From a template it begins at once; a blank one is a draft.
select case when :template::uuid is not null then start_plan(
        :tenant_id::uuid, :id::uuid, :template::uuid, jsonb_build_object(
            'name', :name::text, 'start_date', :start_date::date,
            'status', 'active'))
    else save_plan(:tenant_id::uuid, :id::uuid, null, jsonb_build_object(
        'name', coalesce(:name::text, 'Success plan'),
        'plan_type', 'quarterly', 'start_date', :start_date::date,
        'owner_id', (
            select a.csm_id from accounts a
            where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid)))
    end as id;

-- name: account_plan_summary
-- What Account360 says of the plan that is under way.
select p.id, p.name, app.label_text(p.plan_type) as type_text, g.percent,
    g.completed, g.steps,
    case when g.overdue > 0 then app.count_text(g.overdue, 'step')
        end as overdue_text,
    s.title as next_title, app.date_text(s.due_date) as next_text,
    app.day_text(s.due_date) as next_day_text,
    s.due_date < current_date as is_late,
    nullif(count(*) over (), 1) - 1 as others
from success_plans p
cross join lateral plan_progress(p.tenant_id, p.id, p.status) g
left join success_plan_steps s
    on s.tenant_id = p.tenant_id and s.id = g.next_step
where p.tenant_id = :tenant_id::uuid and p.account_id = :id::uuid
    and p.status = 'active'
order by p.target_date nulls last, p.created_at, p.id
limit 1;

-- name: plan_page
-- What the list says once: its filters as they are.
select json_agg(json_build_object('value', x.value, 'label', x.label,
        'is_chosen', x.value = coalesce(:type::text, '')) order by x.place)
        as types,
    (select json_agg(json_build_object('value', x.value, 'label', x.label,
            'is_chosen', x.value = :status::text) order by x.place)
     from (values (1, 'open', 'Under way'), (2, 'draft', 'Draft'),
         (3, 'on_hold', 'On hold'), (4, 'completed', 'Completed'),
         (5, 'cancelled', 'Cancelled'), (6, 'all', 'Any status'))
         x (place, value, label)) as statuses,
    (select json_agg(json_build_object('value', x.value, 'label', x.label,
            'is_chosen', x.value = coalesce(:owner::text, ''))
            order by x.place, x.label)
     from (values (1, '', 'Anybody'), (2, 'me', 'Mine'),
             (3, 'none', 'Nobody')
         union all
         (select 4, p.user_id::text, p.full_name from profiles p
          where p.tenant_id = :tenant_id::uuid
              and (p.is_active or p.user_id::text = :owner)
          order by lower(p.full_name) limit 500))
         x (place, value, label)) as owners,
    :overdue::text is not null as is_overdue,
    :after_id::text is not null as is_later_page,
    :type::text is not null or :owner::text is not null
        or :overdue::text is not null or :status <> 'open' as is_filtered,
    app.url_pair('type', :type) || app.url_pair('owner', :owner)
        || app.url_pair('overdue', :overdue) as state, :status as status
from (values (0, '', 'Any type'), (1, 'onboarding', 'Onboarding'),
    (2, 'quarterly', 'Quarterly'), (3, 'annual', 'Annual'),
    (4, 'expansion', 'Expansion'), (5, 'recovery', 'Recovery'))
    x (place, value, label);

-- name: plan_list
-- By target date, the first to come first; the 51st tells of a next page.
with page as materialized (
    select p.*, row_number() over (order by coalesce(p.target_date,
        date '9999-12-31'), p.id) as nr
    from success_plans p
    where p.tenant_id = :tenant_id::uuid
        and case :status when 'open' then p.status = 'active'
            when 'all' then true else p.status = :status end
        and (:type::text is null or p.plan_type = :type)
        and case coalesce(:owner, '') when '' then true
            when 'me' then p.owner_id = app.current_user_id()
            when 'none' then p.owner_id is null
            else p.owner_id::text = :owner end
        and (:overdue::text is null or p.status in ('draft', 'active')
            and exists (
                select from success_plan_steps s
                where s.tenant_id = :tenant_id::uuid and s.plan_id = p.id
                    and s.status in ('pending', 'in_progress')
                    and s.due_date < current_date))
        and (:after_id::uuid is null or (coalesce(p.target_date,
            date '9999-12-31'), p.id) > (:after_date::date, :after_id::uuid))
    order by coalesce(p.target_date, date '9999-12-31'), p.id
    limit 51
)
select p.id, p.name, a.name as account,
    case when p.name not ilike p.plan_type || '%'
        then app.label_text(p.plan_type) end as type_text,
    app.label_text(p.status) as status_text,
    app.plan_status_band(p.status) as band, g.percent, g.completed, g.steps,
    case when g.overdue > 0 then app.count_text(g.overdue, 'step')
        end as overdue_text,
    s.title as next_title, app.day_text(s.due_date) as next_day_text,
    s.due_date < current_date and p.status in ('draft', 'active') as is_late,
    o.full_name as owner, app.date_text(p.target_date) as target_text,
    case when n.found > 50 then to_char(coalesce(l.target_date,
        date '9999-12-31'), 'YYYY-MM-DD') end as next_date,
    case when n.found > 50 then l.id end as next_id
from page p
cross join (select count(*) as found from page) n
left join page l on l.nr = 50
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = p.account_id
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = p.owner_id
cross join lateral plan_progress(p.tenant_id, p.id, p.status) g
left join success_plan_steps s
    on s.tenant_id = p.tenant_id and s.id = g.next_step
where p.nr <= 50
order by p.nr;

-- name: plan_show
select p.id, p.name, p.account_id, a.name as account,
    app.label_text(p.plan_type) as type_text,
    app.label_text(p.status) as status_text,
    app.plan_status_band(p.status) as band,
    p.status = 'draft' as is_draft, p.status = 'active' as is_active,
    p.status = 'on_hold' as is_on_hold,
    p.status in ('completed', 'cancelled') as is_closed,
    p.status = 'active' and g.steps > 0 and g.completed = g.steps
        as is_all_done,
    g.percent, g.completed, g.steps,
    case when g.overdue > 0 then app.count_text(g.overdue, 'step')
        end as overdue_text,
    o.full_name as owner, app.date_text(p.start_date) as start_text,
    app.date_text(p.target_date) as target_text,
    app.day_text(p.target_date) as target_day_text,
    p.target_date < current_date and p.status in ('draft', 'active')
        as is_late,
    app.time_text(p.completed_at) as completed_text,
    c.full_name as completed_by, t.name as template,
    case when cardinality(p.business_objectives) > 0
        then to_json(p.business_objectives) end as objectives,
    metric_texts(p.success_metrics) as metrics,
    nullif(p.stakeholders, '[]') as stakeholders,
    app.may('Practitioner') as may_edit
from success_plans p
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = p.account_id
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = p.owner_id
left join profiles c
    on c.tenant_id = :tenant_id::uuid and c.user_id = p.completed_by
left join plan_templates t
    on t.tenant_id = :tenant_id::uuid and t.id = p.template_id
cross join lateral plan_progress(p.tenant_id, p.id, p.status) g
where p.tenant_id = :tenant_id::uuid and p.id = :id::uuid;

-- name: plan_steps
-- In their order; the first of each phase says what the phase comes to.
with step as (
    select s.*, plan_step_state(s.status, s.due_date, p.status) as state,
        row_number() over w as place,
        count(*) over () as number,
        lag(s.id) over w is null
            or lag(s.phase) over w is distinct from s.phase as is_first
    from success_plan_steps s
    join success_plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
    where s.tenant_id = :tenant_id::uuid and s.plan_id = :id::uuid
    window w as (order by s.position, s.id)
)
select s.id, s.title, s.title as label, s.description, s.phase,
    '/dashboard/plans/' || s.plan_id || '/steps/' || s.id as url,
    s.is_first, s.is_first and s.place > 1 as is_next_phase,
    case when s.is_first then (
        select format('%s of %s', count(*) filter (
                where x.status = 'completed'), count(*) filter (
                where x.status <> 'cancelled'))
        from step x where x.phase is not distinct from s.phase) end
        as phase_text,
    s.status = 'completed' as is_completed,
    s.status = 'cancelled' as is_cancelled,
    s.status in ('completed', 'cancelled') as is_closed,
    s.status = 'in_progress' as is_started,
    s.status = 'pending' as is_pending,
    s.state = 'overdue' as is_overdue,
    app.date_text(s.due_date) as due_text,
    app.day_text(s.due_date) as due_day_text,
    case when s.priority in ('high', 'critical')
        then app.label_text(s.priority) end as priority_text,
    s.priority = 'critical' as is_critical,
    o.full_name as owner,
    app.date_text((s.completed_at at time zone 'UTC')::date) as done_text,
    c.full_name as done_by,
    case when cardinality(s.deliverables) > 0
        then array_to_string(s.deliverables, ', ') end as deliverables_text,
    nullif(s.place - 1, 0) as up, nullif(s.place, s.number) + 1 as down,
    app.may('Practitioner') as may_edit
from step s
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = s.owner_id
left join profiles c
    on c.tenant_id = :tenant_id::uuid and c.user_id = s.completed_by
order by s.place;

-- name: plan_step_form
-- Of a new step, or of :step; :form is what was typed.
select s.id, s.id is not null as is_edit,
    case when s.id is not null then md5(s::text) end as seen, p.id as plan_id,
    coalesce(f.form ->> 'title', s.title) as title,
    coalesce(f.form ->> 'phase', s.phase) as phase,
    coalesce(f.form ->> 'description', s.description) as description,
    coalesce(f.form ->> 'due_date', to_char(s.due_date, 'YYYY-MM-DD'))
        as due_date,
    coalesce(f.form ->> 'deliverables',
        array_to_string(s.deliverables, E'\n')) as deliverables,
    field_options(:tenant_id::uuid, 'choice',
        array['low', 'medium', 'high', 'critical'], null, true,
        coalesce(f.form ->> 'priority', s.priority, 'medium')) as priorities,
    field_options(:tenant_id::uuid, 'choice',
        array['pending', 'in_progress', 'completed', 'cancelled'], null,
        true, coalesce(f.form ->> 'status', s.status, 'pending'))
        as statuses,
    field_options(:tenant_id::uuid, 'person', null, null, false,
        coalesce(f.form ->> 'owner_id', s.owner_id::text)) as people,
    (select json_agg(json_build_object('phase', x.phase) order by x.place)
     from (select y.phase, min(y.position) as place
           from success_plan_steps y
           where y.tenant_id = :tenant_id::uuid and y.plan_id = :id::uuid
               and y.phase is not null
           group by y.phase) x) as phases
from success_plans p
cross join (select case when :form::jsonb ? 'title' then :form::jsonb end)
    f (form)
left join success_plan_steps s
    on s.tenant_id = :tenant_id::uuid and s.plan_id = :id::uuid
        and s.id = :step::uuid
where p.tenant_id = :tenant_id::uuid and p.id = :id::uuid
    and app.may('Practitioner')
    and (:edit::text is null and not coalesce(:form::jsonb ? 'stakeholders',
        false));

-- name: plan_form
select p.id, md5(p::text) as seen,
    coalesce(v.typed ->> 'name', p.name) as name,
    field_options(:tenant_id::uuid, 'choice', array['onboarding',
        'quarterly', 'annual', 'expansion', 'recovery'], null, true,
        coalesce(v.typed ->> 'plan_type', p.plan_type)) as types,
    field_options(:tenant_id::uuid, 'person', null, null, false,
        coalesce(f.form ->> 'owner_id', p.owner_id::text)) as people,
    coalesce(f.form ->> 'start_date', to_char(p.start_date, 'YYYY-MM-DD'))
        as start_date,
    coalesce(f.form ->> 'target_date', to_char(p.target_date, 'YYYY-MM-DD'))
        as target_date,
    coalesce(f.form ->> 'business_objectives',
        array_to_string(p.business_objectives, E'\n'))
        as business_objectives,
    coalesce(f.form ->> 'stakeholders', (
        select string_agg(concat_ws(', ', x.value ->> 'name',
            x.value ->> 'role'), E'\n' order by x.place)
        from list_entries(p.stakeholders) x)) as stakeholders,
    metric_fields(coalesce(v.typed -> 'success_metrics',
        p.success_metrics)) as metrics
from success_plans p
cross join (select case when :form::jsonb ? 'stakeholders'
    then :form::jsonb end) f (form)
cross join lateral (select case when f.form is not null
    then plan_form_values(f.form) end) v (typed)
where p.tenant_id = :tenant_id::uuid and p.id = :id::uuid
    and app.may('Practitioner')
    and (:edit::text = 'plan' or f.form is not null);

-- name: plan_save
select save_plan_form(:tenant_id::uuid, :id::uuid, :seen, :form::jsonb)
    as id;

-- name: plan_status
select save_plan(:tenant_id::uuid, null, :id::uuid,
    jsonb_build_object('status', :status::text)) as id;

-- name: plan_remove
select remove_plan(:tenant_id::uuid, :id::uuid) as account_id;

-- name: plan_step_save
select save_plan_step_form(:tenant_id::uuid, :id::uuid, null, null,
    jsonb_build_object('title', :title::text, 'phase', :phase::text,
        'description', :description::text, 'due_date', :due_date::text,
        'status', :status::text, 'priority', :priority::text,
        'owner_id', :owner_id::text,
        'deliverables', text_lines(:deliverables::text))) as id;

-- name: plan_step_edit
select save_plan_step_form(:tenant_id::uuid, :id::uuid, :step::uuid, :seen,
    jsonb_build_object('title', :title::text, 'phase', :phase::text,
        'description', :description::text, 'due_date', :due_date::text,
        'status', :status::text, 'priority', :priority::text,
        'owner_id', :owner_id::text,
        'deliverables', text_lines(:deliverables::text))) as id;

-- name: plan_step_status
select save_plan_step(:tenant_id::uuid, :id::uuid, :step::uuid,
    jsonb_build_object('status', :status::text)) as id;

-- name: plan_step_move
select move_plan_step(:tenant_id::uuid, :id::uuid, :step::uuid,
    :place::integer);

-- name: plan_step_remove
select remove_plan_step(:tenant_id::uuid, :id::uuid, :step::uuid) as id;
