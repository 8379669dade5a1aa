-- The details of an account, as they are read and as they are edited; :form
-- is what was typed. What a form does is in sql/functions/account_form.sql.

-- name: account_details
select * from account_details(:tenant_id::uuid, :id::uuid, :as_of::date,
    :edit, :form::jsonb);

-- name: account_new
select * from account_form(:tenant_id::uuid,
    new_account(:tenant_id::uuid, :parent::uuid), true, 'all', :form::jsonb);

-- name: account_create
select save_account(:tenant_id::uuid, null, :form::jsonb) as id;

-- name: account_save
select save_account(:tenant_id::uuid, :id::uuid, :form::jsonb) as id;
