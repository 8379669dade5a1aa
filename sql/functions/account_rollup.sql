-- Roll-up: what an account and everything below it come to. Computed when it
-- is asked for: a group of ten thousand takes 3 ms, and a ledger by ancestor
-- would make each score of a subsidiary write to all accounts above it.

-- One row, or none when there is no such account. The rules are explained at
-- accounts.health_rollup; covered counts the scores that the result is over,
-- accounts all in the group that are not churned, descendants those below,
-- churned or not; currency is that of the account. arr: {"USD": cents, "EUR":
-- cents}; different currencies are never added. The bounds of the range are
-- subqueries: as parameters they can use the index under row security, as
-- columns they could not.
create or replace function app.account_rollup(p_tenant uuid, p_account uuid)
returns table (rule text, score integer, covered bigint, accounts bigint,
    descendants bigint, currency text, arr jsonb)
language sql stable parallel safe
begin atomic
    with own as materialized (
        select a.health_rollup::text as rule, a.health_score as score,
               a.currency::text as currency, a.hierarchy_path as path,
               a.hierarchy_path || '0' as beyond
          from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_account
    ), alike as (
        -- A group of any size is some hundred rows from here on.
        select d.currency, d.status <> 'churned' as is_live,
               d.health_score as score, count(*) as accounts,
               sum(d.arr_cents) as arr_cents,
               count(*) filter (where d.arr_cents > 0) as paying
          from mainstay.accounts d
         where d.tenant_id = p_tenant
           and d.hierarchy_path >= (select o.path from own o)
           and d.hierarchy_path < (select o.beyond from own o)
         group by 1, 2, 3
    ), money as (
        select a.currency, sum(a.accounts) as everyone,
               sum(a.accounts) filter (where a.is_live) as accounts,
               sum(a.arr_cents) filter (where a.is_live) as arr_cents,
               sum(a.accounts) filter (where s.counts) as covered,
               sum(a.score * a.accounts) filter (where s.counts) as points,
               min(a.score) filter (where s.counts) as worst,
               sum(a.paying) filter (where s.counts) as paying,
               sum(a.score * a.arr_cents) filter (where s.counts)
                   / nullif(sum(a.arr_cents) filter (where s.counts), 0)
                   as mean
          from alike a
         cross join lateral (
               select a.is_live and a.score is not null as counts) s
         group by a.currency
    ), total as (
        -- Where nobody pays, all weigh the same. The inner rounding takes
        -- away what the divisions left behind the last digit.
        select coalesce(sum(m.accounts), 0)::bigint as accounts,
               sum(m.everyone)::bigint - 1 as descendants,
               coalesce(sum(m.covered), 0)::bigint as covered,
               round(sum(m.points) / sum(m.covered))::integer as average,
               round(round(coalesce(
                   sum(m.mean * m.paying) / nullif(sum(m.paying), 0),
                   sum(m.points) / sum(m.covered)), 10))::integer as weighted,
               min(m.worst) as worst,
               coalesce(jsonb_object_agg(m.currency, m.arr_cents)
                   filter (where m.accounts > 0), '{}') as arr
          from money m
    )
    select o.rule,
           case o.rule when 'own' then o.score
               when 'average' then t.average
               when 'arr_weighted' then t.weighted
               when 'worst' then t.worst
           end,
           case when o.rule <> 'own' then t.covered
               when o.score is null then 0
               else 1
           end,
           t.accounts, t.descendants, o.currency, t.arr
      from own o
     cross join total t;
end;
comment on function app.account_rollup(uuid, uuid) is
    'Group health by the rule of the account, and group ARR by currency.';

grant execute on function app.account_rollup(uuid, uuid)
    to mainstay_app, mainstay_maint, mainstay_definer;
