-- Accounts as CSV.

-- name: account_csv
select app.account_csv(:tenant_id::uuid, :form::json, :sort);
