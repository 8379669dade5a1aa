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

-- name: customer_profile
select p.body, md5(p.body::text) as etag
  from app.profile_api(:tenant_id::uuid, :id::uuid) p (body)
 where p.body is not null

-- name: customer_profile_update
select body, etag
  from app.save_profile(:tenant_id::uuid, :id::uuid, :if_match,
    jsonb_build_object('businessObjectives', :businessObjectives::jsonb,
        'successCriteria', :successCriteria::jsonb,
        'valueMetrics', :valueMetrics::jsonb,
        'onboardingStatus', :onboardingStatus::text,
        'onboardingStartDate', :onboardingStartDate::text,
        'onboardingCompletedDate', :onboardingCompletedDate::text,
        'dataMigrationStatus', :dataMigrationStatus::text,
        'trainingCompletion', :trainingCompletion::integer,
        'adoptionRate', :adoptionRate::integer,
        'npsScore', :npsScore::integer, 'csatScore', :csatScore::integer,
        'cesScore', :cesScore::integer,
        'expansionProbability', :expansionProbability::integer),
    :given::text[])

-- name: customer_scores
select body, next_cursor
  from app.score_page(:tenant_id::uuid, :id::uuid, :limit::integer, :cursor)

-- name: customer_score_calculate
select app.calculate_score(:tenant_id::uuid, :id::uuid,
    jsonb_build_object('engagement', :engagementScore::integer,
        'success', :successScore::integer,
        'satisfaction', :satisfactionScore::integer,
        'financial', :financialScore::integer), :components::jsonb)

-- name: customer_statistics
select app.customer_statistics(:tenant_id::uuid)

-- name: customer_onboarding
select app.onboarding_metrics(:tenant_id::uuid)

-- name: customer_alerts
select body, next_cursor
  from app.customer_alerts(:tenant_id::uuid, :csmId::uuid, :limit::integer,
    :cursor)

-- name: customer_expansion
select body, next_cursor
  from app.expansion_page(:tenant_id::uuid, :limit::integer, :cursor)
