-- The stage designer and the goals of stages.

-- name: stage_list
select s.id, s.name, '/dashboard/admin/stages/' || s.id as url, s.name as
        label, s.color_hex,
    nullif(app.label_text(s.kind), 'Normal') as kind_text,
    app.count_text(s.target_duration_days, 'day') as target_text,
    app.count_text(coalesce(r.accounts, 0), 'account') as accounts_text,
    app.url_encode(s.name) as stage_query, g.goals, g.mandatory,
    nullif(s.place - 1, 0) as up, nullif(s.place, s.count) + 1 as down
from (
    select x.*, row_number() over (order by x.display_order) as place,
        count(*) over () as count
    from journey_stages x
    where x.tenant_id = :tenant_id::uuid) s
left join (
    select key, sum(accounts)::bigint as accounts
    from portfolio_rollups
    where tenant_id = :tenant_id::uuid and kind = 'stage' and cell = ''
    group by key) r on r.key = s.name
left join (
    select stage_id, app.count_text(count(*), 'goal') as goals,
        nullif(count(*) filter (where is_mandatory), 0) as mandatory
    from stage_goals
    where tenant_id = :tenant_id::uuid
    group by stage_id) g on g.stage_id = s.id
order by s.place;

-- name: stage_new
select f.form ->> 'name' as name,
    coalesce(f.form ->> 'color_hex', '#0d9488') as color_hex,
    f.form ->> 'target_duration_days' as target_duration_days,
    mainstay.stage_kinds(coalesce(f.form ->> 'kind', 'normal')) as kinds
from (select :form::jsonb) f (form);

-- name: stage_create
select mainstay.create_stage(:tenant_id::uuid, :name, :color_hex,
    :target_duration_days::integer, :kind) as id;

-- name: stage_form
-- :form is what was typed, or null.
select * from mainstay.stage_form(:tenant_id::uuid, :id::uuid,
    :form::jsonb);

-- name: stage_edit
select mainstay.edit_stage(:tenant_id::uuid, :id::uuid, :name, :color_hex,
    :target_duration_days::integer, :kind);

-- name: stage_move
select mainstay.move_stage(:tenant_id::uuid, :id::uuid, :place::integer);

-- name: stage_delete
select mainstay.delete_stage(:tenant_id::uuid, :id::uuid, :to::uuid);

-- name: stage_goal_list
select g.id, g.title, g.title as label, g.description, g.is_mandatory,
    g.is_mandatory and g.is_blocking as is_blocking,
    '/dashboard/admin/stages/' || g.stage_id || '/goals/' || g.id as url,
    nullif(g.place - 1, 0) as up, nullif(g.place, g.count) + 1 as down
from (
    select x.*, row_number() over (order by x.display_order, x.title)
            as place, count(*) over () as count
    from stage_goals x
    where x.tenant_id = :tenant_id::uuid and x.stage_id = :id::uuid) g
order by g.place;

-- name: stage_goal_new
select f.form ->> 'title' as title, f.form ->> 'description' as description,
    not coalesce(f.form ? 'title', false) or f.form ? 'is_mandatory'
        as is_mandatory,
    coalesce(f.form ? 'is_blocking', false) as is_blocking
from (select :form::jsonb) f (form);

-- name: stage_goal_create
select mainstay.create_stage_goal(:tenant_id::uuid, :id::uuid, :title,
    :description, :is_mandatory::text is not null,
    :is_blocking::text is not null);

-- name: stage_goal_form
select g.id, s.id as stage_id, s.name as stage, g.title as was,
    coalesce(:form::jsonb ->> 'title', g.title) as title,
    coalesce(:form::jsonb ->> 'description', g.description) as description,
    case when :form::jsonb is null then g.is_mandatory
        else :form::jsonb ? 'is_mandatory' end as is_mandatory,
    case when :form::jsonb is null then g.is_blocking
        else :form::jsonb ? 'is_blocking' end as is_blocking
from stage_goals g
join journey_stages s on s.tenant_id = :tenant_id::uuid and s.id = g.stage_id
where g.tenant_id = :tenant_id::uuid and g.stage_id = :id::uuid
    and g.id = :goal::uuid;

-- name: stage_goal_edit
select mainstay.edit_stage_goal(:tenant_id::uuid, :id::uuid, :goal::uuid,
    :title, :description, :is_mandatory::text is not null,
    :is_blocking::text is not null);

-- name: stage_goal_move
select mainstay.move_stage_goal(:tenant_id::uuid, :id::uuid, :goal::uuid,
    :place::integer);

-- name: stage_goal_delete
select mainstay.delete_stage_goal(:tenant_id::uuid, :id::uuid, :goal::uuid);
