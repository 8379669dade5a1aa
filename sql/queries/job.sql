-- Jobs (sql/functions/job.sql).

-- name: account_bulk_create
select body, id
  from app.add_account_bulk(:tenant_id::uuid, :items::jsonb,
    :item_faults::jsonb)

-- name: job_show
select app.job_api(j)
  from jobs j
 where j.tenant_id = :tenant_id::uuid and j.id = :id::uuid

-- name: job_cancel
select mainstay.cancel_job(:tenant_id::uuid, :id::uuid)
