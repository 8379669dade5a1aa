-- Figures of all customers, in the words of the programme. Counts and revenue
-- are sums of the ledger (portfolio.sql), however many customers there are;
-- what success profiles come to is added up when it is asked for.

create or replace function app.customer_statistics(p_tenant uuid)
returns json
language plpgsql stable set search_path = ''
as $$
declare
    v_kept record;
    v_profile record;
begin
    select coalesce(sum(l.accounts), 0) as customers,
           coalesce(sum(l.accounts) filter (where l.key = 'AT_RISK'), 0)
               as at_risk,
           coalesce(sum(l.accounts) filter (where l.key = 'CHURNED'), 0)
               as churned,
           coalesce(sum(l.accounts) filter (where l.key = 'ONBOARDING'), 0)
               as onboarding,
           coalesce(sum(l.arr_cents) filter (where l.key <> 'CHURNED'), 0)
               as arr
      into v_kept
      from mainstay.portfolio_rollups l
     where l.tenant_id = p_tenant and l.kind = 'status' and l.cell = '';
    select avg(p.adoption_percent) as adoption, avg(p.nps) as nps,
           avg(p.csat) as csat, sum(mainstay.lifetime_cents(a.arr_cents,
               a.status, a.contract_start_date, a.contract_end_date,
               a.created_at)) as lifetime
      into v_profile
      from mainstay.accounts a
      left join mainstay.account_profiles p
        on p.tenant_id = p_tenant and p.account_id = a.id
       and a.status <> 'churned'
     where a.tenant_id = p_tenant;
    return json_build_object('totalCustomers', v_kept.customers,
        'customersByTier', (
            select json_object_agg(n.name, coalesce(t.accounts, 0))
              from mainstay.programme_names() n
              left join (
                select split_part(l.cell, '/', 1) as tier,
                       sum(l.accounts) as accounts
                  from mainstay.portfolio_rollups l
                 where l.tenant_id = p_tenant and l.kind = 'status'
                   and l.cell <> '' group by 1) t on t.tier = n.value
             where n.kind = 'CustomerTier'),
        'customersByStatus', (
            select json_object_agg(n.name, coalesce(s.accounts, 0))
              from mainstay.programme_names() n
              left join (
                select l.key, sum(l.accounts) as accounts
                  from mainstay.portfolio_rollups l
                 where l.tenant_id = p_tenant and l.kind = 'status'
                   and l.cell = '' group by l.key) s on s.key = n.name
             where n.kind = 'CustomerStatus'),
        'averageHealthScore', (
            select round(sum(l.score_sum)::numeric
                       / nullif(sum(l.score_count), 0), 1)
              from mainstay.portfolio_rollups l
             where l.tenant_id = p_tenant and l.kind = 'band'
               and l.cell = ''),
        'totalAnnualRevenue', app.money_api(v_kept.arr),
        'totalLifetimeValue', app.money_api(coalesce(v_profile.lifetime, 0)),
        'currency', mainstay.tenant_currency(p_tenant),
        'atRiskCustomers', v_kept.at_risk,
        'churnedCustomers', v_kept.churned,
        'onboardingCustomers', v_kept.onboarding,
        'averageAdoptionRate', round(v_profile.adoption, 1),
        'averageNps', round(v_profile.nps, 1),
        'averageCsat', round(v_profile.csat, 1));
end
$$;
comment on function app.customer_statistics(uuid) is
    'All customers in figures.';

-- Time to value is from the contract (or the day the customer was added) to
-- the end of onboarding, its duration from its own beginning.
create or replace function app.onboarding_metrics(p_tenant uuid)
returns json
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select json_build_object(
            'totalOnboarding', count(*) filter (
                where p.onboarding_status <> 'not_started'),
            'inProgressOnboarding', count(*) filter (
                where p.onboarding_status = 'in_progress'),
            'completedOnboarding', count(*) filter (
                where p.onboarding_status = 'completed'),
            'averageTimeToValue', round(avg(greatest(
                p.onboarding_completed_on - coalesce(a.contract_start_date,
                    (a.created_at at time zone 'UTC')::date), 0)) filter (
                where p.onboarding_status = 'completed'), 1),
            'averageOnboardingDuration', round(avg(p.onboarding_completed_on
                - p.onboarding_started_on) filter (
                where p.onboarding_status = 'completed'), 1),
            'trainingCompletionRate', round(avg(p.training_percent) filter (
                where p.onboarding_status <> 'not_started'), 1),
            'onboardingSuccessRate', round(100.0 * count(*) filter (
                where p.onboarding_status = 'completed')
                / nullif(count(*) filter (where p.onboarding_status
                    in ('completed', 'cancelled')), 0), 1))
          from mainstay.account_profiles p
          join mainstay.accounts a
            on a.tenant_id = p_tenant and a.id = p.account_id
           and a.status <> 'churned'
         where p.tenant_id = p_tenant);
end
$$;

