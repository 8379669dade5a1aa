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

-- The outcomes that are judged: of each kind at most p_sample, spread by a
-- hash of their ids.
create or replace function mainstay.outcomes_judged(p_tenant uuid,
    p_sample integer)
returns table (account_id uuid, is_churned boolean, at timestamptz,
    of_kind bigint)
language plpgsql stable rows 300 set search_path = ''
as $$
begin
    return query
    select o.account_id, o.is_churned, o.at, o.of_kind
      from (select x.*, count(*) over (partition by x.is_churned) as of_kind,
                   row_number() over (partition by x.is_churned order by
                       hashtextextended(x.account_id::text, 0)) as turn
              from mainstay.outcomes(p_tenant) x) o
     where o.turn <= p_sample;
end
$$;

-- Score of each outcome so many days before; for those that churned, also at
-- each 30 days up to the farthest. One account at a time, with the plan that
-- is kept for that: each has days of its own.
create or replace function mainstay.scores_before(p_tenant uuid,
    p_document jsonb, p_horizons integer[], p_sample integer)
returns table (account_id uuid, is_churned boolean, days integer,
    score integer, of_kind bigint)
language plpgsql stable rows 1000 set search_path = '' set jit = off
as $$
declare
    v_far constant integer := (select max(h) from unnest(p_horizons) h);
begin
    return query
    select o.account_id, o.is_churned, d.days, e.score, o.of_kind
      from mainstay.outcomes_judged(p_tenant, p_sample) o
     cross join lateral (
        select h from unnest(p_horizons) h
        union
        select n from generate_series(30, v_far, 30) n where o.is_churned)
           d (days)
      left join lateral mainstay.evaluate_scores(p_tenant, p_document,
           array[o.account_id], o.at - make_interval(days => d.days)) e
        on true;
end
$$;

-- p_sample: how many of each kind are judged at most; null is what a page can
-- have judged before its time is up.
create or replace function mainstay.back_test(p_tenant uuid,
    p_document jsonb, p_horizons integer[] default '{30,60,90,180}',
    p_sample integer default null)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_threshold integer;
    v_found record;
    v_best record;
    v_sample constant integer := coalesce(p_sample,
        mainstay.back_test_limit(p_document));
begin
    perform app.require_role('Tenant Admin');
    perform mainstay.require_document(p_document);
    select coalesce(min(b.lower) filter (
               where b.severity in ('healthy', 'moderate')), max(b.lower))
      into v_threshold
      from mainstay.scorecard_bands(p_document) b;
    with scored as materialized (
        select * from mainstay.scores_before(p_tenant, p_document,
            p_horizons, v_sample)
    ), horizon as (
        select h.days, h.place,
               count(s.score) filter (where s.is_churned) as churned,
               count(s.score) filter (where not s.is_churned) as renewed,
               coalesce(array_agg(s.score::numeric) filter (
                   where s.is_churned and s.score is not null), '{}')
                   as churned_scores,
               coalesce(array_agg(s.score::numeric) filter (
                   where not s.is_churned and s.score is not null), '{}')
                   as renewed_scores,
               round(avg(s.score) filter (where s.is_churned), 1)
                   as mean_churned,
               round(avg(s.score) filter (where not s.is_churned), 1)
                   as mean_renewed,
               count(*) filter (where s.is_churned
                   and s.score >= v_threshold) as missed,
               count(*) filter (where not s.is_churned
                   and s.score < v_threshold) as false_alarms
          from unnest(p_horizons) with ordinality h (days, place)
          left join scored s on s.days = h.days
         group by h.days, h.place
    ), lead as (
        -- Below the threshold then, and each time from then on.
        select max(s.days) filter (where s.days < coalesce(s.last_well,
                   2147483647)) as days
          from (select c.account_id, c.days, min(c.days) filter (
                           where coalesce(c.score, 100) >= v_threshold)
                           over (partition by c.account_id) as last_well
                  from scored c where c.is_churned) s
         group by s.account_id
    )
    select coalesce((select max(s.of_kind) from scored s
                where s.is_churned), 0)::integer as churned,
           coalesce((select max(s.of_kind) from scored s
                where not s.is_churned), 0)::integer as renewed,
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
                 h.renewed_scores) a) as horizons,
           (select percentile_disc(0.5) within group (order by l.days)
              from lead l) as lead_days
      into v_found;

    -- The horizon nearest to 90 days that can be judged speaks for the rest.
    select x.* into v_best
      from jsonb_to_recordset(v_found.horizons) as x (days integer,
           churned integer, renewed integer, auc numeric, auc_low numeric,
           missed integer, false_alarms integer, enough boolean)
     where x.enough
     order by abs(x.days - 90), x.days limit 1;
    return jsonb_build_object('churned', v_found.churned,
        'renewed', v_found.renewed, 'sampled', case
            when v_found.churned > v_sample or v_found.renewed > v_sample
            then v_sample end,
        'horizons', coalesce(v_found.horizons, '[]'),
        'lead_time_days', v_found.lead_days, 'threshold', v_threshold,
        'enough', v_best.days is not null, 'verdict',
        mainstay.back_test_verdict(v_found.churned, v_found.renewed,
            v_threshold, v_best.days, v_best.auc, v_best.auc_low,
            v_best.churned, v_best.missed, v_best.renewed,
            v_best.false_alarms, v_found.lead_days)
        || case when v_found.churned > v_sample or v_found.renewed > v_sample
            then ' Judged on at most ' || app.number_text(v_sample)
                || ' of each, spread over the '
                || app.number_text(v_found.churned)
                || ' that churned and the '
                || app.number_text(v_found.renewed)
                || ' that renewed.'
            else '' end);
end
$$;
comment on function mainstay.back_test(uuid, jsonb, integer[], integer) is
    'How well a document would have told customers that churned from those '
    'that renewed, so many days before. Of more than p_sample of a kind '
    '(null: back_test_limit) a sample is judged; sampled says how many, else '
    'it is null.';

-- A score takes about two milliseconds, more with many metrics, and each
-- outcome is judged at up to six times.
create or replace function mainstay.back_test_limit(p_document jsonb)
returns integer
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select greatest(20, least(50, 500 / greatest(1, count(*))))
          from mainstay.scorecard_metrics(p_document));
end
$$;

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
        || coalesce('; half of those that churned were below for the last '
            || app.count_text(p_lead::bigint, 'day') || ' or longer', '')
        || '.';
end
$$;

grant execute on function mainstay.outcomes(uuid),
    mainstay.auc(numeric[], numeric[]),
    mainstay.outcomes_judged(uuid, integer),
    mainstay.scores_before(uuid, jsonb, integer[], integer),
    mainstay.back_test_limit(jsonb),
    mainstay.back_test(uuid, jsonb, integer[], integer),
    mainstay.back_test_verdict(integer, integer, integer, integer, numeric,
        numeric, integer, integer, integer, integer, numeric)
    to mainstay_app, mainstay_maint, mainstay_definer;
