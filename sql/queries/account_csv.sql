-- Accounts as CSV.

-- name: account_csv
select app.account_csv(:tenant_id::uuid, :form::json, :sort);

-- name: account_csv_api
select app.account_csv(:tenant_id::uuid, app.account_api_filter(:form::json),
    :sort);
