-- What the executive page compares and filters: sums by tier and owner, sums
-- of each day, and what moved.

drop function if exists mainstay.band_bar(jsonb);

-- Protected again when the policies are made.
alter table mainstay.portfolio_rollups no force row level security;
alter table mainstay.accounts no force row level security;
alter table mainstay.journey_history no force row level security;
alter table mainstay.portfolio_rollups
    add column cell text collate "C" not null default '';
drop index mainstay.portfolio_rollups_key_idx;
create index portfolio_rollups_key_idx
    on mainstay.portfolio_rollups (tenant_id, kind, cell, key);
comment on column mainstay.portfolio_rollups.cell is
    'Of which accounts: empty for all of the tenant, else those of a tier '
    'and an owner, as tier/user id, or tier/none.';
comment on column mainstay.portfolio_rollups.key is
    'band: band key or unknown. stage: stage name or empty. renewal: the '
    'date as YYYY-MM-DD. quarter: that of the renewal as YYYY-Q and the '
    'band. entered: the month in which accounts entered a stage, as YYYY-MM, '
    'and the stage. flow: new, expansion, contraction or churned: what '
    'accounts began, grew, shrank and ended with since they are counted.';
comment on column mainstay.portfolio_rollups.score_sum is
    'Sum of the scores of the accounts that have one (score_count of them); '
    'of kind band only, as are the two sums below.';

-- The ledger afresh: by cells, and scores with their band alone.
delete from mainstay.portfolio_rollups;
alter domain mainstay.rollup_kind drop constraint rollup_kind_check;
alter domain mainstay.rollup_kind add constraint rollup_kind_check
    check (value in ('band', 'stage', 'renewal', 'quarter', 'entered',
        'flow'));
insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key, accounts,
    arr_cents, score_sum, score_count, score_arr_sum, scored_arr_cents)
select a.tenant_id, c.cell, k.kind, k.key, count(*), sum(a.arr_cents),
       sum(case when k.kind = 'band' then coalesce(a.health_score, 0)
           else 0 end),
       count(*) filter (where k.kind = 'band'
           and a.health_score is not null),
       sum(case when k.kind = 'band' then coalesce(a.health_score, 0)
           * a.arr_cents::numeric else 0 end),
       coalesce(sum(a.arr_cents) filter (where k.kind = 'band'
           and a.health_score is not null), 0)
  from mainstay.accounts a
 cross join lateral (values
    ('band', coalesce(a.health_band, 'unknown')),
    ('stage', coalesce(a.current_stage, '')),
    ('renewal', to_char(a.renewal_date, 'YYYY-MM-DD')),
    ('quarter', to_char(a.renewal_date, 'YYYY-Q') || ' '
        || coalesce(a.health_band, 'unknown'))) k (kind, key)
 cross join lateral (values (''),
    (a.tier || '/' || coalesce(a.csm_id::text, 'none'))) c (cell)
 where a.status <> 'churned' and k.key is not null
 group by a.tenant_id, c.cell, k.kind, k.key;
insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key, accounts,
    arr_cents, score_sum, score_count, score_arr_sum, scored_arr_cents)
select j.tenant_id, c.cell, 'entered',
       to_char(j.entered_at at time zone 'UTC', 'YYYY-MM') || ' '
           || j.to_stage,
       count(*), 0, 0, 0, 0, 0
  from mainstay.journey_history j
  join mainstay.accounts a
    on a.tenant_id = j.tenant_id and a.id = j.account_id
 cross join lateral (values (''),
    (a.tier || '/' || coalesce(a.csm_id::text, 'none'))) c (cell)
 group by j.tenant_id, c.cell, 4;

create table mainstay.portfolio_days (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    cell text collate "C" not null default '',
    day date not null,
    accounts bigint not null,
    arr_cents bigint not null,
    risk_accounts bigint not null,
    risk_cents bigint not null,
    score_sum bigint not null,
    score_count bigint not null,
    score_arr_sum numeric not null,
    scored_arr_cents bigint not null,
    due_accounts bigint not null,
    due_cents bigint not null,
    new_cents bigint not null,
    expansion_cents bigint not null,
    contraction_cents bigint not null,
    churned_cents bigint not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, cell, day)
);
comment on table mainstay.portfolio_days is
    'The sums of the portfolio as a day began, for comparison. Written by '
    'api.refresh_portfolios.';
comment on column mainstay.portfolio_days.cell is
    'Of which accounts: empty for all of the tenant, tier/ for a tier, /user '
    'id for an owner (/none: nobody), tier/user id for both.';
comment on column mainstay.portfolio_days.due_accounts is
    'Renewals in the 90 days from then on.';
comment on column mainstay.portfolio_days.new_cents is
    'Running total, as are the three sums below: what a period brought is '
    'the difference of two days.';

create table mainstay.portfolio_movers (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    period integer not null check (period in (30, 90, 365)),
    account_id uuid not null,
    from_score integer not null check (from_score between 0 and 100),
    to_score integer not null check (to_score between 0 and 100),
    change integer not null
        generated always as (to_score - from_score) stored,
    from_score_id uuid not null,
    to_score_id uuid not null,
    cause text,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, period, account_id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
);
create index portfolio_movers_account_idx
    on mainstay.portfolio_movers (tenant_id, account_id);
create index portfolio_movers_change_idx
    on mainstay.portfolio_movers (tenant_id, period, change, account_id);
comment on table mainstay.portfolio_movers is
    'The accounts whose scores fell and rose most in so many days, with the '
    'cause. Written by api.refresh_portfolios.';
comment on column mainstay.portfolio_movers.cause is
    'The two parts of the score that changed most, by points.';

create table mainstay.portfolio_programmes (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    cell text collate "C" not null default '',
    profiles bigint not null,
    onboarding bigint not null,
    onboarded bigint not null,
    onboarding_days bigint not null,
    adoption_sum bigint not null,
    adoption_count bigint not null,
    nps_sum bigint not null,
    nps_count bigint not null,
    expanding bigint not null,
    expansion_cents numeric not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, cell)
);
comment on table mainstay.portfolio_programmes is
    'What the success profiles of the portfolio come to, by cell as in '
    'portfolio_days. Written by api.refresh_portfolios.';
comment on column mainstay.portfolio_programmes.onboarded is
    'Finished, with both days known; onboarding_days is what they took '
    'together.';
comment on column mainstay.portfolio_programmes.expanding is
    'Accounts that are at least 50 per cent likely to expand.';
comment on column mainstay.portfolio_programmes.expansion_cents is
    'Revenue weighted by the likelihood that the account expands.';
