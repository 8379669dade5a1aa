-- A year of facts for the tenant of 100,000 accounts: two metrics every two
-- weeks, an event a month, component scores each quarter; 6.8 million rows.
-- Loaded without triggers: nothing is scored by it.
\set ON_ERROR_STOP 1
set client_min_messages = warning;
set synchronous_commit = off;
set session_replication_role = replica;

select id as tenant from tenants where slug = 'bench-201' \gset
select exists (select from usage_metrics u
     where u.tenant_id = :'tenant' and u.metric_type = 'seats_used')
    as is_filled \gset
\if :is_filled
\quit
\endif

update accounts a set created_at = now() - interval '2 years'
 where a.tenant_id = :'tenant';

insert into usage_metrics (tenant_id, account_id, metric_type, metric_value,
    observed_at, recorded_at)
select a.tenant_id, a.id, m.kind,
       round((abs(hashint4(hashtext(a.id::text) + w * m.seed)) % 1000)
           * m.scale), o.at, o.at
  from accounts a
 cross join generate_series(0, 25) w
 cross join (values ('logins', 7, 0.2), ('seats_used', 13, 0.1))
       m (kind, seed, scale)
 cross join lateral (select now() - make_interval(days => 14 * w,
       mins => abs(hashtext(a.id::text)) % 10000) as at) o
 where a.tenant_id = :'tenant';

insert into cdi_events (tenant_id, account_id, source_type, event_type,
    observed_at, recorded_at)
select a.tenant_id, a.id, 'support', 'ticket_created', o.at, o.at
  from accounts a
 cross join generate_series(0, 11) w
 cross join lateral (select now() - make_interval(days => 30 * w,
       mins => abs(hashtext(a.id::text)) % 40000) as at) o
 where a.tenant_id = :'tenant';

insert into health_scores (tenant_id, account_id, overall_score, risk_level,
    band, source, given, observed_at, recorded_at)
select a.tenant_id, a.id, 50, 'Moderate', 'moderate', 'imported',
       jsonb_build_object('feature_adoption', s.n / 100.0,
           'client_activity', (s.n * 3 % 100) / 100.0,
           'form_completion', (s.n * 7 % 100) / 100.0,
           'journey_performance', (s.n * 9 % 100) / 100.0), o.at, o.at
  from accounts a
 cross join generate_series(0, 3) q
 cross join lateral (select abs(hashtext(a.id::text) + q) % 100 as n) s
 cross join lateral (select now() - make_interval(days => 90 * q,
       mins => abs(hashtext(a.id::text)) % 10000) as at) o
 where a.tenant_id = :'tenant';

reset session_replication_role;
vacuum (analyze) accounts, usage_metrics, cdi_events, health_scores;