-- Customers whose score fell by more than ten, or is below 60, the lowest
-- first: a walk along the index of scores.
create or replace function app.customer_alerts(p_tenant uuid, p_csm uuid,
    p_limit integer, p_cursor text, out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_csm constant uuid := mainstay.known_csm(p_tenant, p_csm);
    v_from record;
begin
    select c.key::integer as score, c.id into v_from
      from app.cursor_read(p_cursor, 'health', 'integer') c;
    select coalesce(json_agg(json_build_object('customerId', f.id,
               'customerName', f.name, 'csmId', f.csm_id,
               'healthScore', f.health_score,
               'previousHealthScore', f.previous_health_score,
               'change', f.health_score - f.previous_health_score,
               'healthLevel', mainstay.programme_name('HealthLevel',
                   f.health_band),
               'alerts', (select json_agg(r.alert) from (values
                   ('RED_ZONE', f.health_score < 40),
                   ('BELOW_THRESHOLD', f.health_score < 60),
                   ('SIGNIFICANT_DROP', f.previous_health_score
                       - f.health_score > 10)) r (alert, is_so)
                   where r.is_so),
               'scoredAt', app.api_time(f.health_scored_at))
               order by f.nr) filter (where f.nr <= p_limit), '[]'),
           case when max(f.nr) > p_limit then (array_agg(app.cursor_text(
               'health', f.health_sort::text, f.id::text)
               order by f.nr))[p_limit] end
      into body, next_cursor
      from (select a.*, row_number() over (
                       order by a.health_sort, a.id) as nr
              from mainstay.accounts a
             where a.tenant_id = p_tenant and a.health_sort >= 0
               and a.status <> 'churned'
               and (a.health_sort < 60
                   or a.previous_health_score - a.health_score > 10)
               and (v_csm is null or a.csm_id = v_csm)
               and (v_from.id is null
                   or (a.health_sort, a.id) > (v_from.score, v_from.id))
             order by a.health_sort, a.id limit p_limit + 1) f;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
end
$$;

-- Who may grow, the largest first, by the first rule that holds: likely by
-- more than half; less than a fifth of its ARR away from the next tier; or
-- pleased (NPS 50, CSAT 80) and engaged (70). What it may bring is what lifts
-- it into the next tier, where that is near, else a fifth of its ARR.
create or replace function app.expansion_page(p_tenant uuid,
    p_limit integer, p_cursor text, out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_from record;
begin
    select c.key::bigint as arr, c.id into v_from
      from app.cursor_read(p_cursor, 'expansion', 'bigint') c;
    select coalesce(json_agg(json_build_object('customerId', f.id,
               'customerName', f.name, 'csmId', f.csm_id,
               'reason', f.reason,
               'currentTier', mainstay.programme_name('CustomerTier',
                   f.tier),
               'potentialTier', mainstay.programme_name('CustomerTier',
                   coalesce(f.next_tier, f.tier)),
               'annualRevenue', app.money_api(f.arr_cents),
               'estimatedRevenue', app.money_api(f.estimate),
               'currency', f.currency,
               'probability', coalesce(f.expansion_percent, case f.reason
                   when 'APPROACHING_TIER_LIMIT' then 50 else 40 end),
               'suggestedActions', to_json(case f.reason
                   when 'HIGH_EXPANSION_PROBABILITY' then array[
                       'Prepare a proposal with the sponsor.',
                       'Plan the expansion in a success plan.']
                   when 'APPROACHING_TIER_LIMIT' then array[
                       'Show what the next tier includes.',
                       'Talk about it in the next business review.']
                   else array['Ask which other teams could use it.',
                       'Ask for a reference.'] end),
               'lastReviewDate', (
                   select max(r.held_at at time zone 'UTC')::date
                     from mainstay.business_reviews r
                    where r.tenant_id = p_tenant and r.account_id = f.id
                      and r.status = 'held')) order by f.nr)
               filter (where f.nr <= p_limit), '[]'),
           case when max(f.nr) > p_limit then (array_agg(app.cursor_text(
               'expansion', f.arr_cents::text, f.id::text)
               order by f.nr))[p_limit] end
      into body, next_cursor
      from (select a.*, p.expansion_percent, n.next_tier, r.reason,
                   case when a.arr_cents > n.arr_from * 0.8
                           and a.arr_cents < n.arr_from
                       then n.arr_from - a.arr_cents
                       else round(a.arr_cents * 0.2) end as estimate,
                   row_number() over (
                       order by a.arr_cents desc, a.id desc) as nr
              from mainstay.accounts a
              left join mainstay.account_profiles p
                on p.tenant_id = p_tenant and p.account_id = a.id
              left join lateral (
                select t.tier as next_tier, t.arr_from_cents as arr_from
                  from mainstay.account_tiers t
                 where t.tenant_id = p_tenant
                   and mainstay.tier_rank(t.tier)
                       = mainstay.tier_rank(a.tier) + 1) n on true
             cross join lateral (select case
                   when p.expansion_percent > 50
                       then 'HIGH_EXPANSION_PROBABILITY'
                   when a.arr_cents > n.arr_from * 0.8
                       and a.arr_cents < n.arr_from
                       then 'APPROACHING_TIER_LIMIT'
                   when (p.nps >= 50 or p.csat >= 80)
                       and p.adoption_percent >= 70
                       then 'HIGH_SATISFACTION_AND_ENGAGEMENT'
                   end as reason) r
             where a.tenant_id = p_tenant and a.status <> 'churned'
               and r.reason is not null
               and (v_from.id is null
                   or (a.arr_cents, a.id) < (v_from.arr, v_from.id))
             order by a.arr_cents desc, a.id desc limit p_limit + 1) f;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
end
$$;

grant execute on function app.customer_statistics(uuid),
    app.onboarding_metrics(uuid),
    app.customer_alerts(uuid, uuid, integer, text),
    app.expansion_page(uuid, integer, text) to mainstay_app;
