-- Templates of success plans, for administrators
-- (sql/functions/plan_template.sql, success_plan_template.sql).

-- name: plan_template_list
select t.id, t.name, app.label_text(t.plan_type) as type_text,
    app.count_text(n.steps, 'step') as steps_text,
    app.count_text(n.days, 'day') as days_text,
    app.count_text(c.plans, 'plan') as plans_text
from plan_templates t
cross join lateral (
    select count(*) as steps, max((e.value ->> 'day')::bigint) as days
    from list_entries(t.steps) e) n
cross join lateral (
    select count(*) as plans
    from success_plans p
    where p.tenant_id = :tenant_id::uuid and p.template_id = t.id) c
where t.tenant_id = :tenant_id::uuid
order by array_position(array['onboarding', 'quarterly', 'annual',
    'expansion', 'recovery'], t.plan_type::text), t.name;

-- name: plan_template_new
select f.form ->> 'name' as name,
    field_options(:tenant_id::uuid, 'choice', array['onboarding',
        'quarterly', 'annual', 'expansion', 'recovery'], null, true,
        coalesce(f.form ->> 'plan_type', 'onboarding')) as types
from (select :form::jsonb) f (form);

-- name: plan_template_form
-- :form is what was typed, or null.
select t.id, t.name as was, md5(t::text) as seen,
    coalesce(v.typed ->> 'name', t.name) as name,
    field_options(:tenant_id::uuid, 'choice', array['onboarding',
        'quarterly', 'annual', 'expansion', 'recovery'], null, true,
        coalesce(v.typed ->> 'plan_type', t.plan_type)) as types,
    coalesce(f.form ->> 'description', t.description) as description,
    coalesce(f.form ->> 'paced_days', t.paced_days::text) as paced_days,
    coalesce(f.form ->> 'business_objectives',
        array_to_string(t.business_objectives, E'\n'))
        as business_objectives,
    metric_fields(coalesce(v.typed -> 'success_metrics',
        t.success_metrics)) as metrics,
    template_step_fields(coalesce(v.typed -> 'steps', t.steps)) as steps,
    (select string_agg(format('%s %s', app.label_text(x.tier), coalesce(
            app.count_text(x.onboarding_days, 'day'), 'at its own pace')),
            ', ' order by tier_rank(x.tier) desc)
     from account_tiers x where x.tenant_id = :tenant_id::uuid)
        as tiers_text
from plan_templates t
cross join (select :form::jsonb) f (form)
cross join lateral (select case when f.form is not null
    then template_form_values(f.form) end) v (typed)
where t.tenant_id = :tenant_id::uuid and t.id = :id::uuid;

-- name: plan_template_create
select save_template_form(:tenant_id::uuid, null, null, :form::jsonb) as id;

-- name: plan_template_edit
select save_template_form(:tenant_id::uuid, :id::uuid, :seen, :form::jsonb)
    as id;

-- name: plan_template_delete
select remove_plan_template(:tenant_id::uuid, :id::uuid) as id;
