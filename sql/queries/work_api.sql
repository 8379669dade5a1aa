-- Notes, tasks, alerts and tags of the API (sql/functions/resource_*.sql).

-- name: note_api_create
select body, etag, id
  from app.save_note_api(:tenant_id::uuid, :id::uuid, null, null,
    :values::jsonb)

-- name: note_api_update
select body, etag
  from app.save_note_api(:tenant_id::uuid, null, :id::uuid, :if_match,
    :values::jsonb)

-- name: task_api_create
select body, etag, id
  from app.save_task_api(:tenant_id::uuid, :id::uuid, null, null,
    :values::jsonb)

-- name: task_api_update
select body, etag
  from app.save_task_api(:tenant_id::uuid, null, :id::uuid, :if_match,
    :values::jsonb)

-- name: alert_api_update
select body, etag
  from app.set_alert_api(:tenant_id::uuid, :id::uuid, :if_match, :status)

-- name: tag_api_add
select app.add_account_tag_api(:tenant_id::uuid, :id::uuid, :name)

-- name: tag_api_remove
select app.remove_account_tag_api(:tenant_id::uuid, :id::uuid, :tag::uuid)
