-- Lists and single answers of the API, of the noun that the route names
-- (sql/functions/resource.sql).

-- name: api_page
select body, next_cursor
  from app.api_page(:tenant_id::uuid, :noun, :form::json, :limit::integer,
    :cursor, :sort, :fields, :include)

-- name: api_page_of_account
select body, next_cursor
  from app.api_page(:tenant_id::uuid, :noun, :form::json, :limit::integer,
    :cursor, :sort, :fields, :include,
    jsonb_build_object('account_id', :id::uuid))

-- name: api_one
select body, etag
  from app.api_one(:tenant_id::uuid, :noun, :id::uuid, :fields, :include)

-- name: api_remove
select body, etag
  from app.api_remove(:tenant_id::uuid, :noun, :id::uuid, :if_match)

-- name: api_page_of_stage
select body, next_cursor
  from app.api_page(:tenant_id::uuid, :noun, :form::json, :limit::integer,
    :cursor, :sort, :fields, :include,
    jsonb_build_object('stage_id', :id::uuid))
