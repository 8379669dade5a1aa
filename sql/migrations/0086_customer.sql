-- Customers of the programme: a tier by ARR, and their number by status.

-- Who is here was given his tier; only new accounts may leave it to the ARR.
alter table mainstay.accounts
    add column tier_is_set boolean not null default true;
comment on column mainstay.accounts.tier_is_set is
    'Somebody chose the tier. Otherwise it follows from the ARR and the '
    'bounds of account_tiers, each time the ARR changes.';
comment on column mainstay.account_tiers.arr_from_cents is
    'From which ARR an account belongs to the tier, unless its tier was '
    'chosen. New bounds act when an ARR next changes.';

alter domain mainstay.rollup_kind drop constraint rollup_kind_check;
alter domain mainstay.rollup_kind add constraint rollup_kind_check
    check (value in ('band', 'stage', 'renewal', 'quarter', 'entered',
        'flow', 'status'));
comment on table mainstay.portfolio_rollups is
    'A ledger of differences: the sums of its rows are the sums over the '
    'accounts that have not churned, of kind status over all. Triggers on '
    'accounts append, api.compact_rollups folds.';

comment on column mainstay.portfolio_rollups.key is
    'band: band key or unknown. stage: stage name or empty. renewal: the '
    'date as YYYY-MM-DD. quarter: that of the renewal as YYYY-Q and the '
    'band. entered: the month in which accounts entered a stage, as YYYY-MM, '
    'and the stage. flow: new, expansion, contraction or churned: what '
    'accounts began, grew, shrank and ended with since they are counted. '
    'status: that of the programme, ACTIVE, ONBOARDING, AT_RISK, CHURNED or '
    'PAUSED.';

-- Protected again when the policies are made.
alter table mainstay.accounts no force row level security;
alter table mainstay.portfolio_rollups no force row level security;
insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key, accounts,
    arr_cents, score_sum, score_count, score_arr_sum, scored_arr_cents)
select a.tenant_id, c.cell, 'status', s.key, count(*), sum(a.arr_cents), 0, 0,
       0, 0
  from mainstay.accounts a
 cross join lateral (values (''),
       (a.tier || '/' || coalesce(a.csm_id::text, 'none'))) c (cell)
 cross join lateral (select case when a.status = 'active'
           and a.health_band in ('at_risk', 'critical')
       then 'AT_RISK' else upper(a.status) end) s (key)
 group by a.tenant_id, c.cell, s.key;
