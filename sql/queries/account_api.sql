-- Accounts of the API (sql/functions/account_api.sql). The first column is
-- the answer; etag becomes a header, as does what begins the next page.

-- name: account_api_list
select body, next_cursor
  from app.account_api_page(:tenant_id::uuid, :form::json, :limit::integer,
    :cursor, :sort, :fields)

-- name: account_api_get
select app.api_members(app.account_api(a), app.account_api_names(:fields)),
    app.account_version(a) as etag
  from accounts a
 where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid

-- name: account_api_create
select body, etag, id
  from app.save_account_api(:tenant_id::uuid, null, null,
    jsonb_build_object('name', :name::text, 'parent_id', :parent_id::text,
        'external_id', :external_id::text, 'tier', :tier::text,
        'status', :status::text, 'csm_id', :csm_id::text, 'arr', :arr::text,
        'currency', :currency::text,
        'contract_start_date', :contract_start_date::text,
        'contract_end_date', :contract_end_date::text,
        'renewal_date', :renewal_date::text, 'industry', :industry::text,
        'crm_attributes', :crm_attributes::jsonb), :given::text[])

-- name: account_api_update
select body, etag
  from app.save_account_api(:tenant_id::uuid, :id::uuid, :if_match,
    jsonb_build_object('name', :name::text, 'parent_id', :parent_id::text,
        'external_id', :external_id::text, 'tier', :tier::text,
        'status', :status::text, 'csm_id', :csm_id::text, 'arr', :arr::text,
        'currency', :currency::text,
        'contract_start_date', :contract_start_date::text,
        'contract_end_date', :contract_end_date::text,
        'renewal_date', :renewal_date::text, 'industry', :industry::text,
        'crm_attributes', :crm_attributes::jsonb), :given::text[])

-- name: account_api_churn
select body, etag
  from app.save_account_api(:tenant_id::uuid, :id::uuid, :if_match,
    '{"status": "churned"}', '{status}')
