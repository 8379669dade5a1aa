-- role: mainstay_definer
--
-- What the executive page reads besides the ledger, made by the worker's
-- clock: the sums of each day, who moved and why, and what the success
-- profiles come to. The page then reads a few rows.

-- Sums of a tenant's ledger by cell, as portfolio_days has them.
create or replace function api.portfolio_cells(p_tenant uuid)
returns setof mainstay.portfolio_days
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    with line as (
        select nullif(split_part(r.cell, '/', 1), '') as tier,
               nullif(split_part(r.cell, '/', 2), '') as owner, r.*
          from mainstay.portfolio_rollups r
         where r.tenant_id = p_tenant and (r.kind in ('band', 'flow')
            or r.kind = 'renewal'
                and r.key >= to_char(current_date, 'YYYY-MM-DD')
                and r.key <= to_char(current_date + 90, 'YYYY-MM-DD'))
    )
    select p_tenant, gen_random_uuid(),
           case when l.tier is null and l.owner is null then ''
               else coalesce(l.tier, '') || '/' || coalesce(l.owner, '') end,
           current_date,
           coalesce(sum(l.accounts) filter (where l.kind = 'band'), 0)::bigint,
           coalesce(sum(l.arr_cents) filter (where l.kind = 'band'), 0)
               ::bigint,
           coalesce(sum(l.accounts) filter (where l.kind = 'band'
               and l.key in ('at_risk', 'critical')), 0)::bigint,
           coalesce(sum(l.arr_cents) filter (where l.kind = 'band'
               and l.key in ('at_risk', 'critical')), 0)::bigint,
           sum(l.score_sum)::bigint, sum(l.score_count)::bigint,
           sum(l.score_arr_sum), sum(l.scored_arr_cents)::bigint,
           coalesce(sum(l.accounts) filter (where l.kind = 'renewal'), 0)
               ::bigint,
           coalesce(sum(l.arr_cents) filter (where l.kind = 'renewal'), 0)
               ::bigint,
           coalesce(sum(l.arr_cents) filter (where l.key = 'new'), 0)::bigint,
           coalesce(sum(l.arr_cents) filter (where l.key = 'expansion'), 0)
               ::bigint,
           coalesce(sum(l.arr_cents) filter (where l.key = 'contraction'), 0)
               ::bigint,
           coalesce(sum(l.arr_cents) filter (where l.key = 'churned'), 0)
               ::bigint,
           now()
      from line l
     group by grouping sets ((l.tier, l.owner), (l.tier), (l.owner))
    having not (grouping(l.tier, l.owner) > 0
        and l.tier is null and l.owner is null);
end
$$;

