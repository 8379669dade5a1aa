-- 200 tenants of 1,000 accounts and one of 100,000.  Run by the superuser on
-- a database made for it.  The person who signs in is a Tenant Admin of
-- bench-1 and has the demo's password.
\set ON_ERROR_STOP 1
set client_min_messages = warning;
set synchronous_commit = off;

insert into tenants (slug, name)
select 'bench-' || n, 'Bench ' || n from generate_series(1, 201) n
on conflict do nothing;

select api.create_tenant_defaults(id) from tenants
 where slug like 'bench-%'
   and not exists (select from journey_stages s where s.tenant_id = tenants.id);

-- A new account has no score; these are filled in with theirs.
alter table accounts disable trigger accounts_10_unscored;

create or replace procedure pg_temp.fill(p_slug text, p_accounts int)
language plpgsql
as $$
declare
    tenant uuid := (select id from tenants where slug = p_slug);
begin
    if exists (select from accounts where tenant_id = tenant) then
        return;
    end if;
    insert into accounts (tenant_id, name, tier, status, arr_cents,
            renewal_date, industry, current_stage, health_score, health_band,
            health_trend, previous_health_score, health_scored_at)
    select tenant, 'Account ' || md5(n::text || p_slug),
           (array['enterprise', 'mid_market', 'small_business'])[1 + n % 3],
           'active', 100000 * (1 + abs(hashint4(n)) % 5000),
           current_date + abs(hashint4(n + 7)) % 365, 'Software',
           (array['Onboarding', 'Adoption', 'Value Realization', 'Expansion',
               'Renewal', 'At Risk'])[1 + n % 6],
           s.score, case when s.score >= 80 then 'healthy'
               when s.score >= 60 then 'moderate'
               when s.score >= 40 then 'at_risk' else 'critical' end,
           'stable', s.score - 1, now() - interval '1 day'
      from generate_series(1, p_accounts) n,
           lateral (select 5 + abs(hashint4(n * 3)) % 95 as score) s;
    commit;
end
$$;

select format('call pg_temp.fill(%L, 1000)', 'bench-' || n)
  from generate_series(1, 200) n
\gexec
call pg_temp.fill('bench-201', 100000);
alter table accounts enable trigger accounts_10_unscored;

-- Somebody to sign in as, in a small and in the large tenant.
insert into users (email, password_hash)
select who, (select password_hash from users where email = 'admin@acme.com')
  from unnest(array['small@bench.test', 'large@bench.test']) who
on conflict do nothing;
insert into profiles (tenant_id, user_id, full_name, email, role)
select t.id, u.id, 'Bench', u.email, 'Tenant Admin'
  from (values ('small@bench.test', 'bench-1'),
               ('large@bench.test', 'bench-201')) v (email, slug)
  join users u on u.email = v.email
  join tenants t on t.slug = v.slug
on conflict do nothing;

-- One account with a year of history in each of the two.
insert into health_scores (tenant_id, account_id, overall_score, usage_score,
        engagement_score, support_sentiment_score, adoption_score,
        observed_at)
select a.tenant_id, a.id, 60 + w % 25, 70, 60, 65, 55,
       now() - make_interval(weeks => 52 - w)
  from tenants t
 cross join lateral (select * from accounts a where a.tenant_id = t.id
      order by name_key limit 1) a
 cross join generate_series(1, 52) w
 where t.slug in ('bench-1', 'bench-201')
   and not exists (select from health_scores h
        where h.tenant_id = t.id and h.account_id = a.id);

insert into usage_metrics (tenant_id, account_id, metric_type, metric_value,
        observed_at)
select a.tenant_id, a.id, m, 50 + abs(hashint4(d)) % 50,
       now() - make_interval(days => d)
  from tenants t
 cross join lateral (select * from accounts a where a.tenant_id = t.id
      order by name_key limit 1) a
 cross join generate_series(1, 180) d
 cross join unnest(array['logins', 'feature_usage', 'api_calls']) m
 where t.slug in ('bench-1', 'bench-201')
   and not exists (select from usage_metrics u
        where u.tenant_id = t.id and u.account_id = a.id);

select api.compact_rollups();
vacuum (analyze);
