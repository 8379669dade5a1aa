-- Customers of the programme (sql/functions/customer.sql). Its members are
-- parameters of the same name.

-- name: customer_list
select body, next_cursor
  from app.customer_page(:tenant_id::uuid, app.customer_filter(
        :tenant_id::uuid, :tier, :status, :healthLevel, :csmId::uuid, :search, :tag, :renewsAfter,
        :renewsBefore), :limit::integer, :cursor, :sort, :fields)

-- name: customer_get
select app.customer_part(a, app.customer_names(:fields)),
    app.customer_version(a) as etag
  from accounts a
 where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid

-- name: customer_create
select body, etag, id
  from app.save_customer(:tenant_id::uuid, null, null,
    jsonb_build_object('name', :name::text, 'parentId', :parentId::text,
        'externalId', :externalId::text, 'tier', :tier::text,
        'status', :status::text, 'csmId', :csmId::text,
        'industry', :industry::text, 'annualRevenue', :annualRevenue::text,
        'currency', :currency::text,
        'contractStartDate', :contractStartDate::text,
        'contractEndDate', :contractEndDate::text,
        'renewalDate', :renewalDate::text,
        'customAttributes', :customAttributes::jsonb), :given::text[])

-- name: customer_update
select body, etag
  from app.save_customer(:tenant_id::uuid, :id::uuid, :if_match,
    jsonb_build_object('name', :name::text, 'parentId', :parentId::text,
        'externalId', :externalId::text, 'tier', :tier::text,
        'status', :status::text, 'csmId', :csmId::text,
        'industry', :industry::text, 'annualRevenue', :annualRevenue::text,
        'currency', :currency::text,
        'contractStartDate', :contractStartDate::text,
        'contractEndDate', :contractEndDate::text,
        'renewalDate', :renewalDate::text,
        'customAttributes', :customAttributes::jsonb), :given::text[])

-- name: customer_churn
select body, etag
  from app.churn_customer(:tenant_id::uuid, :id::uuid, :if_match)