-- The accounts that moved most in so many days, or since their first score; a
-- cause is looked for when it is not known for these two scores.
create or replace function api.find_movers(p_tenant uuid, p_days integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    with changed as materialized (
        select a.id, a.health_score - f.overall_score as change,
               f.id as from_id, f.overall_score as from_score, t.id as to_id
          from mainstay.accounts a
          join mainstay.health_scores t on t.tenant_id = p_tenant
           and t.account_id = a.id and t.is_current
         cross join lateral (
             (select h.id, h.overall_score
                from mainstay.health_scores h
               where h.tenant_id = p_tenant and h.account_id = a.id
                 and h.observed_at <= now() - make_interval(days => p_days)
               order by h.observed_at desc, h.recorded_at desc limit 1)
             union all
             (select h.id, h.overall_score
                from mainstay.health_scores h
               where h.tenant_id = p_tenant and h.account_id = a.id
               order by h.observed_at, h.recorded_at limit 1)
             limit 1) f
         where a.tenant_id = p_tenant and a.status <> 'churned'
           and a.health_scored_at > now() - make_interval(days => p_days)
           and a.health_score = t.overall_score
           and a.health_score <> f.overall_score
    ), chosen as materialized (
        select c.*, m.id as known
          from (select *, row_number() over (order by change) as fallen,
                       row_number() over (order by change desc) as risen
                  from changed) c
          left join mainstay.portfolio_movers m on m.tenant_id = p_tenant
           and m.period = p_days and m.account_id = c.id
           and m.from_score_id = c.from_id and m.to_score_id = c.to_id
         where c.change < 0 and c.fallen <= 40
            or c.change > 0 and c.risen <= 20
    ), gone as (
        delete from mainstay.portfolio_movers m
         where m.tenant_id = p_tenant and m.period = p_days
           and not exists (select from chosen c where c.known = m.id)
    )
    insert into mainstay.portfolio_movers (tenant_id, period, account_id,
        from_score, to_score, from_score_id, to_score_id, cause)
    select p_tenant, p_days, c.id, c.from_score, c.from_score + c.change,
           c.from_id, c.to_id, x.cause
      from chosen c
      join mainstay.health_scores f
        on f.tenant_id = p_tenant and f.id = c.from_id
      join mainstay.health_scores t
        on t.tenant_id = p_tenant and t.id = c.to_id
     cross join lateral (
         select substring(mainstay.score_changes(f.observed_at, f, t)
             ->> 'sentence'
             from ': (.*?\([+−±][\d.]+\)(?:, .*?\([+−±][\d.]+\))?)')
             as cause) x
     where c.known is null
        on conflict (tenant_id, period, account_id) do update
        set from_score = excluded.from_score, to_score = excluded.to_score,
            from_score_id = excluded.from_score_id,
            to_score_id = excluded.to_score_id, cause = excluded.cause,
            created_at = now();
end
$$;

create or replace function api.sum_programmes(p_tenant uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    delete from mainstay.portfolio_programmes g where g.tenant_id = p_tenant;
    insert into mainstay.portfolio_programmes (tenant_id, cell, profiles,
        onboarding, onboarded, onboarding_days, adoption_sum, adoption_count,
        nps_sum, nps_count, expanding, expansion_cents)
    select p_tenant,
           case when a.tier is null and a.owner is null then ''
               else coalesce(a.tier, '') || '/' || coalesce(a.owner, '') end,
           count(*),
           count(*) filter (where p.onboarding_status = 'in_progress'),
           count(d.days), coalesce(sum(d.days), 0),
           coalesce(sum(p.adoption_percent), 0), count(p.adoption_percent),
           coalesce(sum(p.nps), 0), count(p.nps),
           count(*) filter (where p.expansion_percent >= 50),
           coalesce(sum(p.expansion_percent * a.arr_cents / 100.0), 0)
      from mainstay.account_profiles p
     cross join lateral (
         select c.tier::text as tier, c.arr_cents,
                coalesce(c.csm_id::text, 'none') as owner
           from mainstay.accounts c
          where c.tenant_id = p_tenant and c.id = p.account_id
            and c.status <> 'churned') a
     cross join lateral (
         select p.onboarding_completed_on - p.onboarding_started_on as days) d
     where p.tenant_id = p_tenant
     group by grouping sets ((a.tier, a.owner), (a.tier), (a.owner), ());
end
$$;

-- One tenant at a time: its day, if it has not begun yet, every quarter of an
-- hour what moves within it, and the kept page whenever the ledger has moved.
-- Returns how many tenants it saw to.
create or replace function api.refresh_portfolios() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tenant uuid;
    v_is_due boolean;
    v_count integer := 0;
begin
    for v_tenant, v_is_due in
        select t.id, g.id is null
          from mainstay.tenants t
          left join mainstay.portfolio_programmes g
            on g.tenant_id = t.id and g.cell = ''
           and g.created_at > now() - interval '15 minutes'
          left join mainstay.portfolio_pages p
            on p.tenant_id = t.id and p.by = 'accounts' and p.period = 90
           and p.day = current_date
           and not exists (
               select from mainstay.portfolio_rollups r
                where r.tenant_id = t.id
                  and r.created_at > p.created_at - interval '10 seconds')
         where exists (select from mainstay.portfolio_rollups r
                        where r.tenant_id = t.id)
           and (g.id is null or p.id is null)
         order by t.id limit 50
    loop
        if v_is_due then
            perform api.refresh_portfolio(v_tenant);
        else
            perform set_config('app.current_tenant_id', v_tenant::text,
                true);
            perform api.keep_portfolio_pages(v_tenant);
            perform set_config('app.current_tenant_id', '', true);
        end if;
        v_count := v_count + 1;
    end loop;
    return v_count;
end
$$;
comment on function api.refresh_portfolios() is
    'Begins the day of portfolios and finds what moved; how many tenants.';

create or replace function api.refresh_portfolio(p_tenant uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
begin
    perform set_config('app.current_tenant_id', p_tenant::text, true);
    if not exists (select from mainstay.portfolio_days d
                    where d.tenant_id = p_tenant and d.cell = ''
                      and d.day = current_date) then
        insert into mainstay.portfolio_days
        select c.* from api.portfolio_cells(p_tenant) c
            on conflict (tenant_id, cell, day) do nothing;
    end if;
    perform api.find_movers(p_tenant, d)
       from unnest(array[30, 90, 365]) d;
    perform api.sum_programmes(p_tenant);
    perform api.keep_portfolio_pages(p_tenant);
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
end
$$;

revoke all on function api.portfolio_cells(uuid),
    api.find_movers(uuid, integer), api.sum_programmes(uuid),
    api.refresh_portfolio(uuid), api.refresh_portfolios() from public;
grant execute on function api.refresh_portfolios() to mainstay_worker;
grant execute on function api.refresh_portfolio(uuid) to mainstay_maint;
