-- Success plans, milestones and templates of the API
-- (sql/functions/success_plan_api.sql).

-- name: success_plan_api_list
select body, next_cursor
  from app.success_plan_page(:tenant_id::uuid, :id::uuid, :planType, :status,
    :limit::integer, :cursor)

-- name: success_plan_api_get
select app.success_plan_api(p), app.success_plan_version(p) as etag
  from success_plans p
 where p.tenant_id = :tenant_id::uuid and p.id = :id::uuid

-- name: success_plan_api_create
select body, etag, id
  from app.save_success_plan_api(:tenant_id::uuid, :id::uuid, null, null,
    jsonb_build_object('name', :name::text, 'planType', :planType::text,
        'status', :status::text,
        'businessObjectives', :businessObjectives::jsonb,
        'successMetrics', :successMetrics::jsonb,
        'stakeholders', :stakeholders::jsonb, 'ownerId', :ownerId::text,
        'startDate', :startDate::text, 'targetDate', :targetDate::text),
    :given::text[], :templateId::uuid, :milestones::jsonb)

-- name: success_plan_api_update
select body, etag
  from app.save_success_plan_api(:tenant_id::uuid, null, :id::uuid,
    :if_match,
    jsonb_build_object('name', :name::text, 'planType', :planType::text,
        'status', :status::text,
        'businessObjectives', :businessObjectives::jsonb,
        'successMetrics', :successMetrics::jsonb,
        'stakeholders', :stakeholders::jsonb, 'ownerId', :ownerId::text,
        'startDate', :startDate::text, 'targetDate', :targetDate::text),
    :given::text[], null, null)

-- name: milestone_api_create
select body, etag, id
  from app.save_milestone_api(:tenant_id::uuid, :id::uuid, null, :if_match,
    jsonb_build_object('phase', :phase::text, 'title', :title::text,
        'description', :description::text, 'dueDate', :dueDate::text,
        'status', :status::text, 'priority', :priority::text,
        'ownerId', :ownerId::text, 'deliverables', :deliverables::jsonb),
    :given::text[], :position::integer)

-- name: milestone_api_update
select body, etag
  from app.save_milestone_api(:tenant_id::uuid, :id::uuid,
    :step::uuid, :if_match,
    jsonb_build_object('phase', :phase::text, 'title', :title::text,
        'description', :description::text, 'dueDate', :dueDate::text,
        'status', :status::text, 'priority', :priority::text,
        'ownerId', :ownerId::text, 'deliverables', :deliverables::jsonb),
    :given::text[], :position::integer)

-- name: plan_template_api_list
select body, next_cursor
  from app.plan_template_page(:tenant_id::uuid, :limit::integer, :cursor)

-- name: plan_template_api_get
select app.plan_template_api(t), md5(t::text) as etag
  from plan_templates t
 where t.tenant_id = :tenant_id::uuid and t.id = :id::uuid

-- name: plan_template_api_create
select body, etag, id
  from app.save_plan_template_api(:tenant_id::uuid, null, null,
    jsonb_build_object('name', :name::text, 'plan_type', :plan_type::text,
        'description', :description::text,
        'business_objectives', :business_objectives::jsonb,
        'success_metrics', :success_metrics::jsonb,
        'paced_days', :paced_days::integer, 'steps', :steps::jsonb),
    :given::text[])

-- name: plan_template_api_update
select body, etag
  from app.save_plan_template_api(:tenant_id::uuid, :id::uuid, :if_match,
    jsonb_build_object('name', :name::text, 'plan_type', :plan_type::text,
        'description', :description::text,
        'business_objectives', :business_objectives::jsonb,
        'success_metrics', :success_metrics::jsonb,
        'paced_days', :paced_days::integer, 'steps', :steps::jsonb),
    :given::text[])

-- name: plan_template_api_remove
select body, etag
  from app.remove_plan_template_api(:tenant_id::uuid, :id::uuid, :if_match)
