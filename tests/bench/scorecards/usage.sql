-- What somebody would write who has this scorecard (usage.json) and no other:
-- the same scores, inputs and contributions.
with use as (
    select u.account_id,
           count(*) filter (where u.metric_type = 'logins') as login_facts,
           max(u.observed_at) filter (where u.metric_type = 'logins')
               as last_login,
           count(*) filter (where u.metric_type = 'logins'
               and u.observed_at > :as_of - interval '90 days') as logins_n,
           sum(u.metric_value::numeric) filter (
               where u.metric_type = 'logins'
                 and u.observed_at > :as_of - interval '90 days') as logins,
           count(*) filter (where u.metric_type = 'seats_used'
               and u.observed_at > :as_of - interval '30 days') as seats_n,
           sum(u.metric_value::numeric) filter (
               where u.metric_type = 'seats_used'
                 and u.observed_at > :as_of - interval '30 days') as seats,
           max(u.observed_at) filter (
               where u.metric_type = 'seats_used'
                 and u.observed_at > :as_of - interval '30 days')
               as last_seats
      from mainstay.usage_metrics u
     where u.tenant_id = :tenant
       and u.observed_at > :as_of - interval '365 days'
       and u.observed_at <= :as_of and u.recorded_at <= :as_of
       and u.metric_type in ('logins', 'seats_used')
     group by u.account_id
), ticket as (
    select e.account_id, count(*) as n, max(e.observed_at) as last_at
      from mainstay.cdi_events e
     where e.tenant_id = :tenant
       and e.observed_at > :as_of - interval '60 days'
       and e.observed_at <= :as_of and e.recorded_at <= :as_of
       and e.event_type = 'ticket_created'
     group by e.account_id
), raw as (
    select a.id, u.*, round(u.seats / nullif(u.seats_n, 0), 6) as seats_raw,
           floor(date_part('epoch', :as_of - u.last_login) / 86400)::numeric
               as days,
           coalesce(t.n, 0) as tickets, t.n as ticket_facts,
           t.last_at as last_ticket
      from mainstay.accounts a
      left join use u on u.account_id = a.id
      left join ticket t on t.account_id = a.id
     where a.tenant_id = :tenant and a.created_at <= :as_of
), value as (
    select r.*,
           greatest(0, least(100, round(r.logins * 100 / 1200, 6)))
               as logins_value,
           greatest(0, least(100, round(r.seats_raw, 6))) as seats_value,
           case when r.days < 3 then 100
               when r.days < 7 then round(20 * 100 / 30.0, 6)
               when r.days < 14 then round(10 * 100 / 30.0, 6)
               when r.days < 30 then round(5 * 100 / 30.0, 6)
               else 0 end as days_value,
           greatest(0, least(100, (5 - r.tickets) * 20)) as tickets_value
      from raw r
), part as (
    select v.*,
           case when v.logins_value is null then 0
               when v.seats_value is null then 50.0 else 30.0 end
               as logins_part,
           case when v.seats_value is null then 0
               when v.logins_value is null then 50.0 else 20.0 end
               as seats_part,
           case when coalesce(v.logins_value, v.seats_value) is null
               then 50.0 else 100.0 end as whole
      from value v
), point as (
    select p.*,
           p.logins_part * p.logins_value / p.whole as logins_points,
           p.seats_part * p.seats_value / p.whole as seats_points,
           30 * p.days_value / p.whole as days_points,
           20 * p.tickets_value / p.whole as tickets_points
      from part p
), score as (
    select p.*, floor(s.exact + 0.5)::integer as score, s.exact,
           coalesce(round(p.logins_points, 2), 0)
               + coalesce(round(p.seats_points, 2), 0)
               + round(p.days_points, 2) + round(p.tickets_points, 2)
               as shown
      from point p
     cross join lateral (
           select round(coalesce(p.logins_points, 0)
               + coalesce(p.seats_points, 0) + p.days_points
               + p.tickets_points, 6) as exact) s
)
select s.id as account_id, s.score, s.exact as exact_score,
       case when s.score >= 80 then 'healthy' when s.score >= 60
           then 'moderate' when s.score >= 40 then 'at_risk'
           else 'critical' end as band_key,
       jsonb_strip_nulls(jsonb_build_object('logins', trim_scale(s.logins),
           'seats', trim_scale(s.seats_raw), 'last_login', s.days,
           'tickets', s.tickets)) as inputs,
       jsonb_build_array(
           jsonb_build_object('key', 'logins', 'label', 'Logins',
               'dimension', 'use',
               'weight', trim_scale(round(100 * s.logins_part / s.whole, 2)),
               'value', trim_scale(round(s.logins_value, 2)),
               'raw', trim_scale(s.logins),
               'points', trim_scale(round(s.logins_points, 2)),
               'facts', s.logins_n, 'last_at', s.last_login,
               'state', case when s.logins is null then 'missing'
                   else 'used' end),
           jsonb_build_object('key', 'seats', 'label', 'Seats in use',
               'dimension', 'use',
               'weight', trim_scale(round(100 * s.seats_part / s.whole, 2)),
               'value', trim_scale(round(s.seats_value, 2)),
               'raw', trim_scale(s.seats_raw),
               'points', trim_scale(round(s.seats_points, 2)),
               'facts', s.seats_n, 'last_at', s.last_seats,
               'state', case when s.seats_raw is null then 'missing'
                   else 'used' end),
           jsonb_build_object('key', 'last_login',
               'label', 'Days since a login', 'dimension', 'recency',
               'weight', trim_scale(round(3000 / s.whole, 2)),
               'value', trim_scale(round(s.days_value, 2)),
               'raw', s.days,
               'points', trim_scale(round(s.days_points, 2)),
               'facts', s.login_facts, 'last_at', s.last_login,
               'state', case when s.days is null then 'zero'
                   else 'used' end),
           jsonb_build_object('key', 'tickets', 'label', 'Tickets',
               'dimension', 'support',
               'weight', trim_scale(round(2000 / s.whole, 2)),
               'value', trim_scale(round(s.tickets_value, 2)),
               'raw', s.tickets,
               'points', trim_scale(round(s.tickets_points, 2)),
               'facts', s.ticket_facts, 'last_at', s.last_ticket,
               'state', 'used'))
       || case when s.score <> s.shown
           then jsonb_build_object('key', 'rounding', 'label', 'Rounding',
               'weight', 0, 'points', trim_scale(s.score - s.shown))
           else '[]' end as contributions
  from score s
