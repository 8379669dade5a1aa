-- Accounts of the API (sql/functions/account_api.sql). The first column is
-- the answer; etag becomes a header, as does what begins the next page.

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
