-- Tiers with their service levels, in the admin area.

-- name: tier_list
with c as materialized (
    select mainstay.tenant_currency(:tenant_id::uuid) as currency)
select t.id, app.label_text(t.tier) as name,
    '/dashboard/admin/tiers/' || t.id as url,
    app.money_text(t.arr_from_cents, c.currency) as arr_text,
    t.accounts_per_csm, app.count_text(t.response_hours, 'hour')
        as response_text,
    app.count_text(t.onboarding_days, 'day') as onboarding_text,
    app.count_text(t.review_days, 'day') as review_text
from account_tiers t
cross join c
where t.tenant_id = :tenant_id::uuid
order by mainstay.tier_rank(t.tier) desc;

-- name: tier_form
-- :form is what was typed, or null.
select t.id, app.label_text(t.tier) as name,
    mainstay.tenant_currency(:tenant_id::uuid) as currency,
    coalesce(f.form ->> 'arr_from', (t.arr_from_cents / 100)::text)
        as arr_from,
    coalesce(f.form ->> 'accounts_per_csm', t.accounts_per_csm::text)
        as accounts_per_csm,
    coalesce(f.form ->> 'response_hours', t.response_hours::text)
        as response_hours,
    coalesce(f.form ->> 'onboarding_days', t.onboarding_days::text)
        as onboarding_days,
    coalesce(f.form ->> 'review_days', t.review_days::text) as review_days
from account_tiers t
cross join (select :form::jsonb) f (form)
where t.tenant_id = :tenant_id::uuid and t.id = :id::uuid;

-- name: tier_edit
select mainstay.edit_tier(:tenant_id::uuid, :id::uuid, :arr_from::bigint,
    :accounts_per_csm::integer, :response_hours::integer,
    :onboarding_days::integer, :review_days::integer);
