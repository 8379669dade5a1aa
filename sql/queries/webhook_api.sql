-- Endpoints and deliveries of the API (sql/functions/webhook_resource.sql).

-- name: endpoint_api_create
select body, kept, etag, id from app.save_endpoint_api(:tenant_id::uuid,
    null, null, :values::jsonb);

-- name: endpoint_api_change
select body, etag from app.save_endpoint_api(:tenant_id::uuid, :id::uuid,
    :if_match, :values::jsonb);

-- name: endpoint_api_delete
select body, etag
  from app.delete_endpoint_api(:tenant_id::uuid, :id::uuid, :if_match);

-- name: endpoint_api_rotate
select body, kept, etag from app.rotate_endpoint_api(:tenant_id::uuid,
    :id::uuid, :if_match);

-- name: endpoint_api_test
select body, id from app.test_endpoint_api(:tenant_id::uuid, :id::uuid);

-- name: delivery_api_get
select body, etag from app.api_one(:tenant_id::uuid, 'deliveries',
    :id::uuid, :fields, concat_ws(',', 'attempts', nullif(:include, '')));

-- name: delivery_api_now
-- After something was done with it.
select body from app.api_one(:tenant_id::uuid, 'deliveries', :id::uuid, null,
    'attempts');

-- name: delivery_api_retry_all
select json_build_object('retried', api.retry_failed_webhooks(case :since
    when 'hour' then interval '1 hour' when 'day' then interval '1 day'
    when 'week' then interval '7 days' else interval '30 days' end));
