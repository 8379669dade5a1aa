-- Contacts of the API (sql/functions/resource_contact.sql).

-- name: contact_api_create
select body, etag, id
  from app.save_contact_api(:tenant_id::uuid, :id::uuid, null, null,
    :values::jsonb)

-- name: contact_api_update
select body, etag
  from app.save_contact_api(:tenant_id::uuid, null, :id::uuid, :if_match,
    :values::jsonb)
