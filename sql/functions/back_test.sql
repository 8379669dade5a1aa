-- Would a document have told who leaves? The scores it would have given, on
-- what was known then, to the customers that churned and to those that
-- renewed. docs/what-if.md says what the figures mean.

-- How each account's story ended within the last two years, once per account:
-- churned, when it entered a terminal stage or its status became churned;
-- else renewed, when its renewal date was moved on or has passed and it still
-- is a customer. at is the day of the decision: a date that was moved on
-- before it came was decided then. Imported accounts whose past nobody
-- recorded are in neither group.
create or replace function mainstay.outcomes(p_tenant uuid)
returns table (account_id uuid, is_churned boolean, at timestamptz)
language plpgsql stable rows 1000 set search_path = ''
as $$
begin
    return query
    with change as materialized (
        select l.object_id::uuid as id, l.at, l.before, l.after
          from mainstay.audit_log l
         where l.tenant_id = p_tenant and l.object_type = 'accounts'
           and l.action = 'accounts.update'
           and l.at > now() - interval '2 years'
           and (l.after ->> 'status' = 'churned' or l.after ? 'renewal_date')
    ), left_us as (
        select s.id, max(s.at) as at
          from (
            select j.account_id as id, j.entered_at as at
              from mainstay.journey_history j
              join mainstay.journey_stages t
                on t.tenant_id = p_tenant and t.name = j.to_stage
               and t.kind = 'terminal'
             where j.tenant_id = p_tenant
            union all
            select c.id, c.at from change c
             where c.after ->> 'status' = 'churned') s
         group by s.id
    ), stayed as (
        select s.id, max(s.at) as at
          from (
            select c.id, least(c.at, (c.before ->> 'renewal_date')::date
                       at time zone 'UTC') as at
              from change c
             where (c.after ->> 'renewal_date')::date
                 > (c.before ->> 'renewal_date')::date
            union all
            select a.id, a.renewal_date at time zone 'UTC'
              from mainstay.accounts a
             where a.tenant_id = p_tenant and a.status <> 'churned'
               and a.renewal_date < current_date) s
         group by s.id
    )
    select a.id, l.id is not null, coalesce(l.at, s.at)
      from mainstay.accounts a
      left join left_us l on l.id = a.id
      left join stayed s on s.id = a.id
     where a.tenant_id = p_tenant
       and (l.id is not null or a.status <> 'churned')
       and coalesce(l.at, s.at) between now() - interval '2 years' and now();
end
$$;
comment on function mainstay.outcomes(uuid) is
    'Which accounts churned and which renewed in the last two years, and '
    'when: each account once, churn before renewal.';

-- How well scores tell two groups apart: the share of pairs in which the one
-- that renewed has the higher score, ties as half (the area under the ROC
-- curve). Variance and normal 95 % interval by DeLong, DeLong and
-- Clarke-Pearson, "Comparing the areas under two or more correlated receiver
-- operating characteristic curves", Biometrics 44 (1988) 837-845, with one
-- curve: the variance of each member's share of pairs won, over its group's
-- size. When no pair, or every pair, is won that variance is 0, which says
-- nothing; the interval is then that of as many successes in a row as the
-- smaller group has members (Clopper and Pearson, Biometrika 26 (1934)
-- 404-413).
create or replace function mainstay.auc(p_churned numeric[],
    p_renewed numeric[], out auc numeric, out low numeric, out high numeric)
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_error numeric;
    v_bound numeric;
    v_churned constant integer := cardinality(p_churned);
    v_renewed constant integer := cardinality(p_renewed);
