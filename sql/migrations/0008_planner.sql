-- Plans are made once for all tenants (plan_cache_mode in roles.sql), so they
-- must suit the largest: a small tenant does not mind any of them. Told that
-- there are few tenants, the planner expects many rows in each and walks the
-- index of the order a list asks for, instead of sorting "few" rows that are
-- a hundred thousand. The share of the most common tenant still caps the
-- estimate, so it is never beyond the truth by far.
alter table mainstay.accounts alter column tenant_id set (n_distinct = 10);
alter table mainstay.alerts alter column tenant_id set (n_distinct = 10);
alter table mainstay.portfolio_rollups
    alter column tenant_id set (n_distinct = 10);
