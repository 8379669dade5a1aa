-- Users, keys, attributes and tiers of the API
-- (sql/functions/resource_admin.sql).

-- name: user_api_change
select body, etag from app.save_user_api(:tenant_id::uuid, :id::uuid,
    :if_match, :values::jsonb);

-- name: user_api_deactivate
select body, etag from app.save_user_api(:tenant_id::uuid, :id::uuid,
    :if_match, '{"is_active": false}');

-- name: invitation_api_create
select body, kept, id from app.invite_api(:tenant_id::uuid, :email, :role);

-- name: invitation_api_now
select body from app.api_one(:tenant_id::uuid, 'invitations', :id::uuid);

-- name: api_key_api_create
select body, id, :key_prefix::text as prefix from app.create_key_api(:tenant_id::uuid, :name, :role,
    :key_hash::bytea, :key_prefix, :days::integer);

-- name: api_key_api_now
select body from app.api_one(:tenant_id::uuid, 'api_keys', :id::uuid);

-- name: attribute_api_create
select body, etag, id from app.save_attribute_api(:tenant_id::uuid, null,
    null, :values::jsonb);

-- name: attribute_api_change
select body, etag from app.save_attribute_api(:tenant_id::uuid, :id::uuid,
    :if_match, :values::jsonb);

-- name: attribute_api_delete
select body, etag
  from app.delete_attribute_api(:tenant_id::uuid, :id::uuid, :if_match);

-- name: tier_api_change
select body, etag from app.save_tier_api(:tenant_id::uuid, :id::uuid,
    :if_match, :values::jsonb);

-- name: undo_api
select json_build_object('undone',
    undo_request(:tenant_id::uuid, lower(:request)));