begin
    if v_churned = 0 or v_renewed = 0 then
        return;
    end if;
    with score as (
        select s.score, sum(s.c) as c, sum(s.r) as r
          from (select x as score, 1 as c, 0 as r from unnest(p_churned) x
                union all
                select x, 0, 1 from unnest(p_renewed) x) s
         group by s.score
    ), won as (
        select s.c, s.r,
               (coalesce(sum(s.r) over above, 0) + s.r / 2.0)
                   / v_renewed as c_share,
               (coalesce(sum(s.c) over below, 0) + s.c / 2.0)
                   / v_churned as r_share
          from score s
        window above as (order by s.score desc rows between unbounded
                   preceding and 1 preceding),
               below as (order by s.score rows between unbounded preceding
                   and 1 preceding)
    ), mean as (
        select sum(w.c * w.c_share) / v_churned as auc from won w
    )
    select m.auc, sqrt(
               coalesce(sum(w.c * (w.c_share - m.auc) ^ 2)
                   / nullif(v_churned - 1, 0), 0) / v_churned
               + coalesce(sum(w.r * (w.r_share - m.auc) ^ 2)
                   / nullif(v_renewed - 1, 0), 0) / v_renewed)
      into auc.auc, v_error
      from won w cross join mean m
     group by m.auc;
    v_bound := power(0.025, 1.0 / least(v_churned, v_renewed));
    low := case when auc.auc = 1 then v_bound
        else greatest(0, auc.auc - 1.959964 * v_error) end;
    high := case when auc.auc = 0 then 1 - v_bound
        else least(1, auc.auc + 1.959964 * v_error) end;
    auc.auc := round(auc.auc, 4);
    low := round(low, 4);
    high := round(high, 4);
end
$$;
comment on function mainstay.auc(numeric[], numeric[]) is
    'Share of pairs in which the renewed one has the higher score, ties as '
    'half, with its 95 % interval.';

-- Scores are taken at the beginning of weeks, so that all accounts of a week
-- are evaluated together: a horizon of 30 days means 30 to 36 days before.
create or replace function mainstay.back_test(p_tenant uuid,
    p_document jsonb, p_horizons integer[] default '{30,60,90,180}')
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_threshold integer;
    v_far constant integer := (select max(h) from unnest(p_horizons) h);
    v_churned integer;
    v_renewed integer;
    v_horizons jsonb;
    v_lead numeric;
    v_enough boolean;
    v_best record;
begin
    perform app.require_role('Tenant Admin');
    select min(b.lower) into v_threshold
      from mainstay.scorecard_bands(p_document) b
     where b.severity in ('healthy', 'moderate');
    with outcome as materialized (
        select o.account_id, o.is_churned, o.at
          from mainstay.outcomes(p_tenant) o
    ), wanted as materialized (
        -- Each horizon, and for who churned each week up to the farthest.
        select o.account_id, o.is_churned, h.days,
               date_trunc('week', o.at - make_interval(days => h.days), 'UTC')
                   as week, o.at
          from outcome o cross join unnest(p_horizons) h (days)
        union all
        select o.account_id, true, null,
               date_trunc('week', o.at, 'UTC') - n * interval '7 days', o.at
          from outcome o cross join generate_series(0, v_far / 7) n
         where o.is_churned
    ), scored as materialized (
        select w.week, e.account_id, e.score
          from (select w.week, array_agg(distinct w.account_id) as accounts
                  from wanted w group by w.week) w
         cross join lateral mainstay.evaluate_scores(p_tenant, p_document,
             w.accounts, w.week) e
         where e.score is not null
    ), known as materialized (
        select w.days, w.account_id, w.is_churned, w.at, w.week, s.score
          from wanted w
          join scored s on s.week = w.week and s.account_id = w.account_id
    ), horizon as (
        select h.days, h.place,
               count(*) filter (where k.is_churned) as churned,
               count(*) filter (where not k.is_churned) as renewed,
               coalesce(array_agg(k.score::numeric) filter (
                   where k.is_churned), '{}') as churned_scores,
               coalesce(array_agg(k.score::numeric) filter (
                   where not k.is_churned), '{}') as renewed_scores,
               round(avg(k.score) filter (where k.is_churned), 1)
                   as mean_churned,
               round(avg(k.score) filter (where not k.is_churned), 1)
                   as mean_renewed,
               count(*) filter (where k.is_churned
                   and k.score >= v_threshold) as missed,
               count(*) filter (where not k.is_churned
                   and k.score < v_threshold) as false_alarms
          from unnest(p_horizons) with ordinality h (days, place)
          left join known k on k.days = h.days
         group by h.days, h.place
    ), lead as (
        select extract(epoch from k.at - min(k.week)) / 86400 as days
          from known k
         where k.days is null and k.score < v_threshold and k.week < k.at
         group by k.account_id, k.at
    )
    select (select count(*) from outcome o where o.is_churned),
           (select count(*) from outcome o where not o.is_churned),
           (select jsonb_agg(jsonb_build_object('days', h.days,
                       'churned', h.churned, 'renewed', h.renewed,
                       'auc', a.auc, 'auc_low', a.low, 'auc_high', a.high,
                       'mean_churned', h.mean_churned,
                       'mean_renewed', h.mean_renewed,
                       'missed', h.missed, 'false_alarms', h.false_alarms,
                       'threshold', v_threshold,
                       'enough', h.churned >= 10 and h.renewed >= 10)
                       order by h.place)
              from horizon h
             cross join lateral mainstay.auc(h.churned_scores,
                 h.renewed_scores) a),
           (select round(percentile_cont(0.5) within group (
                order by l.days)::numeric) from lead l)
      into v_churned, v_renewed, v_horizons, v_lead;

    -- The farthest horizon that can be judged speaks for the rest.
    select x.days, x.churned, x.renewed, x.auc, x.auc_low, x.auc_high,
           x.missed, x.false_alarms
      into v_best
      from jsonb_to_recordset(v_horizons) as x (days integer,
           churned integer, renewed integer, auc numeric, auc_low numeric,
           auc_high numeric, missed integer, false_alarms integer,
           enough boolean)
     where x.enough
     order by abs(x.days - 90), x.days limit 1;
    v_enough := v_best.days is not null;
    return jsonb_build_object('churned', v_churned, 'renewed', v_renewed,
        'horizons', coalesce(v_horizons, '[]'),
        'lead_time_days', v_lead, 'threshold', v_threshold,
        'enough', v_enough, 'verdict',
        mainstay.back_test_verdict(v_churned, v_renewed, v_threshold,
            v_best.days, v_best.auc, v_best.auc_low, v_best.churned,
            v_best.missed, v_best.renewed, v_best.false_alarms, v_lead));
