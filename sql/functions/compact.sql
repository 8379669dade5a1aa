-- role: mainstay_definer
--
-- Folds the ledger of portfolio sums: one row per key instead of one per
-- change. Writers only append, so nobody waits; a reader sees the rows from
-- before or the one from after.
create or replace function api.compact_rollups() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_count bigint;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('compact_rollups', 0))
    then
        return 0;
    end if;
    with crowded as materialized (
        select r.tenant_id, r.kind, r.cell, r.key
          from mainstay.portfolio_rollups r
         group by r.tenant_id, r.kind, r.cell, r.key
        having count(*) > 1
    ), taken as (
        delete from mainstay.portfolio_rollups r using crowded c
         where r.tenant_id = c.tenant_id and r.kind = c.kind
           and r.cell = c.cell and r.key = c.key
        returning r.*
    ), folded as (
        insert into mainstay.portfolio_rollups (tenant_id, kind, cell,
            key, accounts, arr_cents, score_sum, score_count, score_arr_sum,
            scored_arr_cents, created_at)
        select t.tenant_id, t.kind, t.cell, t.key, sum(t.accounts),
               sum(t.arr_cents), sum(t.score_sum), sum(t.score_count),
               sum(t.score_arr_sum), sum(t.scored_arr_cents),
               max(t.created_at)
          from taken t
         group by t.tenant_id, t.kind, t.cell, t.key
        having sum(t.accounts) <> 0 or sum(t.arr_cents) <> 0
            or sum(t.score_sum) <> 0 or sum(t.score_count) <> 0
            or sum(t.score_arr_sum) <> 0 or sum(t.scored_arr_cents) <> 0
        -- what a page reads together lies together
         order by t.tenant_id, t.kind, t.cell, t.key
    )
    select count(*) into v_count from taken;
    return v_count + api.compact_stage_sums();
end
$$;
comment on function api.compact_rollups() is
    'Folds the ledger of portfolio sums; how many rows it folded.';
revoke all on function api.compact_rollups() from public;
grant execute on function api.compact_rollups() to mainstay_worker;
