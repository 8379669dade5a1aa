-- role: mainstay_definer
--
-- Folds stage_sums as api.compact_rollups does its ledger, which calls it.
create or replace function api.compact_stage_sums() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_count bigint;
begin
    with crowded as materialized (
        select s.tenant_id, s.stage, s.entered_on
          from mainstay.stage_sums s
         group by s.tenant_id, s.stage, s.entered_on
        having count(*) > 2 or sum(s.accounts) = 0
    ), taken as (
        delete from mainstay.stage_sums s using crowded c
         where s.tenant_id = c.tenant_id and s.stage = c.stage
           and s.entered_on = c.entered_on
        returning s.*
    ), folded as (
        insert into mainstay.stage_sums (tenant_id, stage, entered_on,
            is_churned, accounts, arr_cents)
        select t.tenant_id, t.stage, t.entered_on, t.is_churned,
               sum(t.accounts), sum(t.arr_cents)
          from taken t
         group by 1, 2, 3, 4
        having sum(t.accounts) <> 0 or sum(t.arr_cents) <> 0
    )
    select count(*) into v_count from taken;
    return v_count;
end
$$;
revoke all on function api.compact_stage_sums() from public;
