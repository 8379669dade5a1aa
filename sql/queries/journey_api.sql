-- Stages, goals, moves and the timeline of the API
-- (sql/functions/resource_stage.sql, resource_journey.sql).

-- name: stage_api_create
select body, etag, id
  from app.save_stage_api(:tenant_id::uuid, null, null, :values::jsonb)

-- name: stage_api_update
select body, etag
  from app.save_stage_api(:tenant_id::uuid, :id::uuid, :if_match,
    :values::jsonb)

-- name: stage_api_remove
select body, etag
  from app.remove_stage_api(:tenant_id::uuid, :id::uuid, :if_match)

-- name: stage_goal_api_create
select body, etag, id
  from app.save_stage_goal_api(:tenant_id::uuid, :id::uuid, null, null,
    :values::jsonb)

-- name: stage_goal_api_update
select body, etag
  from app.save_stage_goal_api(:tenant_id::uuid, null, :id::uuid, :if_match,
    :values::jsonb)

-- name: account_goal_api_set
select app.set_account_goal_api(:tenant_id::uuid, :id::uuid, :goal::uuid,
    :status, :reason)

-- name: move_api_create
select body, etag, id
  from app.move_account_api(:tenant_id::uuid, :id::uuid, :from::uuid,
    :stage::uuid, :reason, :goals::jsonb)

-- name: timeline_api_page
select body, next_cursor
  from app.timeline_api(:tenant_id::uuid, :id::uuid, :kind,
    :limit::integer, :cursor)