end
$$;
comment on function mainstay.back_test(uuid, jsonb, integer[]) is
    'How well a document would have told customers that churned from those '
    'that renewed, so many days before.';

create or replace function mainstay.back_test_verdict(p_churned integer,
    p_renewed integer, p_threshold integer, p_days integer, p_auc numeric,
    p_low numeric, p_scored_churned integer, p_missed integer,
    p_scored_renewed integer, p_false_alarms integer, p_lead numeric)
returns text
language plpgsql stable set search_path = ''
as $$
begin
    if p_days is null then
        return 'Too few to judge: in the last two years '
            || app.count_text(p_churned, 'customer') || ' churned and '
            || app.number_text(p_renewed) || ' renewed'
            || case when p_churned >= 10 and p_renewed >= 10
                then ', but fewer than 10 of one kind had a score before.'
                else '; at least 10 of each are needed.' end;
    end if;
    return case
        when p_low > 0.5 and p_auc >= 0.8 then 'It tells them apart well'
        when p_low > 0.5 then 'It tells them apart, with many exceptions'
        when p_auc <= 0.5 then 'It does not tell them apart'
        else 'It may be chance' end
        || ': ' || p_days || ' days before, the customer that renewed had '
        || 'the higher score in ' || round(p_auc * 100)
        || ' of 100 pairs. Below ' || p_threshold || ' were '
        || p_scored_churned - p_missed || ' of ' || p_scored_churned
        || ' that churned and ' || p_false_alarms || ' of '
        || p_scored_renewed || ' that renewed'
        || coalesce('; the first sign came '
            || app.count_text(p_lead::bigint, 'day') || ' before', '') || '.';
end
$$;

grant execute on function mainstay.outcomes(uuid),
    mainstay.auc(numeric[], numeric[]),
    mainstay.back_test(uuid, jsonb, integer[]),
    mainstay.back_test_verdict(integer, integer, integer, integer, numeric,
        numeric, integer, integer, integer, integer, numeric)
    to mainstay_app, mainstay_maint, mainstay_definer;
