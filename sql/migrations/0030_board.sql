-- The board: how many accounts entered their stage on which day, and the
-- finished stays of a stage.

create table mainstay.stage_sums (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    stage text not null,
    entered_on date not null,
    is_churned boolean not null,
    accounts bigint not null,
    arr_cents bigint not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id)
);
create index stage_sums_stage_idx
    on mainstay.stage_sums (tenant_id, stage, entered_on)
    include (is_churned, accounts, arr_cents);
comment on table mainstay.stage_sums is
    'A ledger of differences, as portfolio_rollups: the accounts that are in '
    'a stage, by the day they entered it. Triggers on accounts append, '
    'api.compact_stage_sums folds.';
comment on column mainstay.stage_sums.stage is
    'Name of the stage, or empty.';

create index journey_history_finished_idx
    on mainstay.journey_history (tenant_id, to_stage, exited_at desc)
    where exited_at is not null;
comment on index mainstay.journey_history_finished_idx is
    'The latest finished stays of a stage, for its velocity.';

-- Protected again when the policies are made.
alter table mainstay.accounts no force row level security;
insert into mainstay.stage_sums (tenant_id, stage, entered_on, is_churned,
    accounts, arr_cents)
select a.tenant_id, coalesce(a.current_stage, ''),
       (coalesce(a.stage_entered_at, a.created_at) at time zone 'UTC')::date,
       a.status = 'churned', count(*), sum(a.arr_cents)
  from mainstay.accounts a
 group by 1, 2, 3, 4;
alter table mainstay.accounts force row level security;
