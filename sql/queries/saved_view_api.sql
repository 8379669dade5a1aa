-- Saved views of the API (sql/functions/resource_saved_view.sql).

-- name: saved_view_api_create
select body, etag, id from app.save_view_api(:tenant_id::uuid, null, null,
    :values::jsonb);

-- name: saved_view_api_change
select body, etag from app.save_view_api(:tenant_id::uuid, :id::uuid,
    :if_match, :values::jsonb);

-- name: saved_view_api_delete
select body, etag
  from app.delete_view_api(:tenant_id::uuid, :id::uuid, :if_match);
