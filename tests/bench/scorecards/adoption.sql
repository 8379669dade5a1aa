-- What somebody would write who has the preset "adoption" and no other: the
-- same scores, inputs and contributions.
with login as (
    select u.account_id, count(*) as n, max(u.observed_at) as last_at
      from mainstay.usage_metrics u
     where u.tenant_id = :tenant
       and u.observed_at > :as_of - interval '365 days'
       and u.observed_at <= :as_of and u.recorded_at <= :as_of
       and u.metric_type = 'logins'
     group by u.account_id
), given as (
    select h.account_id,
           count(*) filter (where h.given ? 'feature_adoption')
               as features_n,
           max(h.observed_at) filter (where h.given ? 'feature_adoption')
               as features_at,
           (max(array[date_part('epoch', h.observed_at),
                   date_part('epoch', h.recorded_at),
                   (h.given ->> 'feature_adoption')::float8])
               filter (where h.given ? 'feature_adoption'))[3]::numeric
               as features,
           count(*) filter (where h.given ? 'client_activity')
               as activity_n,
           max(h.observed_at) filter (where h.given ? 'client_activity')
               as activity_at,
           (max(array[date_part('epoch', h.observed_at),
                   date_part('epoch', h.recorded_at),
                   (h.given ->> 'client_activity')::float8])
               filter (where h.given ? 'client_activity'))[3]::numeric
               as activity,
           count(*) filter (where h.given ? 'form_completion')
               as forms_n,
           max(h.observed_at) filter (where h.given ? 'form_completion')
               as forms_at,
           (max(array[date_part('epoch', h.observed_at),
                   date_part('epoch', h.recorded_at),
                   (h.given ->> 'form_completion')::float8])
               filter (where h.given ? 'form_completion'))[3]::numeric
               as forms,
           count(*) filter (where h.given ? 'journey_performance')
               as journeys_n,
           max(h.observed_at) filter (where h.given ? 'journey_performance')
               as journeys_at,
           (max(array[date_part('epoch', h.observed_at),
                   date_part('epoch', h.recorded_at),
                   (h.given ->> 'journey_performance')::float8])
               filter (where h.given ? 'journey_performance'))[3]::numeric
               as journeys
      from mainstay.health_scores h
     where h.tenant_id = :tenant and h.has_given
       and h.observed_at > :as_of - interval '365 days'
       and h.observed_at <= :as_of and h.recorded_at <= :as_of
     group by h.account_id
), raw as (
    select a.id, l.n as logins, l.last_at as last_login, g.*,
           floor(date_part('epoch', :as_of - l.last_at) / 86400)::numeric
               as days
      from mainstay.accounts a
      left join login l on l.account_id = a.id
      left join given g on g.account_id = a.id
     where a.tenant_id = :tenant and a.created_at <= :as_of
), value as (
    select r.*,
           case when r.days < 3 then 100
               when r.days < 7 then round(20 * 100 / 30.0, 6)
               when r.days < 14 then round(10 * 100 / 30.0, 6)
               when r.days < 30 then round(5 * 100 / 30.0, 6)
               else 0 end as days_value,
           greatest(0, least(100, coalesce(r.features, 0) * 100))
               as features_value,
           greatest(0, least(100, coalesce(r.activity, 0) * 100))
               as activity_value,
           greatest(0, least(100, coalesce(r.forms, 0) * 100)) as forms_value,
           greatest(0, least(100, coalesce(r.journeys, 0) * 100))
               as journeys_value
      from raw r
), score as (
    select v.*, s.exact, floor(s.exact + 0.5)::integer as score,
           round(v.days_value * 0.3, 2) + round(v.features_value * 0.25, 2)
               + round(v.activity_value * 0.25, 2)
               + round(v.forms_value * 0.1, 2)
               + round(v.journeys_value * 0.1, 2) as shown
      from value v
     cross join lateral (
           select round(v.days_value * 0.3 + v.features_value * 0.25
               + v.activity_value * 0.25 + v.forms_value * 0.1
               + v.journeys_value * 0.1, 6) as exact) s
)
select s.id as account_id, s.score, s.exact as exact_score,
       case when s.score >= 70 then 'healthy' when s.score >= 40
           then 'at_risk' else 'critical' end as band_key,
       jsonb_strip_nulls(jsonb_build_object('login_recency', s.days,
           'feature_adoption', s.features, 'client_activity', s.activity,
           'form_completion', s.forms, 'journey_performance', s.journeys))
           as inputs,
       jsonb_build_array(
           jsonb_build_object('key', 'login_recency',
               'label', 'Days since the last login',
               'dimension', 'login_recency', 'weight', 30,
               'value', trim_scale(round(s.days_value, 2)), 'raw', s.days,
               'points', trim_scale(round(s.days_value * 0.3, 2)),
               'facts', s.logins, 'last_at', s.last_login,
               'state', case when s.days is null then 'zero'
                   else 'used' end),
           jsonb_build_object('key', 'feature_adoption',
               'label', 'Feature adoption', 'dimension', 'feature_adoption',
               'weight', 25, 'value', trim_scale(round(s.features_value, 2)),
               'raw', trim_scale(s.features),
               'points', trim_scale(round(s.features_value * 0.25, 2)),
               'facts', nullif(s.features_n, 0), 'last_at', s.features_at,
               'state', case when s.features is null then 'zero'
                   else 'used' end),
           jsonb_build_object('key', 'client_activity',
               'label', 'Client activity', 'dimension', 'client_activity',
               'weight', 25, 'value', trim_scale(round(s.activity_value, 2)),
               'raw', trim_scale(s.activity),
               'points', trim_scale(round(s.activity_value * 0.25, 2)),
               'facts', nullif(s.activity_n, 0), 'last_at', s.activity_at,
               'state', case when s.activity is null then 'zero'
                   else 'used' end),
           jsonb_build_object('key', 'form_completion',
               'label', 'Form completion', 'dimension', 'form_completion',
               'weight', 10, 'value', trim_scale(round(s.forms_value, 2)),
               'raw', trim_scale(s.forms),
               'points', trim_scale(round(s.forms_value * 0.1, 2)),
               'facts', nullif(s.forms_n, 0), 'last_at', s.forms_at,
               'state', case when s.forms is null then 'zero'
                   else 'used' end),
           jsonb_build_object('key', 'journey_performance',
               'label', 'Journey performance',
               'dimension', 'journey_performance', 'weight', 10,
               'value', trim_scale(round(s.journeys_value, 2)),
               'raw', trim_scale(s.journeys),
               'points', trim_scale(round(s.journeys_value * 0.1, 2)),
               'facts', nullif(s.journeys_n, 0), 'last_at', s.journeys_at,
               'state', case when s.journeys is null then 'zero'
                   else 'used' end))
       || case when s.score <> s.shown
           then jsonb_build_object('key', 'rounding', 'label', 'Rounding',
               'weight', 0, 'points', trim_scale(s.score - s.shown))
           else '[]' end as contributions
  from score s
