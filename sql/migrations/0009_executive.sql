-- What the executive page reads.

-- The largest accounts at risk, without those that churned meanwhile.
create index accounts_risk_idx
    on mainstay.accounts (tenant_id, arr_cents desc, id)
    where health_band in ('at_risk', 'critical') and status <> 'churned';

-- The ledger of sums also keeps renewals by month: the page reads a dozen rows
-- for its quarters, not a year of days. Keys are compared as bytes: by the
-- hundred, words of a language would take a tenth of the page.

alter domain mainstay.rollup_kind drop constraint rollup_kind_check;
alter domain mainstay.rollup_kind add constraint rollup_kind_check
    check (value in ('band', 'stage', 'renewal', 'month'));

-- Made anew with the other functions.
drop function if exists mainstay.rollup_check();
alter table mainstay.portfolio_rollups
    alter column key type text collate "C";
comment on column mainstay.portfolio_rollups.key is
    'band: band key or unknown. stage: stage name or empty. renewal: the '
    'date as YYYY-MM-DD or never. month: that of the renewal as YYYY-MM.';

-- In an installation that has accounts; a new one has neither rows nor grants.
do $$
begin
    if has_table_privilege('mainstay_maint', 'mainstay.portfolio_rollups',
        'insert')
    then
        set local role mainstay_maint;
        insert into mainstay.portfolio_rollups (tenant_id, kind, key,
            accounts, arr_cents, score_sum, score_count, score_arr_sum,
            scored_arr_cents)
        select tenant_id, 'month', left(key, 7), sum(accounts),
            sum(arr_cents), sum(score_sum), sum(score_count),
            sum(score_arr_sum), sum(scored_arr_cents)
        from mainstay.portfolio_rollups
        where kind = 'renewal' and key <> 'never'
        group by tenant_id, left(key, 7)
        order by tenant_id, left(key, 7);
        set local role mainstay_owner;
    end if;
end $$;
